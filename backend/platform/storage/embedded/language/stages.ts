import { evalExpr } from "mingo/core";
import { Lazy } from "mingo/lazy";
import {
  $year,
  $month,
  $dayOfMonth,
  $dayOfWeek,
  $dayOfYear,
  $week,
  $hour,
  $minute,
  $second,
  $millisecond,
  $isoWeek,
  $isoWeekYear,
  $isoDayOfWeek,
} from "mingo/operators/expression";
import * as pipelines from "mingo/operators/pipeline";
import { encodeValue } from "../values/keys.ts";
import { candidatesAt } from "../values/paths.ts";
import { isDoc, type Doc } from "../values/values.ts";

type Docs = Parameters<typeof pipelines.$count>[0];
type StageOptions = Parameters<typeof pipelines.$count>[2];

/** Under which keys a document is found by a path; what is missing counts as null. */
function keysAt(doc: unknown, path: string): string[] {
  return candidatesAt(doc, path).map((value) => encodeValue(value ?? null).toString("latin1"));
}

function indexed(docs: readonly Doc[], path: string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [i, doc] of docs.entries()) {
    for (const key of keysAt(doc, path)) {
      const holders = places.get(key);
      if (holders) holders.push(i);
      else places.set(key, [i]);
    }
  }
  return places;
}

function lookup(docs: Docs, spec: Doc, options: StageOptions): Docs {
  const { from, localField, foreignField, pipeline, as, ...rest } = spec;
  if (typeof localField !== "string" || typeof foreignField !== "string")
    return pipelines.$lookup(docs, spec as never, options);
  const all = (typeof from === "string" ? options.collectionResolver?.(from) : from) as Doc[];
  const places = indexed(all, foreignField);
  return docs.map((doc) => {
    const found = new Set(keysAt(doc, localField).flatMap((key) => places.get(key) ?? []));
    const joined = [...found].sort((a, b) => a - b).flatMap((i) => all[i] ?? []);
    if (!Array.isArray(pipeline) || pipeline.length === 0)
      return { ...(doc as Doc), [String(as)]: joined };
    const inner = { ...rest, from: joined, pipeline: pipeline as unknown[], as };
    return pipelines.$lookup(Lazy([doc]), inner as never, options).collect()[0];
  });
}

/** Stages that mingo does otherwise than MongoDB. */
export const ownStages = {
  /** Nothing, and not zero, where nothing arrives. */
  $count: (docs: Docs, name: string, options: StageOptions): Docs =>
    pipelines.$count(docs, name, options).filter((doc) => (doc as Doc)[name] !== 0),

  /** `_id` in front. */
  $project: (docs: Docs, spec: Doc, options: StageOptions): Docs =>
    pipelines.$project(docs, spec as never, options).map((doc) => {
      const { _id, ...others } = doc as Doc;
      return _id === undefined ? others : { _id, ...others };
    }),

  /** A pruned document is gone. */
  $redact: (docs: Docs, spec: unknown, options: StageOptions): Docs =>
    pipelines.$redact(docs, spec as never, options).filter((doc) => doc !== undefined),

  /** Equality as everywhere else, and a pipeline over what is equal. */
  $lookup: lookup,
};

const dateParts = {
  $year,
  $month,
  $dayOfMonth,
  $dayOfWeek,
  $dayOfYear,
  $week,
  $hour,
  $minute,
  $second,
  $millisecond,
  $isoWeek,
  $isoWeekYear,
  $isoDayOfWeek,
};

/** Parts of a date that is not there are null. */
export const ownExpressions = Object.fromEntries(
  Object.entries(dateParts).map(([name, part]) => [
    name,
    (doc: unknown, operand: unknown, options: never): unknown => {
      const date = isDoc(operand) && "date" in operand ? operand.date : operand;
      const value: unknown = evalExpr(doc, date, options);
      return value === null || value === undefined ? null : part(doc as never, operand, options);
    },
  ]),
);
