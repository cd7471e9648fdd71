import type { DecorationAttrs } from "@tiptap/pm/view";

type CaretUser = Readonly<Record<string, unknown>>;

const NEUTRAL = "#5b6470";

/** A colour that came over the wire is put into a style only if it is one. */
function colorOf(user: CaretUser): string {
  const { color } = user;
  return typeof color === "string" && /^#[0-9a-f]{6}$/i.test(color) ? color : NEUTRAL;
}

/** Draws where another person writes: a thin bar with their name. */
export function drawCaret(user: CaretUser): HTMLElement {
  const caret = document.createElement("span");
  caret.className = "caret-of-other";
  caret.style.setProperty("--caret", colorOf(user));
  const label = document.createElement("span");
  label.className = "caret-of-other-name";
  label.textContent = typeof user["name"] === "string" ? user["name"] : "";
  caret.append(label);
  return caret;
}

/** Tints what another person has selected. */
export function drawSelection(user: CaretUser): DecorationAttrs {
  return { class: "selection-of-other", style: `--caret: ${colorOf(user)}` };
}
