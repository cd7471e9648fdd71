import { Aggregator } from "mingo/aggregator";
import { Context } from "mingo/core";
import * as accumulators from "mingo/operators/accumulator";
import * as expressions from "mingo/operators/expression";
import * as pipelines from "mingo/operators/pipeline";
import * as projections from "mingo/operators/projection";
import * as queries from "mingo/operators/query";
import * as windows from "mingo/operators/window";
import { Query } from "mingo/query";
import { updateOne, type PipelineStage } from "mingo/updater";
import { compareValues, rankOf, sameValue } from "./keys.ts";
import { candidatesAt } from "./paths.ts";
import { bsonType, isDoc, type Doc } from "./values.ts";

type Test = (candidate: unknown, operand: unknown) => boolean;
type Predicate = (doc: unknown) => boolean;

function equals(candidate: unknown, operand: unknown): boolean {
  if (operand instanceof RegExp && typeof candidate === "string") return operand.test(candidate);
  return sameValue(candidate, operand);
}

/** Comparison operators hold only between values of one type ("type bracketing"). */
function ordered(accept: (order: number) => boolean): Test {
  return (candidate, operand) => {
    if (rankOf(candidate) !== rankOf(operand)) return false;
    if (Number.isNaN(candidate) || Number.isNaN(operand)) {
      return Number.isNaN(candidate) && Number.isNaN(operand) && accept(0);
    }
    return accept(compareValues(candidate, operand));
  };
}

function any(test: Test) {
  return (path: string, operand: unknown): Predicate => {
    return (doc) => candidatesAt(doc, path).some((candidate) => test(candidate, operand));
  };
}

function none(test: Test) {
  const some = any(test);
  return (path: string, operand: unknown): Predicate => {
    const matches = some(path, operand);
    return (doc) => !matches(doc);
  };
}

const inList: Test = (candidate, operand) =>
  Array.isArray(operand) && operand.some((item) => equals(candidate, item));

const typeNames: Record<string, readonly (string | number)[]> = {
  ObjectId: ["objectId", 7],
  Binary: ["binData", 5],
  Decimal128: ["decimal", 19, "number"],
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
const comparisons = {
  $eq: any(equals),
  $ne: none(equals),
  $gt: any(ordered((order) => order > 0)),
  $gte: any(ordered((order) => order >= 0)),
  $lt: any(ordered((order) => order < 0)),
  $lte: any(ordered((order) => order <= 0)),
  $in: any(inList),
  $nin: none(inList),
  $type: any(ofType),
};

const context = Context.init({
  accumulator: accumulators,
  expression: expressions,
  pipeline: pipelines,
  projection: projections,
  window: windows,
  query: { ...queries, ...(comparisons as unknown as typeof queries) },
});

const options = { context, scriptEnabled: false };

/** Compiles a filter. */
export function matcherOf(filter: Doc): { test(doc: unknown): boolean } {
  return new Query(filter, options);
}

/** Applies a projection; the filter is needed for positional projection (`items.$`). */
export function projected(docs: Doc[], projection: Doc | undefined, filter: Doc): Doc[] {
  if (projection === undefined || Object.keys(projection).length === 0) return docs;
  const positional = Object.keys(projection).some((path) => path.endsWith(".$"));
  return new Query(positional ? filter : {}, options).find<Doc>(docs, projection).all();
}

/** Runs aggregation stages over documents; `collection` serves `$lookup` and `$unionWith`. */
export function aggregated(
  docs: Doc[],
  pipeline: Doc[],
  collection: (name: string) => Doc[],
): Doc[] {
  return new Aggregator(pipeline, { ...options, collectionResolver: collection }).run(docs);
}

/** A document after the stages of a pipeline update. */
export function piped(doc: Doc, stages: readonly Doc[]): Doc {
  const docs = [doc];
  updateOne(docs, {}, stages as unknown as PipelineStage[], { cloneMode: "deep" }, options);
  return docs[0] ?? doc;
}

/** Distinct values in order of first appearance. */
export function distinctValues(values: readonly unknown[]): unknown[] {
  const out: unknown[] = [];
  const seen = new Set<unknown>();
  for (const value of values) {
    if (value === undefined || seen.has(value)) continue;
    if (
      (isDoc(value) || bsonType(value) || value instanceof Date) &&
      out.some((other) => sameValue(other, value))
    )
      continue;
    seen.add(value);
    out.push(value);
  }
  return out;
}
