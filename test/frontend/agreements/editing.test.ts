import { expect } from "chai";
import { Fragment, Slice, type Node } from "prosemirror-model";
import { EditorState, TextSelection, type Command } from "@tiptap/pm/state";
import { agreementSchema as schema } from "../../../domain/agreements/schema.ts";
import {
  addClause,
  addSubClause,
  deleteUnit,
  leaveTitle,
  liftClause,
  moveUnit,
  nestClause,
  splitListItem,
  toggleList,
} from "../../../frontend/agreements/editor/commands.ts";
import { idOf, titleOf, unitsOf } from "../../../frontend/agreements/editor/live-text.ts";
import {
  fitPasted,
  placesToFill,
  unitsToRename,
} from "../../../frontend/agreements/editor/paste.ts";

const text = (words: string): Node => schema.text(words);
const paragraph = (words = ""): Node =>
  schema.node("paragraph", null, words === "" ? [] : [text(words)]);
const heading = (words: string): Node => schema.node("clauseTitle", null, [text(words)]);
const clause = (id: string, ...content: Node[]): Node =>
  schema.node("clause", { id }, [heading(`Title of ${id}`), ...content]);
const docOf = (...content: Node[]): Node => schema.node("doc", null, content);

/** The document with the cursor right after the first occurrence of a word. */
function cursorAfter(doc: Node, word: string): EditorState {
  let at = -1;
  doc.descendants((node, pos) => {
    const index = node.text?.indexOf(word) ?? -1;
    if (at < 0 && index >= 0) at = pos + index + word.length;
  });
  return EditorState.create({ doc, selection: TextSelection.create(doc, at) });
}

function after(state: EditorState, command: Command): EditorState {
  let next = state;
  expect(command(state, (tr) => (next = state.apply(tr)))).to.equal(true);
  next.doc.check();
  return next;
}

/** Ids with their depth: `a`, `>b` is inside. */
const outline = (doc: Node): string[] =>
  unitsOf(doc).map(({ node, depth }) => ">".repeat(depth) + idOf(node));

let count = 0;
const newId = (): string => `new-${String(++count)}`;

beforeEach(() => {
  count = 0;
});

describe("clauses in the editor", () => {
  const two = docOf(clause("a", paragraph("alpha")), clause("b", paragraph("beta")));

  it("[EDT-3] adds a clause after the one around the cursor, with the cursor in its title", () => {
    const state = after(cursorAfter(two, "alpha"), addClause("n"));
    expect(outline(state.doc)).to.deep.equal(["a", "n", "b"]);
    expect(state.selection.$from.parent.type.name).to.equal("clauseTitle");
    expect(idOf(state.selection.$from.node(1))).to.equal("n");
  });

  it("[EDT-3] adds a sub-clause inside, takes it out and puts it back", () => {
    const inside = after(cursorAfter(two, "alpha"), addSubClause("n"));
    expect(outline(inside.doc)).to.deep.equal(["a", ">n", "b"]);
    const out = after(inside, liftClause);
    expect(outline(out.doc)).to.deep.equal(["a", "n", "b"]);
    expect(outline(after(out, nestClause).doc)).to.deep.equal(["a", ">n", "b"]);
  });

  it("[EDT-3] moves a clause past its neighbour and keeps the cursor in it", () => {
    const state = after(cursorAfter(two, "alpha"), moveUnit(1));
    expect(outline(state.doc)).to.deep.equal(["b", "a"]);
    expect(idOf(state.selection.$from.node(1))).to.equal("a");
    expect(moveUnit(1)(state)).to.equal(false);
  });

  it("[EDT-3] deletes the clause around the cursor and nothing else", () => {
    expect(outline(after(cursorAfter(two, "beta"), deleteUnit).doc)).to.deep.equal(["a"]);
  });
});

describe("Enter in the editor", () => {
  it("[EDT-4] leaves a title for a paragraph, taking along what follows the cursor", () => {
    const state = after(cursorAfter(docOf(clause("a")), "Title"), leaveTitle);
    const unit = state.doc.firstChild;
    expect(unit?.child(0).textContent).to.equal("Title");
    expect(unit?.child(1).type.name).to.equal("paragraph");
    expect(unit?.child(1).textContent).to.equal(" of a");
  });

  it("[EDT-4] goes to the empty paragraph that already waits below a title", () => {
    const state = after(cursorAfter(docOf(clause("a", paragraph())), "of a"), leaveTitle);
    expect(state.doc.firstChild?.childCount).to.equal(2);
    expect(state.selection.$from.parent.type.name).to.equal("paragraph");
  });

  it("[EDT-4] splits a list item into two, and leaves the list from an empty one", () => {
    const item = (words: string): Node => schema.node("listItem", null, [paragraph(words)]);
    const list = docOf(clause("a", schema.node("bulletList", null, [item("one"), item("two")])));
    const split = after(cursorAfter(list, "one"), splitListItem);
    expect(split.doc.firstChild?.child(1).childCount).to.equal(3);
    const left = after(split, splitListItem);
    expect(left.selection.$from.parent.type.name).to.equal("paragraph");
    expect(left.selection.$from.node(-1).type.name).to.equal("clause");
  });

  it("[EDT-4] makes a paragraph a list, changes its kind, and makes it a paragraph again", () => {
    const start = cursorAfter(docOf(clause("a", paragraph("alpha"))), "alpha");
    const bullets = after(start, toggleList("bulletList"));
    expect(bullets.doc.firstChild?.child(1).type.name).to.equal("bulletList");
    const numbers = after(bullets, toggleList("orderedList"));
    expect(numbers.doc.firstChild?.child(1).type.name).to.equal("orderedList");
    const plain = after(numbers, toggleList("orderedList"));
    expect(plain.doc.firstChild?.child(1).type.name).to.equal("paragraph");
  });
});

describe("pasting into the editor", () => {
  it("[EDT-5] gives a pasted clause a new id when the text has its id already", () => {
    const slice = new Slice(Fragment.from(clause("a", clause("inner"))), 0, 0);
    const fitted = fitPasted(slice, new Set(["a"]), newId);
    expect(outline(docOf(...fitted.content.content))).to.deep.equal(["new-1", ">inner"]);
  });

  it("[EDT-5] gives every clause its own id when the same clause is pasted twice at once", () => {
    const slice = new Slice(Fragment.from([clause("a"), clause("a")]), 0, 0);
    const ids = outline(docOf(...fitPasted(slice, new Set(), newId).content.content));
    expect(new Set(ids).size).to.equal(2);
  });

  it("[EDT-6] makes headings from elsewhere clauses with the text under them", () => {
    const pasted = [
      paragraph("before"),
      heading("One"),
      paragraph("x"),
      heading("Two"),
      paragraph("y"),
    ];
    const { content } = fitPasted(new Slice(Fragment.from(pasted), 0, 0), new Set(), newId);
    const doc = docOf(...content.content);
    doc.check();
    expect(doc.firstChild?.textContent).to.equal("before");
    expect(unitsOf(doc).map(({ node }) => titleOf(node))).to.deep.equal(["One", "Two"]);
  });

  it("[EDT-6] makes a pasted title the title of a clause: an agreement has one title", () => {
    const title = schema.node("title", null, [text("Contract")]);
    const slice = new Slice(Fragment.from([title, paragraph("x")]), 0, 0);
    const doc = docOf(...fitPasted(slice, new Set(), newId).content.content);
    expect(doc.firstChild?.type.name).to.equal("clause");
    expect(doc.firstChild?.firstChild?.type.name).to.equal("clauseTitle");
  });

  it("[EDT-5] names units without an id or with one that an earlier unit has", () => {
    const doc = docOf(clause("a"), clause(""), clause("a"), clause("b"));
    expect(unitsToRename(doc).map(({ node }) => idOf(node))).to.deep.equal(["", "a"]);
  });

  it("[EDT-7] finds every cell and list item in which a cursor could not stand", () => {
    const cell = (...content: Node[]): Node => schema.node("tableCell", null, content);
    const row = schema.node("tableRow", null, [cell(), cell(paragraph("x")), cell()]);
    const list = schema.node("bulletList", null, [schema.node("listItem")]);
    const doc = docOf(schema.node("table", null, [row]), list);
    const places = placesToFill(doc);
    expect(places).to.have.length(3);
    expect(places).to.deep.equal([...places].sort((a, b) => b - a));
    const { tr } = EditorState.create({ doc });
    for (const place of places) tr.insert(place, paragraph());
    expect(placesToFill(tr.doc)).to.deep.equal([]);
  });
});
