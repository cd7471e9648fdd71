import { Extension, wrappingInputRule, type AnyExtension, type Editor } from "@tiptap/core";
import { Placeholder } from "@tiptap/extensions/placeholder";
import { Dropcursor } from "@tiptap/extensions/drop-cursor";
import { Gapcursor } from "@tiptap/extensions/gap-cursor";
import type { Node } from "@tiptap/pm/model";
import {
  NodeSelection,
  Plugin,
  PluginKey,
  TextSelection,
  type Command,
  type EditorState,
  type Transaction,
} from "@tiptap/pm/state";
import { goToNextCell, tableEditing } from "@tiptap/pm/tables";
import type { EditorView, NodeView } from "@tiptap/pm/view";
import type { Behaviour } from "./nodes.ts";
import {
  addClause,
  addSubClause,
  insertInline,
  leaveTitle,
  liftClause,
  liftItem,
  moveUnit,
  nestClause,
  sinkItem,
  splitListItem,
  toggleList,
} from "./commands.ts";
import { fitPasted, idsIn, placesToFill, unitsToRename, type NewId } from "./paste.ts";
import { schemaExtensions } from "./schema-extensions.ts";
import { factsIn } from "./shown.ts";
import {
  clauseRefView,
  conditionalView,
  dataTableView,
  signaturesView,
  termView,
  unitView,
  valueView,
  type PaperContext,
} from "./views.ts";

/** What the editor tells the page, and asks of it. */
export interface EditorHooks {
  readonly newId: NewId;
  /** After each change of the text or the selection. */
  readonly onState: (state: EditorState, docChanged: boolean) => void;
  /** Somebody typed "/" where a word may start, or asked by keyboard. */
  readonly onInsertMenu: (asked: "slash" | "shortcut") => void;
}

/** Words shown where text is still missing. */
export interface PlaceholderWords {
  readonly title: string;
  readonly clauseTitle: string;
  readonly paragraph: string;
}

function viewed(
  make: (node: Node, context: PaperContext) => NodeView,
  context: PaperContext,
): Behaviour {
  return {
    addNodeView:
      () =>
      ({ node }) =>
        make(node, context),
  };
}

/** A list that begins when its mark is typed at the start of a paragraph. */
function startedBy(name: "bulletList" | "orderedList", find: RegExp): Behaviour {
  return {
    addInputRules() {
      const type = this.editor.schema.nodes[name];
      return type === undefined ? [] : [wrappingInputRule({ find, type })];
    },
  };
}

/** Runs a ProseMirror command as a keyboard shortcut. */
function run(command: Command): (at: { editor: Editor }) => boolean {
  return ({ editor }) => command(editor.state, editor.view.dispatch, editor.view);
}

/** The first command that applies. */
function first(...commands: readonly Command[]): Command {
  return (state, dispatch, view) => commands.some((command) => command(state, dispatch, view));
}

/** Changes that came from others, or from undo, are never answered with changes of our own. */
function isShared(meta: unknown): boolean {
  return typeof meta === "object" && meta !== null;
}

/** Enter on a selected fact, table or reference does what a click does. */
function openSelected(context: PaperContext): Command {
  return ({ selection }) => {
    if (!(selection instanceof NodeSelection)) return false;
    const { type, attrs } = selection.node;
    const [fact] = factsIn(String(attrs["expr"]), context.live.get().model);
    if (type.name === "value" && fact !== undefined) context.openFact(fact);
    else if (type.name === "dataTable") context.openFact(String(attrs["of"]));
    else if (type.name === "clauseRef") context.goTo(String(attrs["target"]));
    else return false;
    return true;
  };
}

function keys(hooks: EditorHooks, context: PaperContext): Extension {
  return Extension.create({
    name: "agreementKeys",
    priority: 900,
    addKeyboardShortcuts: () => ({
      Enter: run(first(openSelected(context), leaveTitle, splitListItem)),
      "Shift-Enter": run(insertInline("hardBreak")),
      "Mod-Enter": run((state, dispatch) => addClause(hooks.newId())(state, dispatch)),
      "Mod-Shift-Enter": run((state, dispatch) => addSubClause(hooks.newId())(state, dispatch)),
      "Alt-ArrowUp": run(moveUnit(-1)),
      "Alt-ArrowDown": run(moveUnit(1)),
      Tab: run(first(goToNextCell(1), sinkItem, inTitle(nestClause))),
      "Shift-Tab": run(first(goToNextCell(-1), liftItem, inTitle(liftClause))),
      "Mod-Shift-8": run(toggleList("bulletList")),
      "Mod-Shift-7": run(toggleList("orderedList")),
      "Mod-/": () => {
        hooks.onInsertMenu("shortcut");
        return true;
      },
    }),
  });
}

/** Tab changes the level of a clause only from its title: elsewhere it leaves the editor. */
function inTitle(command: Command): Command {
  return (state, dispatch, view) =>
    state.selection.$from.parent.type.name === "clauseTitle" && command(state, dispatch, view);
}

/** Mends what a change of ours left: clauses without an id of their own, places without a cursor. */
function mend(state: EditorState, newId: NewId): Transaction | null {
  const { doc, tr } = state;
  const paragraph = state.schema.nodes["paragraph"];
  const nameless = unitsToRename(doc);
  const empty = doc.childCount === 0 ? [0] : placesToFill(doc);
  if (paragraph === undefined || nameless.length + empty.length === 0) return null;
  for (const { node, pos } of nameless) {
    tr.setNodeMarkup(pos, undefined, { ...node.attrs, id: newId() });
  }
  // Last place first, so that the earlier ones still stand where they were counted.
  for (const place of empty) tr.insert(place, paragraph.create());
  return tr;
}

function mending(newId: NewId): Plugin {
  return new Plugin({
    key: new PluginKey("mending"),
    appendTransaction: (transactions, _before, state) => {
      const isOurs = !transactions.some((tr) => isShared(tr.getMeta("y-sync$")));
      return isOurs && transactions.some((tr) => tr.docChanged) ? mend(state, newId) : null;
    },
    props: {
      transformPasted: (slice, view) => {
        const moved: unknown = view.dragging;
        const isMove =
          typeof moved === "object" && moved !== null && "move" in moved && moved.move === true;
        return fitPasted(slice, isMove ? new Set() : idsIn(view.state.doc), newId);
      },
    },
  });
}

/** "/" where a word may start opens the menu; text typed between blocks gets its own paragraph. */
function typing(onInsertMenu: EditorHooks["onInsertMenu"]): Plugin {
  return new Plugin({
    key: new PluginKey("insertMenu"),
    props: {
      handleTextInput: (view, from, to, text) => {
        const { $from } = view.state.selection;
        if (!$from.parent.inlineContent) return typeBetweenBlocks(view, text);
        if (text !== "/" || from !== to) return false;
        const before = $from.parent.textBetween(0, $from.parentOffset, "\ufffc", "\ufffc");
        if (before !== "" && !/[\s\u00a0(«]$/u.test(before)) return false;
        onInsertMenu("slash");
        return true;
      },
    },
  });
}

/** Text typed where no paragraph is gets one; a selected table or signature block is kept, above it. */
function typeBetweenBlocks(view: EditorView, text: string): boolean {
  const { state } = view;
  const { selection } = state;
  const paragraph = state.schema.nodes["paragraph"]?.create(null, state.schema.text(text));
  if (paragraph === undefined) return false;
  const isKept = selection instanceof NodeSelection && selection.node.isBlock;
  const at = isKept ? selection.to : selection.from;
  const tr = isKept ? state.tr.insert(at, paragraph) : state.tr.replaceSelectionWith(paragraph);
  view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(at + 1 + text.length), -1)));
  return true;
}

function plugins(hooks: EditorHooks): Extension {
  return Extension.create({
    name: "agreementPlugins",
    addProseMirrorPlugins: () => [mending(hooks.newId), typing(hooks.onInsertMenu), tableEditing()],
    onCreate() {
      hooks.onState(this.editor.state, true);
    },
    onTransaction({ editor, transaction }) {
      hooks.onState(editor.state, transaction.docChanged);
    },
  });
}

/** Everything the editor is made of, except what the collaboration adds. */
export function editorExtensions(
  context: PaperContext,
  hooks: EditorHooks,
  words: PlaceholderWords,
): AnyExtension[] {
  return [
    ...schemaExtensions({
      bulletList: startedBy("bulletList", /^\s*[-*]\s$/),
      orderedList: startedBy("orderedList", /^\s*1[.)]\s$/),
      clause: viewed(unitView, context),
      annex: viewed(unitView, context),
      conditional: viewed(conditionalView, context),
      value: viewed(valueView, context),
      term: viewed(termView, context),
      clauseRef: viewed(clauseRefView, context),
      dataTable: viewed(dataTableView, context),
      signatures: viewed(signaturesView, context),
    }),
    keys(hooks, context),
    plugins(hooks),
    Dropcursor,
    Gapcursor,
    Placeholder.configure({
      includeChildren: true,
      showOnlyCurrent: false,
      placeholder: ({ node, hasAnchor }) => placeholderOf(node.type.name, hasAnchor, words),
    }),
  ];
}

function placeholderOf(name: string, hasAnchor: boolean, words: PlaceholderWords): string {
  if (name === "title") return words.title;
  if (name === "clauseTitle") return words.clauseTitle;
  return name === "paragraph" && hasAnchor ? words.paragraph : "";
}
