import { Mark, Node, type NodeConfig } from "@tiptap/core";
import type { MarkSpec, NodeSpec } from "@tiptap/pm/model";
import { agreementSchema, type TextNodeName } from "../../../domain/agreements/schema.ts";

type Html = Pick<NodeConfig, "parseHTML" | "renderHTML">;

/** How each node looks as HTML: what copying puts on the clipboard and pasting reads. */
const html: Record<TextNodeName, Html> = {
  doc: {},
  text: {},
  paragraph: tag("p"),
  title: tag("h1"),
  clause: tag("section", "clause"),
  clauseTitle: {
    parseHTML: () => ["h2", "h3", "h4", "h5", "h6"].map((name) => ({ tag: name })),
    renderHTML: () => ["h2", 0],
  },
  conditional: tag("div", "conditional"),
  annex: tag("section", "annex"),
  bulletList: tag("ul"),
  orderedList: tag("ol"),
  listItem: tag("li"),
  table: {
    parseHTML: () => [{ tag: "table" }],
    renderHTML: () => ["table", ["tbody", 0]],
  },
  tableRow: tag("tr"),
  tableCell: tag("td"),
  tableHeader: tag("th"),
  dataTable: tag("div", "dataTable", true),
  signatures: tag("div", "signatures", true),
  value: tag("span", "value", true),
  term: tag("span", "term", true),
  clauseRef: tag("span", "clauseRef", true),
  hardBreak: { parseHTML: () => [{ tag: "br" }], renderHTML: () => ["br"] },
};

/** A tag; where several nodes share one, `data-entente` tells them apart. */
function tag(name: string, kind?: string, isLeaf = false): Html {
  return {
    parseHTML: () => [
      { tag: kind === undefined ? name : `${name}[data-entente="${kind}"]`, priority: 60 },
    ],
    renderHTML: ({ HTMLAttributes }) => {
      const own: Record<string, unknown> = { ...HTMLAttributes };
      if (kind !== undefined) own["data-entente"] = kind;
      return isLeaf ? [name, own] : [name, own, 0];
    },
  };
}

/** An attribute travels in HTML as `data-…`, keeping the type its default has. */
function attributesOf(spec: NodeSpec): Record<string, object> {
  return Object.fromEntries(
    Object.entries(spec.attrs ?? {}).map(([name, attribute]) => {
      const otherwise: unknown = attribute.default;
      const isOfHtml = name === "colspan" || name === "rowspan";
      const key = isOfHtml ? name : `data-${name}`;
      return [
        name,
        {
          ...attribute,
          parseHTML: (element: HTMLElement) => readAttribute(element.getAttribute(key), otherwise),
          renderHTML: (attrs: Record<string, unknown>) => {
            const value = attrs[name];
            const isPlain =
              typeof value === "string" || typeof value === "number" || typeof value === "boolean";
            return isPlain && value !== otherwise ? { [key]: String(value) } : {};
          },
        },
      ];
    }),
  );
}

function readAttribute(written: string | null, otherwise: unknown): unknown {
  if (written === null) return otherwise;
  if (typeof otherwise === "number") {
    const count = Number(written);
    return Number.isInteger(count) && count > 0 && count < 100 ? count : otherwise;
  }
  if (typeof otherwise === "boolean") return written === "true";
  return written.slice(0, 2000);
}

function specOf(name: TextNodeName): NodeSpec {
  return agreementSchema.nodes[name].spec;
}

/** What a node adds to its place in the schema: a view, keys, commands. */
export type Behaviour = Partial<NodeConfig>;

/** The editor's node of this name: exactly the schema's, with the given behaviour. */
export function nodeOf(name: TextNodeName, behaviour: Behaviour = {}): Node {
  const spec = specOf(name);
  return Node.create({
    name,
    ...(name === "doc" ? { topNode: true } : {}),
    ...(spec.content === undefined ? {} : { content: spec.content }),
    ...(spec.group === undefined ? {} : { group: spec.group }),
    ...(spec.inline === true ? { inline: true } : {}),
    ...(spec.atom === true ? { atom: true } : {}),
    ...(spec.defining === true ? { defining: true } : {}),
    ...(spec.isolating === true ? { isolating: true } : {}),
    ...html[name],
    addAttributes: () => attributesOf(spec),
    extendNodeSchema: (extension) => {
      const role: unknown = extension.name === name ? spec["tableRole"] : undefined;
      return role === undefined ? {} : { tableRole: role };
    },
    ...behaviour,
  });
}

const markTags: Record<string, readonly string[]> = { bold: ["strong", "b"], italic: ["em", "i"] };

/** The editor's mark of this name. */
export function markOf(name: "bold" | "italic", shortcut: string): Mark {
  const spec: MarkSpec = agreementSchema.marks[name]?.spec ?? {};
  const [first = "span"] = markTags[name] ?? [];
  return Mark.create({
    ...spec,
    name,
    parseHTML: () => (markTags[name] ?? []).map((tagName) => ({ tag: tagName })),
    renderHTML: () => [first, 0],
    addKeyboardShortcuts() {
      return { [shortcut]: () => this.editor.commands.toggleMark(name) };
    },
  });
}

/** Names of the schema's nodes, in its order: the first block is what a split falls back to. */
export const nodeNames = Object.keys(agreementSchema.nodes) as readonly TextNodeName[];
