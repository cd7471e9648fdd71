import { partiesOf, type Party } from "../../../domain/agreements/facts.ts";
import type { TextNode } from "../../../domain/agreements/schema.ts";
import type { ShownTable } from "../../../domain/agreements/version.ts";
import { placeCells, type Placed } from "./grid.ts";
import { printable, stretches } from "./printable.ts";
import type { RenderInput } from "./types.ts";
import { dayWords, momentWords, outcomeWords, printWords, type PrintWords } from "./words.ts";

/** A run of inline text; `to` is the label of a clause that exists, `br` a line break. */
export interface PrintRun {
  readonly s: string;
  readonly b?: true;
  readonly i?: true;
  readonly to?: string;
  readonly br?: true;
}

/** A table cell with its place in the grid. */
export interface PrintCell extends Placed {
  readonly body: readonly PrintBlock[];
}

/** What the Typst template walks: plain data, every string printable. */
export type PrintBlock =
  | { readonly k: "p"; readonly runs: readonly PrintRun[] }
  | { readonly k: "ul" | "ol"; readonly items: readonly (readonly PrintBlock[])[] }
  | {
      readonly k: "clause" | "annex";
      readonly level: number;
      readonly number: string;
      readonly label: string | null;
      readonly title: readonly PrintRun[];
      readonly body: readonly PrintBlock[];
    }
  | {
      readonly k: "table";
      readonly columns: number;
      readonly head: readonly PrintCell[];
      readonly cells: readonly PrintCell[];
    }
  | { readonly k: "data"; readonly table: ShownTable }
  | { readonly k: "signatures" };

interface PrintParty {
  readonly name: string;
  readonly lines: readonly string[];
}

/** The whole of `data.json`. */
export interface PrintModel {
  readonly language: "fr" | "en";
  readonly words: PrintWords;
  readonly title: string;
  readonly version: string;
  readonly day: string;
  readonly sha256: string;
  readonly template: string;
  readonly parties: readonly PrintParty[];
  readonly body: readonly PrintBlock[];
  readonly articles: number;
  readonly hasSignatures: boolean;
  readonly signatories: readonly {
    readonly slot: string;
    readonly name: string;
    readonly partner: string;
    readonly capacity: string;
  }[];
  readonly decision: {
    readonly title: string;
    readonly outcome: string;
    readonly closed: string;
    readonly arithmetic: readonly string[];
  } | null;
  readonly hasProof: boolean;
}

interface Walk {
  readonly labels: ReadonlySet<string>;
  readonly used: Set<string>;
}

/** Turns a version into what the print template walks; tolerant of any schema-valid text. */
export function printModel(input: RenderInput): PrintModel {
  const { content } = input;
  const language = content.language;
  const words = printWords[language];
  const blocks = (content.text.content ?? []).filter((node) => node.type !== "title");
  const walk: Walk = { labels: clauseIds(content.text), used: new Set() };
  return {
    language,
    words,
    title: printable(content.title.trim()) || words.untitled,
    version: String(content.number),
    day: dayWords(input.createdAt, language),
    sha256: input.contentSha256,
    template: printable(`${content.template.id} ${content.template.version}`),
    parties: partiesOf(content.facts).map((party) => printedParty(party, language)),
    body: blocks.flatMap((node) => block(node, 1, walk)),
    articles: blocks.filter((node) => node.type === "clause" || node.type === "annex").length,
    hasSignatures: contains(content.text, "signatures"),
    signatories: printedSignatories(input),
    decision: printedDecision(input),
    hasProof: input.logProof !== null,
  };
}

function printedSignatories(input: RenderInput): PrintModel["signatories"] {
  return input.signatories.map((one) => ({
    slot: one.slot,
    name: printable(one.name),
    partner: printable(one.partnerName),
    capacity: printable(one.capacity ?? ""),
  }));
}

function printedDecision({ decision, content }: RenderInput): PrintModel["decision"] {
  if (!decision) return null;
  return {
    title: printable(decision.title),
    outcome: printable(outcomeWords(decision.outcome, content.language)),
    closed: momentWords(decision.closedAt, content.language),
    arithmetic: decision.arithmetic.map(printable),
  };
}

function printedParty(party: Party, language: "fr" | "en"): PrintParty {
  const represented = language === "fr" ? "représentée par" : "represented by";
  const lines = [
    [party.legal_form, party.registration].filter(isShown).join(", "),
    [party.address, party.country].filter(isShown).join(", "),
    isShown(party.signatory) ? `${represented} ${party.signatory}` : "",
  ];
  return {
    name: printable(textOf(party.name)),
    lines: lines.filter((line) => line !== "").map(printable),
  };
}

function isShown(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function clauseIds(node: TextNode): ReadonlySet<string> {
  const ids = new Set<string>();
  const visit = (each: TextNode): void => {
    const id = textOf(each.attrs?.["id"]);
    if ((each.type === "clause" || each.type === "annex") && id !== "") ids.add(id);
    each.content?.forEach(visit);
  };
  visit(node);
  return ids;
}

function contains(node: TextNode, type: string): boolean {
  return node.type === type || (node.content ?? []).some((child) => contains(child, type));
}

function blocks(nodes: readonly TextNode[] | undefined, level: number, walk: Walk): PrintBlock[] {
  return (nodes ?? []).flatMap((node) => block(node, level, walk));
}

function block(node: TextNode, level: number, walk: Walk): PrintBlock[] {
  switch (node.type) {
    case "title":
    case "paragraph":
    case "clauseTitle":
      return [{ k: "p", runs: runs(node.content, walk) }];
    case "clause":
    case "annex":
      return [clause(node, level, walk)];
    case "conditional":
      return blocks(node.content, level, walk);
    case "bulletList":
    case "orderedList": {
      const items = (node.content ?? []).map((item) => blocks(item.content, level, walk));
      return items.length === 0 ? [] : [{ k: node.type === "bulletList" ? "ul" : "ol", items }];
    }
    case "table":
      return textTable(node, level, walk);
    case "dataTable":
      return dataTable(node);
    case "signatures":
      return [{ k: "signatures" }];
    default:
      return [];
  }
}

function clause(node: TextNode, level: number, walk: Walk): PrintBlock {
  const children = node.content ?? [];
  const heading = children.find((child) => child.type === "clauseTitle");
  const rest = children.filter((child) => child !== heading);
  const id = textOf(node.attrs?.["id"]);
  const isFirst = id !== "" && !walk.used.has(id);
  walk.used.add(id);
  return {
    k: node.type === "annex" ? "annex" : "clause",
    level,
    number: printable(textOf(node.attrs?.["number"])),
    label: isFirst ? `clause-${id}` : null,
    title: heading ? runs(heading.content, walk) : [],
    body: blocks(rest, level + 1, walk),
  };
}

function runs(nodes: readonly TextNode[] | undefined, walk: Walk): PrintRun[] {
  return (nodes ?? []).flatMap((node) => inline(node, walk));
}

function inline(node: TextNode, walk: Walk): PrintRun[] {
  const shown = textOf(node.attrs?.["shown"]);
  const marks = new Set((node.marks ?? []).map((mark) => mark.type));
  const style = { bold: marks.has("bold"), italic: marks.has("italic") };
  switch (node.type) {
    case "text":
      return styled(node.text ?? "", style);
    case "hardBreak":
      return [{ s: "", br: true }];
    case "value":
      return styled(shown, style);
    case "term": {
      const bold = style.bold || node.attrs?.["defines"] === true;
      return styled(shown || textOf(node.attrs?.["name"]), { ...style, bold });
    }
    case "clauseRef": {
      const target = textOf(node.attrs?.["target"]);
      const to = walk.labels.has(target) ? { to: `clause-${target}` } : {};
      return styled(shown, style).map((run) => ({ ...run, ...to }));
    }
    default:
      return [];
  }
}

function styled(text: string, style: { bold: boolean; italic: boolean }): PrintRun[] {
  return stretches(text).map(({ s, upright }) => ({
    s,
    ...(style.bold && !upright ? { b: true as const } : {}),
    ...(style.italic && !upright ? { i: true as const } : {}),
  }));
}

function textTable(node: TextNode, level: number, walk: Walk): PrintBlock[] {
  const rows = (node.content ?? []).map((row) => row.content ?? []).filter((row) => row.length > 0);
  const grid = placeCells(rows);
  if (grid.columns === 0) return [];
  const cells = grid.cells.map(({ node: cell, ...place }) => ({
    ...place,
    body: blocks(cell.content, level, walk),
  }));
  const head = cells.filter((cell) => cell.y === 0);
  const hasHead = rows.length > 1 && head.every((cell) => cell.header);
  return [
    {
      k: "table",
      columns: grid.columns,
      head: hasHead ? head : [],
      cells: hasHead ? cells.filter((cell) => cell.y > 0) : cells,
    },
  ];
}

function dataTable(node: TextNode): PrintBlock[] {
  const shown = node.attrs?.["table"];
  if (!isShownTable(shown) || shown.columns.length === 0) return [];
  const width = shown.columns.length;
  const cells = (row: readonly string[]): string[] =>
    Array.from({ length: width }, (_, index) => printable(row[index] ?? ""));
  return [
    {
      k: "data",
      table: {
        columns: shown.columns.map((column) => ({ ...column, label: printable(column.label) })),
        rows: shown.rows.map(cells),
        total: shown.total ? cells(shown.total) : null,
      },
    },
  ];
}

function isShownTable(value: unknown): value is ShownTable {
  return (
    typeof value === "object" &&
    value !== null &&
    "columns" in value &&
    Array.isArray(value.columns) &&
    "rows" in value &&
    Array.isArray(value.rows)
  );
}
