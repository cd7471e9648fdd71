import { Binary, Long } from "mongodb";
import { evalExpr } from "mingo/core";
import { Lazy } from "mingo/lazy";
import { $sort as collatedSort } from "mingo/operators/pipeline";
import { numberType } from "./arithmetic.ts";
import { compiled, type Predicate, type QueryOptions } from "./conditions.ts";
import { assertFilter, isOfValues } from "./filters.ts";
import { serverError } from "../values/errors.ts";
import { compareValues, sameValue } from "../values/keys.ts";
import { candidatesAt, leavesAt, sortKey, type Field } from "../values/paths.ts";
import { hasOperators, isDoc, type Doc } from "../values/values.ts";

type Test = (candidate: unknown) => boolean;

function some(path: string, test: Test): Predicate {
  return (doc) => candidatesAt(doc, path).some((candidate) => test(candidate));
}

/** A pattern as a server tests it: the driver shows its option `s` as `g`, which would remember where it stopped. */
function patternTest(pattern: RegExp): Test {
  const isAcrossLines = pattern.global || pattern.dotAll;
  const own = new RegExp(
    pattern.source,
    pattern.flags.replace(/[gs]/g, "") + (isAcrossLines ? "s" : ""),
  );
  return (candidate) =>
    typeof candidate === "string"
      ? own.test(candidate)
      : candidate instanceof RegExp && sameValue(candidate, pattern);
}

/** Equality with an element of a list, in which patterns stand for what they match. */
export function listedTest(operand: unknown, equals: Test): Test {
  return operand instanceof RegExp ? patternTest(operand) : equals;
}

/** Elements that meet a condition: operators on the element, or a filter of its fields. */
function elemMatch(path: string, condition: unknown, options: QueryOptions): Predicate {
  const criteria = isDoc(condition) ? condition : {};
  const isOfValue = isOfValues(criteria);
  const matches = compiled(isOfValue ? { e: criteria } : criteria, options);
  const test = (item: unknown): boolean =>
    isOfValue ? matches({ e: item }) : (isDoc(item) || Array.isArray(item)) && matches(item);
  return (doc) =>
    leavesAt(doc, path).some((leaf) => Array.isArray(leaf) && leaf.some((item) => test(item)));
}

const all =
  (equals: (a: unknown, b: unknown) => boolean) =>
  (path: string, operand: unknown, options: QueryOptions): Predicate => {
    const items = Array.isArray(operand) ? (operand as unknown[]) : [];
    const predicates = items.map((item): Predicate => {
      if (hasOperators(item) && isDoc(item.$elemMatch))
        return elemMatch(path, item.$elemMatch, options);
      return some(
        path,
        listedTest(item, (candidate) => equals(candidate, item)),
      );
    });
    return (doc) => predicates.length > 0 && predicates.every((predicate) => predicate(doc));
  };

/** Everything but false, zero and null is true. */
export function isTrue(operand: unknown): boolean {
  return operand !== null && operand !== undefined && operand !== false && !sameValue(operand, 0);
}

function truncated(value: unknown): number {
  return Math.trunc(value instanceof Long ? value.toNumber() : Number(String(value)));
}

function modulo(path: string, operand: unknown): Predicate {
  const [divisor, rest] = Array.isArray(operand) ? (operand as unknown[]).map(truncated) : [];
  if (divisor === undefined || divisor === 0) throw serverError(2, "divisor cannot be 0");
  return some(
    path,
    (candidate) =>
      numberType(candidate) !== undefined && truncated(candidate) % divisor === (rest ?? 0),
  );
}

/** Bits of a whole number or of bytes, the lowest first; undefined for what has none. */
function bitsOf(value: unknown): bigint | undefined {
  if (value instanceof Long) return BigInt.asUintN(64, value.toBigInt());
  if (value instanceof Binary) {
    const hex = Buffer.from(value.value()).reverse().toString("hex");
    return BigInt(`0x${hex === "" ? "0" : hex}`);
  }
  if (numberType(value) === undefined) return undefined;
  const number = Number(String(value));
  return Number.isInteger(number) && Math.abs(number) < 2 ** 63
    ? BigInt.asUintN(64, BigInt(number))
    : undefined;
}

function maskOf(operand: unknown): bigint {
  if (!Array.isArray(operand)) return bitsOf(operand) ?? 0n;
  return (operand as unknown[]).reduce<bigint>(
    (mask, position) => mask | (1n << BigInt(truncated(position))),
    0n,
  );
}

function bitwise(accept: (set: bigint, mask: bigint) => boolean) {
  return (path: string, operand: unknown): Predicate => {
    const mask = maskOf(operand);
    return some(path, (candidate) => {
      const bits = bitsOf(candidate);
      return bits !== undefined && accept(bits & mask, mask);
    });
  };
}

/** Query operators by BSON's types, in place of mingo's by JavaScript's. */
export function typedOperators(equals: (a: unknown, b: unknown) => boolean): Doc {
  return {
    $all: all(equals),
    $regex: (path: string, operand: unknown) =>
      some(path, patternTest(operand instanceof RegExp ? operand : new RegExp(String(operand)))),
    $elemMatch: elemMatch,
    $exists: (path: string, operand: unknown) => (doc: unknown) =>
      leavesAt(doc, path).some((leaf) => leaf !== undefined) === isTrue(operand),
    $size: (path: string, operand: unknown) => (doc: unknown) =>
      leavesAt(doc, path).some((leaf) => Array.isArray(leaf) && leaf.length === truncated(operand)),
    $mod: modulo,
    $bitsAllSet: bitwise((set, mask) => set === mask),
    $bitsAnySet: bitwise((set) => set !== 0n),
    $bitsAllClear: bitwise((set) => set === 0n),
    $bitsAnyClear: bitwise((set, mask) => set !== mask),
  };
}

/** Order of two values of an expression: what is missing comes before everything that is there. */
function order(a: unknown, b: unknown): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareValues(a, b);
}

function compared<T>(show: (order: number) => T) {
  return (doc: unknown, operands: unknown, options: never): T => {
    const values: unknown = evalExpr(doc, operands, options);
    if (!Array.isArray(values) || values.length !== 2)
      throw serverError(16020, "Expression takes exactly 2 arguments.");
    return show(order(values[0], values[1]));
  };
}

/** Comparisons in expressions by MongoDB's order of all values. */
export const typedExpressions = {
  $eq: compared((o) => o === 0),
  $ne: compared((o) => o !== 0),
  $gt: compared((o) => o > 0),
  $gte: compared((o) => o >= 0),
  $lt: compared((o) => o < 0),
  $lte: compared((o) => o <= 0),
  $cmp: compared((o) => Math.sign(o)),
};

type Docs = Parameters<typeof collatedSort>[0];

/** `$match` by BSON's types, and `$sort` by MongoDB's order of all values. */
export const typedStages = {
  $match(docs: Docs, filter: Doc, options: QueryOptions) {
    assertFilter(filter);
    return docs.filter(compiled(filter, options));
  },

  $sort(docs: Docs, spec: Doc, options: { collation?: unknown }) {
    if (options.collation !== undefined) return collatedSort(docs, spec as never, options as never);
    const fields = Object.entries(spec).map(([path, way]): Field => [path, way === -1 ? -1 : 1]);
    return docs.transform((all) => {
      const keyed = all.map((doc) => ({ doc, key: sortKey(doc as Doc, fields) }));
      keyed.sort((a, b) => Buffer.compare(a.key, b.key));
      return Lazy(keyed.map(({ doc }) => doc));
    });
  },
};
