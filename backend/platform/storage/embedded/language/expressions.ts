import { Decimal128 } from "mongodb";
import { Lazy } from "mingo/lazy";
import { evalExpr } from "mingo/core";
import * as accumulators from "mingo/operators/accumulator";
import * as expressions from "mingo/operators/expression";
import {
  average,
  numberType,
  product,
  quotient,
  roundedTo,
  toDecimal,
  total,
  wholeNumber,
} from "./arithmetic.ts";
import { typedExpressions, typedStages } from "./predicates.ts";
import { serverError } from "../values/errors.ts";
import { compareValues, encodeValue } from "../values/keys.ts";
import { isDoc, put, typeName, type Doc } from "../values/values.ts";

/** What mingo hands to operators and stages. */
export type Setting = Parameters<typeof expressions.$add>[2];
type Values = readonly unknown[];
type Accumulate = (docs: Doc[], operand: unknown, how: Setting) => unknown;

/** Missing fields are left out; missing items are null. */
function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => tidied(item) ?? null);
  if (!isDoc(value)) return value;
  const out: Doc = {};
  for (const [key, item] of Object.entries(value))
    if (item !== undefined) put(out, key, tidied(item));
  return out;
}

/** What an expression makes of a document; undefined for what is missing. */
export function evaluate(doc: unknown, expression: unknown, how: Setting): unknown {
  const value: unknown = evalExpr(doc, expression, how);
  return typeof expression === "object" ? tidied(value) : value;
}

const isMissing = (value: unknown): value is null | undefined =>
  value === null || value === undefined;

/** Bytes that only equal values share, and null what is missing. */
export const keyOf = (value: unknown): string => encodeValue(value ?? null).toString("latin1");

function extreme(values: Values, way: 1 | -1): unknown {
  const there = values.filter((value) => !isMissing(value));
  if (there.length === 0) return null;
  return there.reduce((best, value) => (compareValues(value, best) * way > 0 ? value : best));
}

/** Of the values of a group, and in expressions of a list of values. */
const ofValues: Record<string, (values: Values) => unknown> = {
  $sum: total,
  $avg: average,
  $min: (values) => extreme(values, -1),
  $max: (values) => extreme(values, 1),
};

const ofGroups: typeof ofValues = {
  ...ofValues,
  $push: (values) => values.filter((value) => value !== undefined),
  $addToSet(values) {
    const there = values.filter((value) => value !== undefined);
    return [...new Map(there.map((value) => [keyOf(value), value])).values()];
  },
  $mergeObjects: (values) => Object.assign({}, ...values.filter(isDoc)) as Doc,
};

/** The first or last documents in an order. */
function ranked(from: "first" | "last", isOne: boolean): Accumulate {
  return (docs, operand, how) => {
    const { n, sortBy, output } = operand as Doc;
    if (!isDoc(sortBy)) throw serverError(5788005, "Missing value for 'sortBy'");
    const count = isOne ? 1 : Number(evaluate({}, n, how));
    if (!(count >= 1)) throw serverError(5787908, "'n' must be greater than 0");
    const sorted = typedStages.$sort(Lazy(docs), sortBy, how as never).collect();
    const picked = from === "first" ? sorted.slice(0, count) : sorted.slice(-count);
    const shown = picked.map((doc) => evaluate(doc, output, how) ?? null);
    return isOne ? (shown[0] ?? null) : shown;
  };
}

const ofDocs: Record<string, Accumulate> = {
  $top: ranked("first", true),
  $bottom: ranked("last", true),
  $topN: ranked("first", false),
  $bottomN: ranked("last", false),
};

/** Accumulators that mingo does otherwise than MongoDB. */
export const ownAccumulators: Record<string, Accumulate> = {
  ...ofDocs,
  ...Object.fromEntries(
    Object.entries(ofGroups).map(([name, summarise]): [string, Accumulate] => [
      name,
      (docs, operand, how) => summarise(docs.map((doc) => evaluate(doc, operand, how))),
    ]),
  ),
};

const known: Record<string, unknown> = { ...accumulators, ...ownAccumulators };

/** What accumulators make of the documents of a group. */
export function accumulated(docs: Doc[], output: Doc, how: Setting): Doc {
  const out: Doc = {};
  for (const [field, accumulator] of Object.entries(output)) {
    const [name = "", operand] = Object.entries(accumulator as Doc)[0] ?? [];
    put(out, field, (known[name] as Accumulate)(docs, operand, how) ?? null);
  }
  return out;
}

function refuseType(name: string, value: unknown): never {
  throw serverError(14, `${name} only supports numeric types, not ${typeName(value)}`);
}

/** Refuses what is no number, or no date where one may be; true when null or nothing comes before that. */
function isNothing(name: string, values: Values, takesDates = false): boolean {
  for (const value of values) {
    if (isMissing(value)) return true;
    const isTaken = numberType(value) !== undefined || (takesDates && value instanceof Date);
    if (!isTaken) refuseType(name, value);
  }
  return false;
}

const isDate = (value: unknown): value is Date => value instanceof Date;

function added(values: Values): unknown {
  if (isNothing("$add", values, true)) return null;
  const [date, another] = values.filter(isDate);
  if (another) throw serverError(16612, "only one date allowed in an $add expression");
  const sum = total(values.filter((value) => !isDate(value)));
  return date ? new Date(date.getTime() + Math.round(Number(sum))) : sum;
}

function subtracted(values: Values): unknown {
  if (values.some(isMissing)) return null;
  isNothing("$subtract", values, isDate(values[0]));
  const [from, by] = values.map((value) => (isDate(value) ? value.getTime() : value));
  const difference = total([from, product([by, -1])]);
  return isDate(values[0]) && !isDate(values[1]) ? new Date(Number(difference)) : difference;
}

function divided(values: Values): unknown {
  if (isNothing("$divide", values)) return null;
  if (Number(values[1]) === 0) throw serverError(2, "can't $divide by zero");
  return quotient(values[0], values[1]);
}

function rounding(name: string, isCut: boolean) {
  return (values: Values): unknown => {
    if (isNothing(name, values)) return null;
    const places = values.length < 2 ? 0 : wholeNumber(values[1]);
    if (places === undefined)
      throw serverError(51082, `precision argument to ${name} must be a whole number`);
    return roundedTo(values[0], places, isCut);
  };
}

function asDecimal([value]: Values): unknown {
  if (isMissing(value)) return null;
  const number = typeof value === "boolean" || isDate(value) ? Number(value) : value;
  if (numberType(number) !== undefined) return toDecimal(number);
  try {
    return Decimal128.fromString(value as string);
  } catch {
    throw serverError(241, `Failed to parse number of type ${typeName(value)} in $convert`);
  }
}

const ofOperands: typeof ofValues = {
  $add: added,
  $subtract: subtracted,
  $multiply: (values) => (isNothing("$multiply", values) ? null : product(values)),
  $divide: divided,
  $round: rounding("$round", false),
  $trunc: rounding("$trunc", true),
  $toDecimal: asDecimal,
  $type: ([value]) => typeName(value),
  $isNumber: ([value]) => numberType(value) !== undefined,
  $size([list]) {
    if (Array.isArray(list)) return list.length;
    const what = "The argument to $size must be an array, but was of type:";
    throw serverError(17124, `${what} ${typeName(list)}`);
  },
};

const dateParts =
  "$year $month $dayOfMonth $dayOfWeek $dayOfYear $week $hour $minute $second $millisecond $isoWeek $isoWeekYear $isoDayOfWeek";

function datePart(name: string) {
  const part = (expressions as unknown as Record<string, typeof expressions.$year>)[name];
  return (doc: Doc, operand: unknown, how: Setting): unknown => {
    const date = isDoc(operand) && "date" in operand ? operand["date"] : operand;
    return isMissing(evaluate(doc, date, how)) ? null : part?.(doc, operand, how);
  };
}

function ofList(calculate: (values: Values) => unknown, isOfValues: boolean) {
  return (doc: Doc, operand: unknown, how: Setting): unknown => {
    const parts: unknown[] = Array.isArray(operand) ? operand : [operand];
    const values = parts.map((part) => evaluate(doc, part, how));
    const isList = isOfValues && values.length === 1 && Array.isArray(values[0]);
    return calculate(isList ? (values[0] as Values) : values);
  };
}

/** Expressions that mingo computes otherwise than MongoDB. */
export const ownExpressions: Record<string, unknown> = {
  ...typedExpressions,
  ...Object.fromEntries(dateParts.split(" ").map((name) => [name, datePart(name)])),
  ...Object.fromEntries(Object.entries(ofValues).map(([name, f]) => [name, ofList(f, true)])),
  ...Object.fromEntries(Object.entries(ofOperands).map(([name, f]) => [name, ofList(f, false)])),
};
