import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const backend = process.env["BACKEND_URL"] ?? "http://localhost:3000";
const proxied = { target: backend, changeOrigin: false };

/** Builds the browser side into dist/frontend; `vite --config frontend/vite.config.ts` serves it for development. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  // Data URLs would need a looser Content-Security-Policy for fonts and images.
  build: {
    outDir: "../dist/frontend",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    target: "es2022",
    rolldownOptions: {
      treeshake: {
        // Our modules do nothing by being loaded, so a feature's index brings only what is used of it.
        moduleSideEffects: (id) =>
          !/\/(domain|frontend)\/.*\.tsx?$/.test(id) || id.endsWith("/main.tsx"),
      },
    },
  },
  server: {
    port: 5173,
    proxy: {
      "/api": proxied,
      "/health": proxied,
      "/pki": proxied,
      "/socket.io": { ...proxied, ws: true },
      // The socket only: our own modules of that folder have a dot in their path.
      "^/collaboration/[^/.?]+([?]|$)": { ...proxied, ws: true },
    },
  },
});
