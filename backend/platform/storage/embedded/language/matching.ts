import { Decimal128 } from "mongodb";
import { Aggregator } from "mingo/aggregator";
import { Context, evalExpr, ProcessingMode } from "mingo/core";
import * as accumulators from "mingo/operators/accumulator";
import * as expressions from "mingo/operators/expression";
import * as pipelines from "mingo/operators/pipeline";
import * as projections from "mingo/operators/projection";
import * as queries from "mingo/operators/query";
import * as windows from "mingo/operators/window";
import { collatorOf, type Collator } from "../values/collation.ts";
import { serverError, unsupported } from "../values/errors.ts";
import { clauses, compiled, type Predicate } from "./conditions.ts";
import { assertFilter } from "./filters.ts";
import { compareValues, encodeValue, rankOf, sameValue } from "../values/keys.ts";
import { candidatesAt } from "../values/paths.ts";
import { listedTest, typedOperators } from "./predicates.ts";
import { ownAccumulators, ownExpressions } from "./expressions.ts";
import { ownStages } from "./stages.ts";
import { bsonType, type Doc } from "../values/values.ts";

type Test = (candidate: unknown, operand: unknown) => boolean;

function equality(collator: Collator | undefined): Test {
  return (candidate, operand) => {
    if (typeof candidate !== "string") return sameValue(candidate, operand);
    if (collator === undefined || typeof operand !== "string") return candidate === operand;
    return collator(candidate, operand) === 0;
  };
}

function isNaNumber(value: unknown): boolean {
  return Number.isNaN(value) || (value instanceof Decimal128 && value.toString() === "NaN");
}

/** Comparison operators hold only between values of one type ("type bracketing"). */
function ordered(collator: Collator | undefined, accept: (order: number) => boolean): Test {
  return (candidate, operand) => {
    if (rankOf(candidate) !== rankOf(operand)) return false;
    if (collator && typeof candidate === "string" && typeof operand === "string")
      return accept(collator(candidate, operand));
    if (isNaNumber(candidate) || isNaNumber(operand))
      return isNaNumber(candidate) && isNaNumber(operand) && accept(0);
    return accept(compareValues(candidate, operand));
  };
}

/** Whether any value at a path passes the test that an operand makes. */
function any(testOf: (operand: unknown) => (candidate: unknown) => boolean) {
  return (path: string, operand: unknown): Predicate => {
    const test = testOf(operand);
    return (doc) => candidatesAt(doc, path).some((candidate) => test(candidate));
  };
}

function none(testOf: (operand: unknown) => (candidate: unknown) => boolean) {
  const some = any(testOf);
  return (path: string, operand: unknown): Predicate => {
    const matches = some(path, operand);
    return (doc) => !matches(doc);
  };
}

/** Of more values a set of their keys knows sooner than comparing one by one. */
const fewValues = 8;

/** Equality with one of a list; patterns are tried, and strings by a collation compared. */
function inList(equals: Test, isCollated: boolean) {
  return (operand: unknown) => {
    const items = Array.isArray(operand) ? (operand as unknown[]) : [];
    const isTried = (item: unknown) =>
      items.length <= fewValues ||
      item instanceof RegExp ||
      (isCollated && typeof item === "string");
    const tests = items
      .filter(isTried)
      .map((item) => listedTest(item, (value) => equals(value, item)));
    const keyOf = (value: unknown) => encodeValue(value).toString("latin1");
    const keys = new Set(items.filter((item) => !isTried(item)).map(keyOf));
    return (value: unknown) =>
      tests.some((test) => test(value)) || (keys.size > 0 && keys.has(keyOf(value)));
  };
}

const typeNames: Record<string, readonly (string | number)[]> = {
  ObjectId: ["objectId", 7],
  Binary: ["binData", 5],
  Decimal128: ["decimal", 19, "number"],
  Double: ["double", 1, "number"],
  Long: ["long", 18, "number"],
  Timestamp: ["timestamp", 17],
  MinKey: ["minKey", -1],
  MaxKey: ["maxKey", 127],
};

function namesOfType(value: unknown): readonly (string | number)[] {
  if (value === undefined) return [];
  if (value === null) return ["null", 10];
  if (typeof value === "string") return ["string", 2];
  if (typeof value === "boolean") return ["bool", 8];
  if (typeof value === "number") return numberNames(value);
  if (Array.isArray(value)) return ["array", 4];
  if (value instanceof Date) return ["date", 9];
  if (value instanceof RegExp) return ["regex", 11];
  return typeNames[bsonType(value) ?? ""] ?? ["object", 3];
}

function numberNames(value: number): readonly (string | number)[] {
  const isInt = Number.isInteger(value) && Math.abs(value) <= 0x7fffffff;
  return isInt ? ["int", 16, "number"] : ["double", 1, "number"];
}

const ofType: Test = (candidate, operand) => {
  const wanted: unknown[] = Array.isArray(operand) ? operand : [operand];
  return namesOfType(candidate).some((name) => wanted.includes(name));
};

/** MongoDB's comparison by BSON type instead of mingo's by JavaScript type; the other operators are mingo's. */
function comparisons(collator: Collator | undefined) {
  const equals = equality(collator);
  const by = (test: Test) => (operand: unknown) => (candidate: unknown) => test(candidate, operand);
  const inOrder = (accept: (order: number) => boolean) => any(by(ordered(collator, accept)));
  const listed = inList(equals, collator !== undefined);
  return {
    $eq: any(by(equals)),
    $ne: none(by(equals)),
    $gt: inOrder((order) => order > 0),
    $gte: inOrder((order) => order >= 0),
    $lt: inOrder((order) => order < 0),
    $lte: inOrder((order) => order <= 0),
    $in: any(listed),
    $nin: none(listed),
    $type: any(by(ofType)),
    ...typedOperators(equals),
    ...clauses,
  };
}

function contextWith(collator: Collator | undefined): Context {
  return Context.init({
    accumulator: { ...accumulators, ...(ownAccumulators as unknown as typeof accumulators) },
    expression: { ...expressions, ...(ownExpressions as unknown as typeof expressions) },
    pipeline: { ...pipelines, ...(ownStages as unknown as typeof pipelines) },
    projection: projections,
    window: windows,
    query: { ...queries, ...(comparisons(collator) as unknown as typeof queries) },
  });
}

const options = {
  context: contextWith(undefined),
  idKey: "_id",
  processingMode: ProcessingMode.CLONE_OFF,
  useStrictMode: true,
  failOnError: true,
  scriptEnabled: false,
};

const notAField =
  ". If you have a field name that starts with a '$' symbol, consider using $getField or $setField.";

const geometry = /^\$(near|geo)/;

/** What the server would say to what mingo does not understand. */
function refusalOf(error: unknown): unknown {
  if (error instanceof SyntaxError)
    return serverError(51091, `Regular expression is invalid: ${error.message}`);
  // mingo's, about what it did not expect.
  if (error instanceof TypeError || error instanceof RangeError)
    return Object.assign(serverError(2, error.message), { cause: error });
  if (!(error instanceof Error) || error.constructor.name !== "MingoError") return error;
  const { message } = error;
  const operator = /unknown (?:top level|query) operator:? (\$\w*)/.exec(message)?.[1];
  const advice = message.includes("top level") ? notAField : "";
  if (operator === "$text") return serverError(27, "text index required for $text query");
  if (operator !== undefined && geometry.test(operator))
    return unsupported(`geometry (${operator})`);
  if (operator !== undefined)
    return serverError(2, message.replace("query operator", "operator:") + advice);
  if (message.startsWith("$where"))
    return serverError(2, "$where needs JavaScript, which is disabled");
  const stage = /unregistered pipeline operator (.*)\.$/i.exec(message)?.[1];
  if (stage !== undefined)
    return serverError(40324, `Unrecognized pipeline stage name: '${stage}'`);
  if (message.includes("undefined variable")) return serverError(17276, message);
  const expression = /'(\$\w+)' is not registered/.exec(message)?.[1];
  if (expression !== undefined) return serverError(168, `Unrecognized expression '${expression}'`);
  return serverError(2, message);
}

function refusing<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw refusalOf(error);
  }
}

/** Compiles a filter; strings compare by the collation, if there is one. */
export function matcherOf(filter: Doc, collation?: unknown): { test(doc: Doc): boolean } {
  const collator = collatorOf(collation);
  const how = collator ? { ...options, context: contextWith(collator) } : options;
  assertFilter(filter);
  const { $comment: _, ...conditions } = filter;
  const matches = refusing(() => compiled(conditions, how));
  return { test: (doc) => refusing(() => matches(doc)) };
}

/** What an aggregation expression makes of a document. */
export function evaluated(doc: Doc, expression: unknown): unknown {
  return refusing(() => evalExpr(doc, expression as never, options as never));
}

/** What else aggregation stages need: other collections, for `$lookup` and `$unionWith`, and how strings compare. */
export interface Surroundings {
  collection(name: string): Doc[];
  readonly collation?: unknown;
}

/** Runs aggregation stages over documents. */
export function aggregated(docs: Doc[], stages: Doc[], around: Surroundings): Doc[] {
  const collator = collatorOf(around.collation);
  const how = {
    ...options,
    ...(collator ? { context: contextWith(collator), collation: around.collation as never } : {}),
    collectionResolver: (name: string) => around.collection(name),
  };
  return refusing(() => new Aggregator(stages, how).run(docs));
}

/** A document after the stages of a pipeline update. */
export function piped(doc: Doc, stages: readonly Doc[]): Doc {
  const [after = doc] = refusing<Doc[]>(() => new Aggregator([...stages], options).run([doc]));
  return after;
}

/** Distinct values in order of first appearance. */
export function distinctValues(values: readonly unknown[]): unknown[] {
  const seen = new Map<string, unknown>();
  for (const value of values) {
    if (value === undefined) continue;
    const key = encodeValue(value).toString("latin1");
    if (!seen.has(key)) seen.set(key, value);
  }
  return [...seen.values()];
}
