import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "@fontsource/libertinus-serif/400.css";
import "@fontsource/libertinus-serif/400-italic.css";
import "@fontsource/libertinus-serif/600.css";
import "@fontsource/libertinus-serif/700.css";
import "./ui/desk.css";
import "./ui/pieces.css";
import "./shell/shell.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startLanguages } from "./i18n/index.ts";
import { Shell } from "./shell/index.tsx";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
await startLanguages();
createRoot(root).render(
  <StrictMode>
    <Shell />
  </StrictMode>,
);
