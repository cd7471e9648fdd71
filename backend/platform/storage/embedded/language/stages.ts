import { Aggregator } from "mingo/aggregator";
import { Lazy } from "mingo/lazy";
import * as pipelines from "mingo/operators/pipeline";
import { compiled } from "./conditions.ts";
import { accumulated, evaluate, keyOf, type Setting } from "./expressions.ts";
import { typedStages } from "./predicates.ts";
import { additionShape, projectionShape, withField, type Make } from "./shape.ts";
import { serverError } from "../values/errors.ts";
import { compareValues } from "../values/keys.ts";
import { candidatesAt } from "../values/paths.ts";
import { isDoc, typeName, type Doc } from "../values/values.ts";

type Docs = Parameters<typeof pipelines.$count>[0];

/** A stage that needs all documents before it gives the first. */
function ofAll<Spec>(stage: (all: Doc[], spec: Spec, how: Setting) => Doc[]) {
  return (docs: Docs, spec: Spec, how: Setting): Docs =>
    docs.transform((all) => Lazy(stage(all as Doc[], spec, how)));
}

/** A stage that makes one document of each. */
function ofEach<Spec>(stage: (spec: Spec, how: Setting) => (doc: Doc) => Doc) {
  return (docs: Docs, spec: Spec, how: Setting): Docs => docs.map(stage(spec, how) as never);
}

/** Under which keys a document is found by a path; what is missing counts as null. */
const keysAt = (doc: unknown, path: string): string[] => candidatesAt(doc, path).map(keyOf);

/** A collection, and where in it the documents of a key stand. */
function placesOf(from: unknown, path: unknown, how: Setting) {
  const all = (typeof from === "string" ? how.collectionResolver?.(from) : undefined) ?? [];
  const places = new Map<string, number[]>();
  if (typeof path === "string")
    for (const [i, doc] of all.entries())
      for (const key of keysAt(doc, path)) {
        const holders = places.get(key);
        if (holders) holders.push(i);
        else places.set(key, [i]);
      }
  const at = (keys: string[]): number[] => [
    ...new Set(keys.flatMap((key) => places.get(key) ?? [])),
  ];
  return { all, at };
}

/** The setting of an inner pipeline, with its variables. */
function within(how: Setting, variables: unknown): Setting {
  const plain = "options" in how ? (how.options as Setting) : how;
  return { ...plain, variables: { ...plain.variables, ...(variables as Doc) } };
}

/** Equality as everywhere else, and a pipeline over what is equal. */
function lookup(spec: Doc, how: Setting) {
  const { from, localField, foreignField, as, let: variables = {} } = spec;
  const stages = (spec["pipeline"] ?? []) as Doc[];
  const { all, at } = placesOf(from, foreignField, how);
  return (doc: Doc): Doc => {
    const joined =
      typeof localField === "string"
        ? at(keysAt(doc, localField))
            .sort((a, b) => a - b)
            .flatMap((i) => all[i] ?? [])
        : all;
    if (stages.length === 0) return withField(doc, String(as), joined);
    const values = Object.entries(variables as Doc).map(([name, expression]) => [
      name,
      evaluate(doc, expression, how),
    ]);
    const inner = within(how, Object.fromEntries(values));
    return withField(doc, String(as), new Aggregator(stages, inner).run(joined));
  };
}

function graphLookup(spec: Doc, how: Setting) {
  const { startWith, connectFromField, as, depthField } = spec;
  const { all, at } = placesOf(spec["from"], spec["connectToField"], how);
  const { restrictSearchWithMatch: filter = {}, maxDepth = Infinity } = spec;
  const isWanted = compiled(filter as Doc, how);
  return (doc: Doc): Doc => {
    const depths = new Map<number, number>();
    let keys = [evaluate(doc, startWith, how)].flat().map(keyOf);
    for (let depth = 0; keys.length > 0 && depth <= Number(maxDepth); depth++) {
      const met = at(keys).filter((i) => !depths.has(i) && isWanted(all[i]));
      for (const i of met) depths.set(i, depth);
      keys = met.flatMap((i) =>
        candidatesAt(all[i], String(connectFromField))
          .filter((value) => value !== undefined)
          .map(keyOf),
      );
    }
    const found = [...depths].map(([i, depth]) => {
      const one = all[i] as Doc;
      return typeof depthField === "string" ? withField(one, depthField, depth) : one;
    });
    return withField(doc, String(as), found);
  };
}

/** Groups in the order of their first documents. */
function grouped(all: Doc[], idOf: (doc: Doc) => unknown, output: Doc, how: Setting): Doc[] {
  const groups = new Map<string, { _id: unknown; members: Doc[] }>();
  for (const doc of all) {
    const _id = idOf(doc) ?? null;
    const key = keyOf(_id);
    const group = groups.get(key);
    if (group) group.members.push(doc);
    else groups.set(key, { _id, members: [doc] });
  }
  return [...groups.values()].map(({ _id, members }) => ({
    _id,
    ...accumulated(members, output, how),
  }));
}

const count = { count: { $sum: 1 } };

function group(all: Doc[], { _id, ...output }: Doc, how: Setting): Doc[] {
  return grouped(all, (doc) => evaluate(doc, _id, how), output, how);
}

function bucket(all: Doc[], spec: Doc, how: Setting): Doc[] {
  const { groupBy, output = count } = spec;
  const bounds = evaluate({}, spec["boundaries"], how) as unknown[];
  const idOf = (doc: Doc): unknown => {
    const value = evaluate(doc, groupBy, how);
    const i = bounds.findLastIndex((bound) => compareValues(bound, value) <= 0);
    if (i >= 0 && i < bounds.length - 1) return bounds[i];
    if (Object.hasOwn(spec, "default")) return spec["default"];
    const what = "$switch could not find a matching branch for an input, and no default was";
    throw serverError(40066, `${what} specified.`);
  };
  const buckets = grouped(all, idOf, output as Doc, how);
  return buckets.sort((a, b) => compareValues(a["_id"], b["_id"]));
}

/** mingo finds the limits. */
function bucketAuto(docs: Docs, spec: Doc, how: Setting): Docs {
  const members = { members: { $push: "$$CURRENT" } };
  return pipelines.$bucketAuto(docs, { ...spec, output: members } as never, how).map((made) => {
    const { _id, members: all } = made as { _id: unknown; members: Doc[] };
    return { _id, ...accumulated(all, (spec["output"] ?? count) as Doc, how) };
  });
}

/** The value at a path that does not look into arrays. */
function plainAt(doc: Doc, path: string): unknown {
  const steps = path.split(".");
  return steps.reduce<unknown>(
    (at, step) => (isDoc(at) && Object.hasOwn(at, step) ? at[step] : undefined),
    doc,
  );
}

function unwound(all: Doc[], spec: string | Doc): Doc[] {
  const options: Doc = typeof spec === "string" ? { path: spec } : spec;
  const { includeArrayIndex: index, preserveNullAndEmptyArrays: keeps } = options;
  const path = String(options["path"]).slice(1);
  const placed = (doc: Doc, i: number | null): Doc =>
    typeof index === "string" ? withField(doc, index, i) : doc;
  return all.flatMap((doc) => {
    const value = plainAt(doc, path);
    if (Array.isArray(value) && value.length > 0)
      return value.map((item: unknown, i) => placed(withField(doc, path, item), i));
    if (!Array.isArray(value) && value !== undefined && value !== null) return [placed(doc, null)];
    if (keeps !== true) return [];
    return [placed(Array.isArray(value) ? withField(doc, path, undefined) : doc, null)];
  });
}

/** Some of the documents, each once, in random order. */
function sampled(all: Doc[], { size }: Doc): Doc[] {
  const wanted = Math.min(Math.trunc(Number(size)), all.length);
  const drawn = [...all];
  for (let i = 0; i < wanted; i++) {
    const j = i + Math.floor(Math.random() * (all.length - i));
    [drawn[i], drawn[j]] = [drawn[j] as Doc, drawn[i] as Doc];
  }
  return drawn.slice(0, wanted);
}

const made =
  (how: Setting) =>
  (wish: unknown): Make =>
  (_value, root) =>
    evaluate(root, wish, how);

const addFields = ofEach((spec: Doc, how) => additionShape(spec, made(how)));

const project = ofEach((spec: Doc, how) =>
  projectionShape(spec, (path, wish) =>
    typeof wish === "number" || typeof wish === "boolean"
      ? { node: Boolean(wish), isNeutral: path === "_id" }
      : { node: { computed: made(how)(wish) }, isNeutral: false },
  ),
);

function rooted(name: string) {
  return (expression: unknown, how: Setting) =>
    (doc: Doc): Doc => {
      const value = evaluate(doc, expression, how);
      if (isDoc(value)) return value;
      const what = `'${name}' expression must evaluate to an object, but resulting value was of type`;
      throw serverError(40228, `${what}: '${typeName(value)}'`);
    };
}

const verdicts = new Set<unknown>(["$$KEEP", "$$DESCEND", "$$PRUNE"]);

/** Stages that mingo does otherwise than MongoDB. */
export const ownStages = {
  ...typedStages,
  $match: (docs: Docs, filter: Doc, how: Setting): Docs => docs.filter(compiled(filter, how)),
  $addFields: addFields,
  $set: addFields,
  $project: project,
  $unset: (docs: Docs, paths: string | string[], how: Setting): Docs =>
    project(docs, Object.fromEntries([paths].flat().map((path) => [path, false])), how),
  $replaceRoot: ofEach(({ newRoot }: Doc, how) => rooted("newRoot")(newRoot, how)),
  $replaceWith: ofEach(rooted("replacement document")),
  $group: ofAll(group),
  $bucket: ofAll(bucket),
  $bucketAuto: bucketAuto,
  $sortByCount: (docs: Docs, _id: unknown, how: Setting): Docs =>
    typedStages.$sort(ofAll(group)(docs, { _id, ...count }, how), { count: -1 }, how),
  $lookup: ofEach(lookup),
  $graphLookup: ofEach(graphLookup),
  $unwind: ofAll(unwound),
  $sample: ofAll(sampled),

  /** Nothing, and not zero, where nothing arrives. */
  $count: (docs: Docs, name: string, how: Setting): Docs =>
    pipelines.$count(docs, name, how).filter((doc) => (doc as Doc)[name] !== 0),

  /** A pruned document is gone. */
  $redact: (docs: Docs, spec: unknown, how: Setting): Docs => {
    const judged = docs.map((doc) => {
      if (verdicts.has(evaluate(doc, spec, how))) return doc;
      const what = "$redact's expression should not return anything aside from the variables";
      throw serverError(17053, `${what} $$KEEP, $$DESCEND, and $$PRUNE`);
    });
    return pipelines.$redact(judged, spec as never, how).filter((doc) => doc !== undefined);
  },
};
