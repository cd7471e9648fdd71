import type { ASTNode } from "@marcbachmann/cel-js";
import { parse } from "@marcbachmann/cel-js";
import { findList, type Model } from "./model.ts";

/** What is wrong in an expression: a code of the template rules and a sentence. */
export interface ExpressionFault {
  readonly code: "EXP-01" | "VAR-01";
  readonly detail: string;
}

/** Names that an expression reads: parameters, computed values, and rows of lists. */
interface Reading {
  readonly model: Model;
  readonly names: Set<string>;
  readonly faults: ExpressionFault[];
}

/** Variables bound by a macro, with the list whose rows they range over where that is known. */
type Bound = ReadonlyMap<string, string | undefined>;

const macros = new Set(["all", "exists", "exists_one", "filter", "map"]);

/** The most characters an expression may have: longer ones are an attack, not a rule. */
export const MAX_EXPRESSION_LENGTH = 2_000;

/** Parses an expression; undefined if its syntax is wrong or it is too long. */
export function parseExpression(source: string): ASTNode | undefined {
  if (source.length > MAX_EXPRESSION_LENGTH) return undefined;
  try {
    return parse(source).ast;
  } catch {
    // The parser's own error class carries only a position in `source`: the caller names the place.
    return undefined;
  }
}

/** Most steps that an expression written in a text may take; one from the model has no bound. */
export const MAX_TEXT_EXPRESSION_STEPS = 60_000;

/**
 * Upper bound of the steps an expression takes. Whoever edits a text can write any expression in it:
 * nested macros over long lists, or a regular expression that backtracks (`matches`, counted as
 * endless), would otherwise stop the server.
 */
export function stepsOf(node: ASTNode, rowsIn: RowCount): number {
  return countSteps(node, { rowsIn, bound: new Set() });
}

/** How many rows a list fact has; undefined if the name is none. */
export type RowCount = (name: string) => number | undefined;

interface Counting {
  readonly rowsIn: RowCount;
  /** Variables of the macros around: their lengths are unknown, whatever fact has their name. */
  readonly bound: ReadonlySet<string>;
}

function countSteps(node: ASTNode, counting: Counting): number {
  const sum = (nodes: readonly ASTNode[], inner: Counting): number =>
    nodes.reduce((total, child) => total + countSteps(child, inner), 1);
  if (node.op !== "rcall") return sum(children(node.args), counting);
  const [method, receiver, given] = node.args;
  if (method === "matches") return Infinity;
  const variable = given[0];
  if (!macros.has(method) || variable?.op !== "id") return sum([receiver, ...given], counting);
  const inner = { ...counting, bound: new Set(counting.bound).add(variable.args) };
  return countSteps(receiver, counting) + lengthOf(receiver, counting) * sum(given.slice(1), inner);
}

function lengthOf(node: ASTNode, counting: Counting): number {
  if (node.op === "id") {
    const rows = counting.bound.has(node.args) ? undefined : counting.rowsIn(node.args);
    return rows ?? UNKNOWN_LENGTH;
  }
  if (node.op === "list") return node.args.length;
  if (node.op === "+") return lengthOf(node.args[0], counting) + lengthOf(node.args[1], counting);
  if (node.op === "rcall" && macros.has(node.args[0])) return lengthOf(node.args[1], counting);
  return UNKNOWN_LENGTH;
}

/** Taken for a list whose length only evaluation would tell. */
const UNKNOWN_LENGTH = 1_000;

/** Every fault of an expression against the model: syntax, unknown names, unknown columns. */
export function expressionFaults(source: string, model: Model): readonly ExpressionFault[] {
  return read(source, model).faults;
}

/** The parameters and computed values that an expression reads, in order of appearance. */
export function namesRead(source: string, model: Model): readonly string[] {
  return [...read(source, model).names];
}

function read(source: string, model: Model): Reading {
  const reading: Reading = { model, names: new Set(), faults: [] };
  const ast = parseExpression(source);
  if (ast === undefined) {
    reading.faults.push({ code: "EXP-01", detail: `cannot read the expression "${source}"` });
  } else {
    walk(ast, new Map(), reading);
  }
  return reading;
}

function walk(node: ASTNode, bound: Bound, reading: Reading): void {
  if (node.op === "id") readName(node.args, bound, reading);
  else if (node.op === "rcall") walkMethod(node.args, bound, reading);
  else if (node.op === "." || node.op === ".?") {
    walk(node.args[0], bound, reading);
    readColumn({ row: node.args[0], column: node.args[1] }, bound, reading);
  } else {
    for (const child of children(node.args)) walk(child, bound, reading);
  }
}

function walkMethod(args: [string, ASTNode, ASTNode[]], bound: Bound, reading: Reading): void {
  const [method, receiver, given] = args;
  walk(receiver, bound, reading);
  const variable = given[0];
  if (!macros.has(method) || variable?.op !== "id") {
    for (const argument of given) walk(argument, bound, reading);
    return;
  }
  const inner = new Map(bound).set(variable.args, listBehind(receiver, reading.model));
  for (const argument of given.slice(1)) walk(argument, inner, reading);
}

/** The list parameter that a receiver ranges over: itself, or one of its `filter`s. */
function listBehind(receiver: ASTNode, model: Model): string | undefined {
  if (receiver.op === "id") return findList(model, receiver.args) && receiver.args;
  if (receiver.op === "rcall" && receiver.args[0] === "filter") {
    return listBehind(receiver.args[1], model);
  }
  return undefined;
}

function readName(name: string, bound: Bound, reading: Reading): void {
  if (bound.has(name) || name === "row") return;
  if (
    Object.hasOwn(reading.model.parameters, name) ||
    Object.hasOwn(reading.model.computed, name)
  ) {
    reading.names.add(name);
  } else {
    reading.faults.push({ code: "VAR-01", detail: `unknown variable "${name}"` });
  }
}

function readColumn(
  access: { row: ASTNode; column: string },
  bound: Bound,
  reading: Reading,
): void {
  const list = access.row.op === "id" ? bound.get(access.row.args) : undefined;
  const columns = list === undefined ? undefined : findList(reading.model, list)?.of;
  if (columns !== undefined && !Object.hasOwn(columns, access.column)) {
    reading.faults.push({ code: "VAR-01", detail: `"${list}" has no column "${access.column}"` });
  }
}

function children(args: unknown): readonly ASTNode[] {
  if (!Array.isArray(args)) return isNode(args) ? [args] : [];
  return args.flatMap(children);
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}
