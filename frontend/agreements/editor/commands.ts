import type { Attrs, Node, NodeType, ResolvedPos } from "@tiptap/pm/model";
import { liftListItem, sinkListItem, wrapInList } from "@tiptap/pm/schema-list";
import {
  NodeSelection,
  Selection,
  TextSelection,
  type Command,
  type Transaction,
} from "@tiptap/pm/state";
import type { TextNodeName } from "../../../domain/agreements/schema.ts";
import { isUnit } from "./live-text.ts";

/** A node of the agreement schema inside an editor state (whose schema object is its own). */
function typeOf(
  at: { readonly schema: { readonly nodes: Readonly<Record<string, NodeType>> } },
  name: TextNodeName,
): NodeType {
  const found = at.schema.nodes[name];
  if (found === undefined) throw new TypeError(`the editor lacks the node ${name}`);
  return found;
}

/** Makes a node of the editor's schema. */
function make(
  at: Parameters<typeof typeOf>[0],
  name: TextNodeName,
  parts: { attrs?: Attrs; content?: readonly Node[] } = {},
): Node {
  return typeOf(at, name).create(parts.attrs ?? null, parts.content ?? null);
}

/** A clause or annex around a place: its node and the position before it. */
export interface UnitAt {
  readonly node: Node;
  readonly pos: number;
  readonly depth: number;
}

/** The innermost clause or annex around a place, if any. */
export function unitAround($pos: ResolvedPos, selected?: Selection): UnitAt | undefined {
  if (selected instanceof NodeSelection && isUnit(selected.node)) {
    return { node: selected.node, pos: selected.from, depth: selected.$from.depth + 1 };
  }
  for (let depth = $pos.depth; depth > 0; depth -= 1) {
    const node = $pos.node(depth);
    if (isUnit(node)) return { node, pos: $pos.before(depth), depth };
  }
  return undefined;
}

function newUnit(at: Parameters<typeof typeOf>[0], name: "clause" | "annex", id: string): Node {
  return make(at, name, {
    attrs: { id },
    content: [make(at, "clauseTitle"), make(at, "paragraph")],
  });
}

/** Puts a node at a place and the cursor in its first text. */
function insertAt(tr: Transaction, pos: number, node: Node): Transaction {
  tr.insert(pos, node);
  return tr.setSelection(TextSelection.near(tr.doc.resolve(pos + 1))).scrollIntoView();
}

/** Where a new clause goes when the cursor is in none: before the closing annexes and signatures. */
function endOfClauses(doc: Node): number {
  let end = doc.content.size;
  for (let index = doc.childCount - 1; index >= 0; index -= 1) {
    const child = doc.child(index);
    if (child.type.name !== "signatures" && child.type.name !== "annex") break;
    end -= child.nodeSize;
  }
  return end;
}

/** Adds an empty clause after the one around the cursor, at the same level. */
export function addClause(id: string): Command {
  return (state, dispatch) => {
    const unit = unitAround(state.selection.$from, state.selection);
    const isInClause = unit?.node.type.name === "clause";
    const pos = isInClause ? unit.pos + unit.node.nodeSize : endOfClauses(state.doc);
    dispatch?.(insertAt(state.tr, pos, newUnit(state, "clause", id)));
    return true;
  };
}

/** Adds an empty clause inside the one around the cursor, at its end. */
export function addSubClause(id: string): Command {
  return (state, dispatch) => {
    const unit = unitAround(state.selection.$from, state.selection);
    if (unit === undefined) return false;
    const pos = unit.pos + unit.node.nodeSize - 1;
    dispatch?.(insertAt(state.tr, pos, newUnit(state, "clause", id)));
    return true;
  };
}

/** Adds an annex at the end of the agreement. */
export function addAnnex(id: string): Command {
  return (state, dispatch) => {
    dispatch?.(insertAt(state.tr, state.doc.content.size, newUnit(state, "annex", id)));
    return true;
  };
}

/** Removes the clause or annex around the cursor, with everything in it. */
export const deleteUnit: Command = (state, dispatch) => {
  const unit = unitAround(state.selection.$from, state.selection);
  if (unit === undefined) return false;
  if (dispatch !== undefined) {
    const tr = state.tr.delete(unit.pos, unit.pos + unit.node.nodeSize);
    dispatch(tr.setSelection(Selection.near(tr.doc.resolve(unit.pos), -1)).scrollIntoView());
  }
  return true;
};

/** Exchanges the clause around the cursor with the one before (-1) or after (1) it. */
export function moveUnit(direction: -1 | 1): Command {
  return (state, dispatch) => {
    const unit = unitAround(state.selection.$from, state.selection);
    if (unit === undefined) return false;
    const $unit = state.doc.resolve(unit.pos);
    const neighbour =
      direction < 0 ? $unit.nodeBefore : state.doc.resolve(unit.pos + unit.node.nodeSize).nodeAfter;
    if (neighbour === null || !isUnit(neighbour)) return false;
    if (dispatch === undefined) return true;
    const target = direction < 0 ? unit.pos - neighbour.nodeSize : unit.pos + neighbour.nodeSize;
    const offset = Math.max(state.selection.from - unit.pos, 1);
    const tr = state.tr.delete(unit.pos, unit.pos + unit.node.nodeSize).insert(target, unit.node);
    dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(target + offset))).scrollIntoView());
    return true;
  };
}

/** Makes the clause around the cursor a sub-clause of the clause before it. */
export const nestClause: Command = (state, dispatch) => {
  const unit = unitAround(state.selection.$from, state.selection);
  if (unit?.node.type.name !== "clause") return false;
  const before = state.doc.resolve(unit.pos).nodeBefore;
  if (before?.type.name !== "clause") return false;
  return moveTo({ unit, target: unit.pos - 1 }, state.selection.from - unit.pos)(state, dispatch);
};

/** Takes a sub-clause out, to stand after the clause that held it. */
export const liftClause: Command = (state, dispatch) => {
  const unit = unitAround(state.selection.$from, state.selection);
  if (unit?.node.type.name !== "clause") return false;
  const outer = unitAround(state.doc.resolve(unit.pos));
  if (outer?.node.type.name !== "clause") return false;
  const target = outer.pos + outer.node.nodeSize - unit.node.nodeSize;
  return moveTo({ unit, target }, state.selection.from - unit.pos)(state, dispatch);
};

/** Moves a unit to a position counted after its removal, keeping the cursor where it was in it. */
function moveTo(move: { unit: UnitAt; target: number }, offset: number): Command {
  return (state, dispatch) => {
    if (dispatch === undefined) return true;
    const { unit, target } = move;
    const tr = state.tr.delete(unit.pos, unit.pos + unit.node.nodeSize).insert(target, unit.node);
    dispatch(
      tr
        .setSelection(TextSelection.near(tr.doc.resolve(target + Math.max(offset, 1))))
        .scrollIntoView(),
    );
    return true;
  };
}

/** Inserts an inline node (fact, term, reference) at the cursor. */
export function insertInline(
  name: "value" | "term" | "clauseRef" | "hardBreak",
  attrs: Attrs = {},
): Command {
  return (state, dispatch) => {
    if (!state.selection.$from.parent.inlineContent) return false;
    dispatch?.(state.tr.replaceSelectionWith(make(state, name, { attrs })).scrollIntoView());
    return true;
  };
}

/** Inserts a block after the one around the cursor, or instead of an empty paragraph. */
export function insertBlock(build: (at: Parameters<typeof typeOf>[0]) => Node): Command {
  return (state, dispatch) => {
    const { $from } = state.selection;
    if ($from.depth === 0) return false;
    const isEmpty = $from.parent.type.name === "paragraph" && $from.parent.content.size === 0;
    const node = build(state);
    if (dispatch === undefined) return true;
    const from = isEmpty ? $from.before() : $from.after();
    const tr = isEmpty
      ? state.tr.replaceWith(from, $from.after(), node)
      : state.tr.insert(from, node);
    const inside = tr.doc.resolve(from + 1);
    dispatch(tr.setSelection(Selection.near(inside)).scrollIntoView());
    return true;
  };
}

/** Inserts an empty table with a header row. */
export function insertTable(rows: number, columns: number): Command {
  return insertBlock((at) => {
    const cells = (name: "tableCell" | "tableHeader"): Node[] =>
      Array.from({ length: columns }, () => make(at, name, { content: [make(at, "paragraph")] }));
    const lines = Array.from({ length: rows }, (_, index) =>
      make(at, "tableRow", { content: cells(index === 0 ? "tableHeader" : "tableCell") }),
    );
    return make(at, "table", { content: lines });
  });
}

/** Inserts the live table of a list fact. */
export function insertDataTable(attrs: { id: string; of: string; columns: string }): Command {
  return insertBlock((at) => make(at, "dataTable", { attrs }));
}

/** Inserts the places where the parties sign. */
export const insertSignatures: Command = insertBlock((at) => make(at, "signatures"));

/** Turns the paragraph around the cursor into a list item, or back. */
export function toggleList(name: "bulletList" | "orderedList"): Command {
  return (state, dispatch, view) => {
    const item = typeOf(state, "listItem");
    const { $from } = state.selection;
    for (let depth = $from.depth; depth > 0; depth -= 1) {
      const node = $from.node(depth);
      if (node.type.name === name) return liftListItem(item)(state, dispatch, view);
      if (node.type.name === "bulletList" || node.type.name === "orderedList") {
        dispatch?.(state.tr.setNodeMarkup($from.before(depth), typeOf(state, name)));
        return true;
      }
    }
    return wrapInList(typeOf(state, name))(state, dispatch);
  };
}

/** Splits a list item, or leaves the list from an empty one. */
export const splitListItem: Command = (state, dispatch, view) => {
  const { $from, $to, empty } = state.selection;
  const item = typeOf(state, "listItem");
  if ($from.depth < 2 || $from.node(-1).type !== item || !$from.sameParent($to)) return false;
  if (empty && $from.parent.content.size === 0) return liftListItem(item)(state, dispatch, view);
  if (dispatch === undefined) return true;
  const tr = state.tr.deleteSelection();
  tr.split(tr.selection.from, 2, [{ type: item }, { type: typeOf(state, "paragraph") }]);
  dispatch(tr.scrollIntoView());
  return true;
};

/** Enter in a title: what follows the cursor becomes the paragraph below. */
export const leaveTitle: Command = (state, dispatch) => {
  const { $from, $to } = state.selection;
  const name = $from.parent.type.name;
  if ((name !== "title" && name !== "clauseTitle") || !$from.sameParent($to)) return false;
  if (dispatch === undefined) return true;
  const tr = state.tr.deleteSelection();
  const after = tr.doc.resolve(tr.selection.$from.after()).nodeAfter;
  const isAtEnd = tr.selection.$from.parentOffset === tr.selection.$from.parent.content.size;
  if (isAtEnd && after?.type.name === "paragraph" && after.content.size === 0) {
    tr.setSelection(TextSelection.near(tr.doc.resolve(tr.selection.$from.after() + 1)));
  } else tr.split(tr.selection.from, 1, [{ type: typeOf(state, "paragraph") }]);
  dispatch(tr.scrollIntoView());
  return true;
};

/** Indents the list item around the cursor. */
export const sinkItem: Command = (state, dispatch) =>
  sinkListItem(typeOf(state, "listItem"))(state, dispatch);

/** Takes the list item around the cursor one level out. */
export const liftItem: Command = (state, dispatch) =>
  liftListItem(typeOf(state, "listItem"))(state, dispatch);
