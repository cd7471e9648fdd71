import { ObjectId } from "mongodb";
import { encodeValue, rank, rankOf } from "../values/keys.ts";
import type { IndexSpec } from "./indexes.ts";
import { matcherOf } from "../language/matching.ts";
import { hasOperators, isDoc, type Doc } from "../values/values.ts";

/** One end of an interval of keys. */
export interface Bound {
  readonly key: Buffer;
  readonly inclusive: boolean;
}

/** What a filter says about one path. */
export interface Constraint {
  points?: readonly unknown[];
  low?: Bound;
  high?: Bound;
  /** False when the filter says more about the path than points or one interval can. */
  isExact: boolean;
}

/** What a filter says about paths, as far as an index can use it. */
export interface Constraints {
  readonly paths: Map<string, Constraint>;
  /** False when the filter has conditions on no single path. */
  isExact: boolean;
}

/** Longer strings may be cut in keys, so that other strings share them. */
const maxExactCharacters = 200;

/** Collects what the filter's conjunction says about single paths; `$or` and negations say nothing. */
export function constraintsOf(
  filter: Doc,
  found: Constraints = { paths: new Map(), isExact: true },
): Constraints {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" && Array.isArray(condition)) {
      for (const part of condition as unknown[]) if (isDoc(part)) constraintsOf(part, found);
    } else if (path.startsWith("$")) {
      found.isExact = false;
    } else {
      const constraint = found.paths.get(path) ?? { isExact: true };
      narrow(constraint, condition);
      found.paths.set(path, constraint);
    }
  }
  return found;
}

/** The ways of each `$or` that every match must meet. */
export function choicesOf(filter: Doc): Doc[][] {
  return Object.entries(filter).flatMap(([path, condition]) => {
    if (!Array.isArray(condition)) return [];
    const parts = (condition as unknown[]).filter((part) => isDoc(part));
    if (path === "$and") return parts.flatMap((part) => choicesOf(part));
    return path === "$or" ? [parts] : [];
  });
}

function narrow(constraint: Constraint, condition: unknown): void {
  if (!hasOperators(condition)) {
    narrowToPoints(constraint, [condition]);
    return;
  }
  for (const [operator, operand] of Object.entries(condition))
    narrowBy(constraint, operator, operand);
}

/** A value whose key no other value has, and which only itself equals. */
function isPlainScalar(value: unknown): boolean {
  if (typeof value === "string") return value.length <= maxExactCharacters;
  if (typeof value === "number") return !Number.isNaN(value);
  return typeof value === "boolean" || value instanceof Date || value instanceof ObjectId;
}

function narrowToPoints(constraint: Constraint, points: readonly unknown[]): void {
  const isNarrowed = constraint.points ?? constraint.low ?? constraint.high;
  if (isNarrowed || !points.every((point) => isPlainScalar(point))) constraint.isExact = false;
  if (!points.some((point) => point instanceof RegExp)) constraint.points ??= points;
}

function narrowToBound(
  constraint: Constraint,
  end: "low" | "high",
  bound: { operand: unknown; inclusive: boolean },
): void {
  if (constraint.points || constraint[end] || !isPlainScalar(bound.operand))
    constraint.isExact = false;
  if (isRangeable(bound.operand))
    constraint[end] = { key: encodeValue(bound.operand), inclusive: bound.inclusive };
}

function narrowBy(constraint: Constraint, operator: string, operand: unknown): void {
  switch (operator) {
    case "$eq":
      return narrowToPoints(constraint, [operand]);
    case "$in":
      if (Array.isArray(operand)) return narrowToPoints(constraint, operand as unknown[]);
      break;
    case "$gt":
    case "$gte":
      return narrowToBound(constraint, "low", { operand, inclusive: operator === "$gte" });
    case "$lt":
    case "$lte":
      return narrowToBound(constraint, "high", { operand, inclusive: operator === "$lte" });
    default:
  }
  constraint.isExact = false;
}

function isRangeable(operand: unknown): boolean {
  return operand !== null && operand !== undefined && !Array.isArray(operand) && !isDoc(operand);
}

/** What a value at a path meets whatever other values are there. */
const sure = new Set(["$eq", "$gt", "$gte", "$lt", "$lte", "$in", "$type"]);

/** True when documents that meet the constraint have a value at the path. */
function isPresent(constraint: Constraint | undefined): boolean {
  if (constraint?.low ?? constraint?.high) return true;
  return constraint?.points?.every((point) => (point ?? null) !== null) ?? false;
}

const nanKey = encodeValue(NaN);

/** True when an interval of values lies within the one that an operator describes. */
function isWithinBound(operator: string, operand: unknown, { low, high }: Constraint): boolean {
  const isLow = operator === "$gt" || operator === "$gte";
  const bound = isLow ? low : high;
  const isOther = !isLow && operator !== "$lt" && operator !== "$lte";
  if (isOther || bound === undefined || !isPlainScalar(operand)) return false;
  const key = encodeValue(operand);
  // A comparison never crosses types, and only NaN meets NaN.
  if (key[0] !== bound.key[0] || bound.key.equals(nanKey)) return false;
  const inward = Buffer.compare(bound.key, key) * (isLow ? 1 : -1);
  return inward > 0 || (inward === 0 && (operator.endsWith("e") || !bound.inclusive));
}

/** True when every document that meets the constraint meets the condition, whatever arrays it is found in. */
function isImplied(condition: unknown, constraint: Constraint | undefined): boolean {
  const operators = hasOperators(condition) ? condition : { $eq: condition };
  return Object.entries(operators).every(([operator, operand]) => {
    if (operator === "$exists" && operand === true) return isPresent(constraint);
    if (constraint && isWithinBound(operator, operand, constraint)) return true;
    if (!sure.has(operator) || constraint?.points === undefined) return false;
    const matcher = matcherOf({ value: { [operator]: operand } });
    // Equal numbers may be of different types (and text of MongoDB's old type symbol, which nobody writes any more).
    const isOfOneType = operator === "$type" && operand !== "number";
    const isMet = (point: unknown) =>
      !Array.isArray(point) &&
      !(isOfOneType && rankOf(point) === rank.number) &&
      matcher.test({ value: point }) &&
      ((point ?? null) !== null || matcher.test({}));
    return constraint.points.every(isMet);
  });
}

/** A sparse or partial index may answer only filters that its documents are sure to contain. */
export function isComplete(spec: IndexSpec, constraints: ReadonlyMap<string, Constraint>): boolean {
  if (spec.sparse && !spec.fields.some(([path]) => isPresent(constraints.get(path)))) return false;
  return isWithin(spec.partial ?? {}, constraints);
}

function isWithin(partial: Doc, constraints: ReadonlyMap<string, Constraint>): boolean {
  const within = (part: Doc) => isWithin(part, constraints);
  return Object.entries(partial).every(([path, condition]) => {
    if (path === "$and") return (condition as Doc[]).every(within);
    if (path === "$or") return (condition as Doc[]).some(within);
    return isImplied(condition, constraints.get(path));
  });
}
