import { Schema, type MarkSpec, type NodeSpec } from "prosemirror-model";

/**
 * The text of an agreement. Content expressions use `*` only: a required child would let a
 * concurrent deletion make the shared document invalid (y-prosemirror then deletes the parent).
 * Numbers are computed from the order of clauses, never stored.
 */
const text = { default: "", validate: "string" } as const;
const nullableText = { default: null, validate: "string|null" } as const;
const count = { default: 1, validate: "number" } as const;

const nodes = {
  doc: { content: "block*" },
  text: { group: "inline" },
  /** First of the blocks, so that it is what a split or a paste falls back to. */
  paragraph: { group: "block", content: "inline*" },
  /** The agreement's title. */
  title: { group: "block", content: "inline*", defining: true },
  /** An addressable unit with a stable id; nested clauses are numbered 1.1, 1.2, … */
  clause: {
    group: "block",
    content: "(block | clauseTitle)*",
    isolating: true,
    defining: true,
    attrs: { id: text, lib: nullableText },
  },
  clauseTitle: { content: "inline*", defining: true },
  /** Shown and kept only while the CEL test over the facts is true. */
  conditional: {
    group: "block",
    content: "block*",
    defining: true,
    attrs: { test: text },
  },
  annex: {
    group: "block",
    content: "(block | clauseTitle)*",
    isolating: true,
    defining: true,
    attrs: { id: text },
  },
  bulletList: { group: "block", content: "listItem*" },
  orderedList: { group: "block", content: "listItem*" },
  listItem: { content: "block*", defining: true },
  table: { group: "block", content: "tableRow*", isolating: true, tableRole: "table" },
  tableRow: { content: "(tableCell | tableHeader)*", tableRole: "row" },
  tableCell: {
    content: "block*",
    isolating: true,
    tableRole: "cell",
    attrs: { colspan: count, rowspan: count, colwidth: { default: null } },
  },
  tableHeader: {
    content: "block*",
    isolating: true,
    tableRole: "header_cell",
    attrs: { colspan: count, rowspan: count, colwidth: { default: null } },
  },
  /** A table whose rows are a list fact: headers, order and totals come from the model. */
  dataTable: {
    group: "block",
    atom: true,
    attrs: { id: text, of: text, columns: text, total: nullableText },
  },
  /** The signature boxes, one per party of the named list. */
  signatures: {
    group: "block",
    atom: true,
    attrs: { of: { default: "parties", validate: "string" } },
  },
  /** A fact shown in the text: `expr` is a CEL expression over the facts. */
  value: { group: "inline", inline: true, atom: true, attrs: { expr: text } },
  /** A defined term in use, or (`defines`) the place that defines it. */
  term: {
    group: "inline",
    inline: true,
    atom: true,
    attrs: { name: text, defines: { default: false, validate: "boolean" } },
  },
  /** A reference to a clause or annex by id; shown as its current number. */
  clauseRef: { group: "inline", inline: true, atom: true, attrs: { target: text } },
  hardBreak: { group: "inline", inline: true },
} satisfies Record<string, NodeSpec>;

const marks = { bold: {}, italic: {} } satisfies Record<string, MarkSpec>;

/** Names of the node types of an agreement's text. */
export type TextNodeName = keyof typeof nodes;

/** The one schema of agreement text: editor, server validation, templates and print agree on it. */
export const agreementSchema = new Schema({ nodes, marks });

export type { TextNode } from "../kernel/text.ts";

/** Deepest nesting of nodes that the server accepts: deeper text exhausts recursive readers. */
export const MAX_TEXT_DEPTH = 24;
