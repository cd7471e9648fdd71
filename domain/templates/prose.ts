import type { List, Nodes, PhrasingContent, RootContent, Table } from "mdast";
import type { ContainerDirective, LeafDirective } from "mdast-util-directive";
import type { Language, TextNode } from "../kernel/text.ts";
import { readProse, tokenPattern, type SourceFault, type Token } from "./markdown.ts";
import { typeset } from "./typography.ts";

/** A use of the model, or of another part of the text, that must be checked; with its place. */
export interface Use {
  readonly kind: "expression" | "clauseRef" | "term" | "definition" | "clause" | "table";
  readonly name: string;
  readonly pointer: string;
  readonly columns?: readonly string[];
  readonly total?: readonly string[];
}

/** One language's prose, read. */
export interface ReadText {
  readonly text: TextNode;
  /** Notes for drafters by clause id; those outside a clause are under "". */
  readonly guidance: Readonly<Record<string, readonly string[]>>;
  readonly uses: readonly Use[];
  readonly faults: readonly SourceFault[];
}

interface Reader {
  readonly file: string;
  readonly language: Language;
  readonly tokens: readonly Token[];
  readonly guidance: Record<string, string[]>;
  readonly uses: Use[];
  readonly faults: SourceFault[];
}

/** Where a block stands. */
interface Place {
  /** Id of the innermost clause. */
  readonly clause: string;
  /** Whether the next heading is the clause's title. */
  readonly depth: number;
}

/** Reads `fr.md` or `en.md` into the agreement's text; every fault is collected, none is thrown. */
export function readText(source: string, file: string, language: Language): ReadText {
  const prose = readProse(source, file);
  const reader: Reader = {
    file,
    language,
    tokens: prose.tokens,
    guidance: {},
    uses: [],
    faults: [...prose.faults],
  };
  const content = blocks(prose.tree.children, { clause: "", depth: 0 }, reader);
  const { guidance, uses, faults } = reader;
  return { text: { type: "doc", content }, guidance, uses, faults };
}

function pointerOf(node: Nodes, reader: Reader): string {
  return `${reader.file}:${node.position?.start.line ?? 1}`;
}

function fault(node: Nodes, detail: string, reader: Reader): readonly TextNode[] {
  reader.faults.push({ pointer: pointerOf(node, reader), detail });
  return [];
}

function blocks(nodes: readonly RootContent[], place: Place, reader: Reader): readonly TextNode[] {
  return nodes.flatMap((node) => block(node, place, reader));
}

function block(node: RootContent, place: Place, reader: Reader): readonly TextNode[] {
  if (node.type === "paragraph") {
    return [{ type: "paragraph", content: inline(node.children, reader) }];
  }
  if (node.type === "heading") {
    return node.depth === 1 && place.depth === 0
      ? [{ type: "title", content: inline(node.children, reader) }]
      : fault(node, "NUM-01: a heading is a clause's first line", reader);
  }
  if (node.type === "list") return [list(node, place, reader)];
  if (node.type === "table") return [table(node, reader)];
  if (node.type === "containerDirective") return container(node, place, reader);
  if (node.type === "leafDirective") return leaf(node, reader);
  return fault(node, `SYN-02: ${node.type} has no place in an agreement`, reader);
}

function list(node: List, place: Place, reader: Reader): TextNode {
  const inner = { ...place, depth: place.depth + 1 };
  const content = node.children.map((item) => ({
    type: "listItem",
    content: blocks(item.children, inner, reader),
  }));
  return { type: node.ordered === true ? "orderedList" : "bulletList", content };
}

function table(node: Table, reader: Reader): TextNode {
  const content = node.children.map((row, index) => ({
    type: "tableRow",
    content: row.children.map((cell) => ({
      type: index === 0 ? "tableHeader" : "tableCell",
      content: [{ type: "paragraph", content: inline(cell.children, reader) }],
    })),
  }));
  return { type: "table", content };
}

function container(node: ContainerDirective, place: Place, reader: Reader): readonly TextNode[] {
  const attributes = node.attributes ?? {};
  switch (node.name) {
    case "clause":
    case "annex":
      return [clause(node, place, reader)];
    case "if": {
      const test = attributes["test"] ?? "";
      use({ kind: "expression", name: test }, node, reader);
      return [
        { type: "conditional", attrs: { test }, content: blocks(node.children, place, reader) },
      ];
    }
    case "choose":
      return choice(node, place, reader);
    case "note":
      guide(node, place, reader);
      return [];
    default:
      return fault(node, `SYN-03: there is no block ":::${node.name}"`, reader);
  }
}

function clause(node: ContainerDirective, place: Place, reader: Reader): TextNode {
  const id = node.attributes?.["id"] ?? "";
  const lib = node.attributes?.["lib"] ?? null;
  if (!/^[a-z][a-z0-9-]*$/.test(id)) fault(node, "NUM-01: a clause needs an id: {#id}", reader);
  use({ kind: "clause", name: id }, node, reader);
  const inner: Place = { clause: id, depth: place.depth + 1 };
  const [first, ...rest] = node.children;
  if (first?.type !== "heading" || first.depth !== inner.depth + 1) {
    fault(node, `NUM-01: clause "${id}" starts with a heading of ${inner.depth + 1} #`, reader);
  }
  const title: TextNode[] =
    first?.type === "heading"
      ? [{ type: "clauseTitle", content: inline(first.children, reader) }]
      : [];
  const body = first?.type === "heading" || first === undefined ? rest : node.children;
  return {
    type: node.name === "annex" ? "annex" : "clause",
    attrs: node.name === "annex" ? { id } : { id, lib },
    content: [...title, ...blocks(body, inner, reader)],
  };
}

function choice(node: ContainerDirective, place: Place, reader: Reader): readonly TextNode[] {
  const on = node.attributes?.["on"] ?? "";
  return node.children.flatMap((option) => {
    if (option.type !== "containerDirective" || option.name !== "option") {
      return fault(option, "SYN-04: a choice holds options only", reader);
    }
    const test = `${on} == ${JSON.stringify(option.attributes?.["is"] ?? "")}`;
    use({ kind: "expression", name: test }, option, reader);
    return [
      { type: "conditional", attrs: { test }, content: blocks(option.children, place, reader) },
    ];
  });
}

function guide(node: ContainerDirective, place: Place, reader: Reader): void {
  const notes = (reader.guidance[place.clause] ??= []);
  for (const child of node.children) {
    notes.push(plain(child, reader.language));
  }
}

function plain(node: Nodes, language: Language): string {
  if ("value" in node) return typeset(node.value.replaceAll("\n", " "), language);
  return "children" in node ? node.children.map((child) => plain(child, language)).join("") : "";
}

function leaf(node: LeafDirective, reader: Reader): readonly TextNode[] {
  const attributes = node.attributes ?? {};
  const of = attributes["of"] ?? "";
  if (node.name === "signatures") {
    return [{ type: "signatures", attrs: { of: of === "" ? "parties" : of } }];
  }
  // The contents are made by the printer, wherever the author asked for them.
  if (node.name === "toc") return [];
  if (node.name !== "table") {
    return fault(node, `SYN-03: there is no block "::${node.name}"`, reader);
  }
  const columns = attributes["columns"] ?? "";
  const total = attributes["total"] ?? null;
  use(
    { kind: "table", name: of, columns: split(columns), total: split(total ?? "") },
    node,
    reader,
  );
  const id = attributes["id"] ?? `table-${of}`;
  return [{ type: "dataTable", attrs: { id, of, columns: split(columns).join(","), total } }];
}

function split(names: string): readonly string[] {
  return names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function use(used: Omit<Use, "pointer">, node: Nodes, reader: Reader): void {
  reader.uses.push({ ...used, pointer: pointerOf(node, reader) });
}

type Marks = readonly { readonly type: "bold" | "italic" }[];

function inline(
  nodes: readonly PhrasingContent[],
  reader: Reader,
  marks: Marks = [],
): readonly TextNode[] {
  return trimmed(nodes.flatMap((node) => phrase(node, reader, marks)));
}

function phrase(node: PhrasingContent, reader: Reader, marks: Marks): readonly TextNode[] {
  if (node.type === "text") return texts(node.value, node, { reader, marks });
  if (node.type === "break") return [{ type: "hardBreak" }];
  if (node.type === "emphasis" || node.type === "strong") {
    const inner: Marks =
      node.type === "strong" ? [{ type: "bold" }, ...marks] : [...marks, { type: "italic" }];
    return node.children.flatMap((child) => phrase(child, reader, inner));
  }
  return fault(node, `SYN-02: ${node.type} has no place in an agreement`, reader);
}

function texts(
  value: string,
  node: Nodes,
  { reader, marks }: { reader: Reader; marks: Marks },
): readonly TextNode[] {
  const set = typeset(value.replaceAll("\n", " "), reader.language);
  return set.split(tokenPattern).flatMap((part, index) => {
    const token = index % 2 === 1 ? reader.tokens[Number(part)] : undefined;
    if (token !== undefined) return [atom(token, node, { reader, marks })];
    return part === "" ? [] : [marked({ type: "text", text: part }, marks)];
  });
}

function atom(
  token: Token,
  node: Nodes,
  { reader, marks }: { reader: Reader; marks: Marks },
): TextNode {
  if (token.kind === "value") {
    use({ kind: "expression", name: token.expr }, node, reader);
    return marked({ type: "value", attrs: { expr: token.expr } }, marks);
  }
  if (token.kind === "clauseRef") {
    use({ kind: "clauseRef", name: token.target }, node, reader);
    return marked({ type: "clauseRef", attrs: { target: token.target } }, marks);
  }
  const name = typeset(token.name, reader.language);
  use({ kind: token.defines ? "definition" : "term", name }, node, reader);
  return marked({ type: "term", attrs: { name, defines: token.defines } }, marks);
}

function marked(node: TextNode, marks: Marks): TextNode {
  return marks.length === 0 ? node : { ...node, marks };
}

/** A reference shows "article 3" by itself: the word typed before it in the singular is dropped. */
function trimmed(nodes: readonly TextNode[]): readonly TextNode[] {
  return nodes.flatMap((node, index) => {
    if (node.text === undefined || nodes[index + 1]?.type !== "clauseRef") return [node];
    const text = node.text.replace(/\b(article|annexe|annex)[ \u00A0]$/iu, "");
    return text === "" ? [] : [{ ...node, text }];
  });
}
