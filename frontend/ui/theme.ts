import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** Blue-black writing ink: the one accent. */
const ink: MantineColorsTuple = [
  "#eef2f9",
  "#dbe4f1",
  "#b8c9e3",
  "#92acd4",
  "#7192c7",
  "#5a7fbc",
  "#41659f",
  "#2c4a78",
  "#223b61",
  "#182b48",
];

/** Warm greys for the dark theme, so that paper stays paper at night. */
const dark: MantineColorsTuple = [
  "#ece8e0",
  "#cfcac0",
  "#aba69c",
  "#7d786f",
  "#55514a",
  "#403d38",
  "#2f2d29",
  "#242220",
  "#1b1a18",
  "#131211",
];

const gray: MantineColorsTuple = [
  "#f7f5f1",
  "#efece6",
  "#e4e0d8",
  "#d5d0c6",
  "#bdb7ab",
  "#9a948a",
  "#736e66",
  "#57534d",
  "#3a3733",
  "#24221f",
];

const sans =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", sans-serif';

/** The family of the agreement's text, on screen as in the PDF. */
const serif = '"Libertinus Serif", "Iowan Old Style", "Palatino Linotype", Georgia, serif';

/** The quiet desk: near-white paper, ink text, one accent, generous type. */
export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: { light: 7, dark: 6 },
  colors: { ink, dark, gray },
  white: "#ffffff",
  black: "#23211d",
  fontFamily: sans,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace',
  headings: {
    fontFamily: serif,
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "2.0736rem", lineHeight: "1.2" },
      h2: { fontSize: "1.44rem", lineHeight: "1.3" },
      h3: { fontSize: "1.2rem", lineHeight: "1.35" },
    },
  },
  defaultRadius: "sm",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Anchor: { defaultProps: { underline: "always" } },
    Button: { defaultProps: { size: "md" } },
    TextInput: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    Select: { defaultProps: { size: "md" } },
    MultiSelect: { defaultProps: { size: "md" } },
    Notification: { defaultProps: { withCloseButton: false } },
    Modal: { defaultProps: { transitionProps: { duration: 120 }, radius: "md" } },
    Menu: { defaultProps: { transitionProps: { duration: 90 }, shadow: "md" } },
  },
});

/** Paper, rules and verdict colours, with contrast of at least 4.5:1 on their ground. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    "--serif": serif,
    "--measure": "70ch",
  },
  light: {
    "--mantine-color-body": "#fbfaf7",
    "--mantine-color-text": "#23211d",
    "--mantine-color-dimmed": "#625d55",
    "--mantine-color-placeholder": "#736e66",
    "--mantine-color-error": "#a3261a",
    "--mantine-color-anchor": "#2c4a78",
    "--mantine-color-default-border": "#d5d0c6",
    "--paper": "#ffffff",
    "--desk": "#fbfaf7",
    "--ink": "#23211d",
    "--accent": "#2c4a78",
    "--accent-soft": "#eef2f9",
    "--rule": "#e4e0d8",
    "--good": "#256b3e",
    "--good-soft": "#e9f4ec",
    "--wait": "#855200",
    "--wait-soft": "#fdf3df",
    "--bad": "#a3261a",
    "--bad-soft": "#fcecea",
    "--paper-shadow": "0 1px 2px rgb(60 50 30 / 6%), 0 6px 24px rgb(60 50 30 / 5%)",
  },
  dark: {
    "--mantine-color-body": "#1b1a18",
    "--mantine-color-text": "#ece8e0",
    "--mantine-color-dimmed": "#aba69c",
    "--mantine-color-placeholder": "#938d83",
    "--mantine-color-error": "#ff9d91",
    "--mantine-color-anchor": "#a9c0e4",
    "--mantine-color-default-border": "#55514a",
    "--paper": "#242220",
    "--desk": "#1b1a18",
    "--ink": "#ece8e0",
    "--accent": "#a9c0e4",
    "--accent-soft": "#26303f",
    "--rule": "#3a3733",
    "--good": "#8fd0a3",
    "--good-soft": "#20301f",
    "--wait": "#f0c47a",
    "--wait-soft": "#372a14",
    "--bad": "#ff9d91",
    "--bad-soft": "#3c201d",
    "--paper-shadow": "0 1px 2px rgb(0 0 0 / 30%)",
  },
});
