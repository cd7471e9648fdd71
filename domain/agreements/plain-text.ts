import type { TextNode } from "../kernel/text.ts";
import { textAttr } from "./numbering.ts";
import type { ShownTable } from "./version.ts";

/** A clause or annex of a resolved text, without the clauses inside it. */
export interface PlainClause {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  /** In the form of `plainText`. */
  readonly text: string;
}

/**
 * A resolved text as plain text (`entente-text/1`): Unicode NFC, one line per block, table cells
 * separated by tabs, LF line ends, a final LF; "" for an empty text.
 */
export function plainText(resolved: TextNode): string {
  return finish(lines(resolved));
}

/** Every clause and annex of a resolved text, in order, nested ones after the one around them. */
export function plainClauses(resolved: TextNode): readonly PlainClause[] {
  const inner = (resolved.content ?? []).flatMap(plainClauses);
  if (!isClause(resolved)) return inner;
  const title = resolved.content?.find((child) => child.type === "clauseTitle");
  const own = {
    ...resolved,
    content: (resolved.content ?? []).filter((child) => !isClause(child)),
  };
  const clause = {
    id: textAttr(resolved, "id"),
    number: textAttr(resolved, "number"),
    title: title === undefined ? "" : inlineText(title).normalize("NFC"),
    text: finish(lines(own)),
  };
  return [clause, ...inner];
}

function isClause(node: TextNode): boolean {
  return node.type === "clause" || node.type === "annex";
}

function finish(all: readonly string[]): string {
  const kept = all.map((line) => line.normalize("NFC").trimEnd()).filter((line) => line !== "");
  return kept.map((line) => `${line}\n`).join("");
}

function lines(node: TextNode, number = ""): readonly string[] {
  switch (node.type) {
    case "title":
    case "paragraph":
      return inlineText(node).split("\n");
    case "clauseTitle":
      return [`${number}${number === "" ? "" : " "}${inlineText(node)}`];
    case "tableRow":
      return [(node.content ?? []).map((cell) => lines(cell).join(" ")).join("\t")];
    case "dataTable":
      return tableLines(node);
    case "signatures":
      return partyLines(node);
    default:
      return (node.content ?? []).flatMap((child) => lines(child, textAttr(node, "number")));
  }
}

function inlineText(node: TextNode): string {
  return (node.content ?? []).map(pieceText).join("");
}

function pieceText(node: TextNode): string {
  if (node.type === "text") return (node.text ?? "").replace(/[\r\n]+/g, " ");
  if (node.type === "hardBreak") return "\n";
  return textAttr(node, "shown");
}

function tableLines(node: TextNode): readonly string[] {
  const table = node.attrs?.["table"];
  if (!isShownTable(table)) return [];
  const rows = [table.columns.map((column) => column.label), ...table.rows];
  const all = table.total === null ? rows : [...rows, table.total];
  return all.map((row) => row.join("\t"));
}

/** Whether an attribute is a table as `resolve` writes it. */
export function isShownTable(value: unknown): value is ShownTable {
  return typeof value === "object" && value !== null && "columns" in value && "rows" in value;
}

function partyLines(node: TextNode): readonly string[] {
  const parties: unknown = node.attrs?.["parties"];
  if (!Array.isArray(parties)) return [];
  return parties.flatMap((party: unknown) =>
    typeof party === "object" && party !== null && "name" in party && typeof party.name === "string"
      ? [party.name]
      : [],
  );
}
