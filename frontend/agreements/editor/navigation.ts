import { TextSelection } from "@tiptap/pm/state";
import type { Editor } from "@tiptap/react";
import { idOf, unitsOf } from "./live-text.ts";

const FLASH_MS = 1200;

/** Brings a clause into view, puts the cursor at its beginning and points it out for a moment. */
export function goToClause(editor: Editor | null, id: string): void {
  if (editor === null) return;
  const unit = unitsOf(editor.state.doc).find(({ node }) => idOf(node) === id);
  if (unit === undefined) return;
  const { state, view } = editor;
  view.dispatch(state.tr.setSelection(TextSelection.near(state.doc.resolve(unit.pos + 1))));
  view.focus();
  const element = view.nodeDOM(unit.pos);
  if (!(element instanceof HTMLElement)) return;
  element.scrollIntoView({ block: "start", behavior: "smooth" });
  element.dataset["flash"] = "true";
  setTimeout(() => delete element.dataset["flash"], FLASH_MS);
}
