import { Fragment, Slice, type Node } from "@tiptap/pm/model";
import { idOf, isUnit, unitsOf } from "./live-text.ts";

/** Makes an id for a clause that has none, or whose id is taken. */
export type NewId = () => string;

/**
 * Makes pasted content fit the agreement: every clause gets an id that the document does not have
 * yet, and a clause that several headings were read into becomes several clauses.
 */
export function fitPasted(slice: Slice, taken: ReadonlySet<string>, newId: NewId): Slice {
  const used = new Set(taken);
  const fit = (node: Node): Node[] => {
    if (node.isText || node.isLeaf) return [node];
    if (node.type.name === "title") return [asClauseTitle(node)];
    const content = fitAll(node.content);
    const parts = isUnit(node) ? splitAtTitles(content) : [content];
    return parts.map((part) => {
      if (!isUnit(node)) return node.copy(part);
      const own = idOf(node);
      const id = own === "" || used.has(own) ? newId() : own;
      used.add(id);
      return node.type.create({ ...node.attrs, id }, part, node.marks);
    });
  };
  const fitAll = (fragment: Fragment): Fragment => {
    const nodes: Node[] = [];
    fragment.forEach((node) => nodes.push(...fit(node)));
    return Fragment.fromArray(nodes);
  };
  const content = fitAll(slice.content);
  const clauses = clausesOf(content, newId);
  if (clauses !== undefined) return new Slice(clauses, 0, 0);
  return content.childCount === slice.content.childCount
    ? new Slice(content, slice.openStart, slice.openEnd)
    : Slice.maxOpen(content);
}

/** An agreement has one title; a title pasted into it heads a clause. */
function asClauseTitle(title: Node): Node {
  const type = title.type.schema.nodes["clauseTitle"];
  return type === undefined ? title : type.create(null, title.content);
}

/** Headings with their text, pasted from elsewhere, as clauses; undefined if there are none. */
function clausesOf(content: Fragment, newId: NewId): Fragment | undefined {
  const clause = content.firstChild?.type.schema.nodes["clause"];
  let hasTitle = false;
  content.forEach((node) => {
    hasTitle ||= node.type.name === "clauseTitle";
  });
  if (!hasTitle || content.childCount < 2 || clause === undefined) return undefined;
  const nodes: Node[] = [];
  let open: Node[] | undefined;
  const close = (): void => {
    if (open !== undefined) nodes.push(clause.create({ id: newId() }, open));
  };
  content.forEach((node) => {
    if (node.type.name === "clauseTitle") {
      close();
      open = [node];
    } else (open ?? nodes).push(node);
  });
  close();
  return Fragment.fromArray(nodes);
}

/** Cuts before each title but the first. */
function splitAtTitles(content: Fragment): readonly Fragment[] {
  const parts: Node[][] = [[]];
  let hasTitle = false;
  content.forEach((node) => {
    const isTitle = node.type.name === "clauseTitle";
    if (isTitle && hasTitle) parts.push([]);
    hasTitle ||= isTitle;
    parts.at(-1)?.push(node);
  });
  return parts.map((nodes) => Fragment.fromArray(nodes));
}

/** The ids of all clauses and annexes of a text. */
export function idsIn(doc: Node): ReadonlySet<string> {
  return new Set(unitsOf(doc).map(({ node }) => idOf(node)));
}

/** Units without an id, or with one that an earlier unit has: those that need a new one. */
export function unitsToRename(doc: Node): readonly { readonly node: Node; readonly pos: number }[] {
  const seen = new Set<string>();
  return unitsOf(doc).filter(({ node }) => {
    const id = idOf(node);
    const isFine = id !== "" && !seen.has(id);
    seen.add(id);
    return !isFine;
  });
}

const needParagraph = new Set(["tableCell", "tableHeader", "listItem"]);

/** Places inside empty cells and list items, last first: a cursor needs a paragraph there. */
export function placesToFill(doc: Node): readonly number[] {
  const places: number[] = [];
  doc.descendants((node, pos) => {
    if (needParagraph.has(node.type.name) && node.childCount === 0) places.push(pos + 1);
    return !node.isTextblock;
  });
  return places.reverse();
}
