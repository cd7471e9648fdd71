import { ObjectId } from "mongodb";
import { serverError } from "../values/errors.ts";
import { sameValue } from "../values/keys.ts";
import { piped } from "./matching.ts";
import { operators, whereMissing, type Circumstances } from "./update-operators.ts";
import { erase, placeAt, placesAt, read, write, type Finding, type Place } from "./update-paths.ts";
import { arrayFiltersOf, newName, refuseOverlap, stepsOf, type Step } from "./update-plan.ts";
import {
  copyOf,
  hasOperators,
  isDoc,
  promoted,
  put,
  typeName,
  type Doc,
} from "../values/values.ts";

/** An update as it arrives: operators or a pipeline, with each number's type. */
export interface Update {
  readonly change: Doc | readonly Doc[];
  /** What the positional operator `$` refers to. */
  readonly filter: Doc;
  readonly arrayFilters: readonly Doc[];
  /** Decides `$currentDate`. */
  readonly now: Date;
}

function refuseInArray(doc: Doc, path: string, which: "source" | "destination"): void {
  let value: unknown = doc;
  for (const step of path.split(".")) {
    if (Array.isArray(value)) {
      const what = `The ${which} field cannot be an array element`;
      throw serverError(2, `${what}, '${path}' in doc with _id: ${JSON.stringify(doc._id)}`);
    }
    value = isDoc(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
}

function rename(doc: Doc, step: Step): void {
  const to = newName(step);
  refuseInArray(doc, step.path, "source");
  const source = placeAt(doc, step.path, "skip-always");
  const value = source === undefined ? undefined : read(source);
  if (source === undefined || value === undefined) return;
  refuseInArray(doc, to, "destination");
  const target = placeAt(doc, to, "create");
  erase(source);
  if (target) write(target, value);
}

/** Changes the document in place, operator by operator in the order of their paths. */
function applyOperators(doc: Doc, update: Update, when: Circumstances): void {
  const steps = stepsOf(update.change as Doc);
  const arrayFilters = arrayFiltersOf(update.arrayFilters, steps);
  const positions = { filter: update.filter, arrayFilters };
  const touched: string[] = [];
  for (const step of steps) {
    if (step.operator === "$rename") {
      rename(doc, step);
      continue;
    }
    if (step.operator === "$setOnInsert" && !when.isInsert) continue;
    const missing = whereMissing[step.operator] ?? "create";
    const finding: Finding = { missing, positions, original: when.original };
    const places: readonly Place[] = placesAt(doc, step.path, finding);
    const paths = places.map(({ path }) => path);
    if (step.path.includes("$") || touched.length > 0) refuseOverlap(touched, paths);
    touched.push(...paths);
    for (const place of places) operators[step.operator]?.(place, step.operand, when);
  }
}

const stages = new Set([
  "$addFields",
  "$set",
  "$project",
  "$unset",
  "$replaceRoot",
  "$replaceWith",
]);

/** Gives the numbers that a pipeline left alone their types back. */
function retyped(after: unknown, before: unknown): unknown {
  if (Array.isArray(after)) {
    const items = Array.isArray(before) ? (before as unknown[]) : [];
    return after.map((item: unknown, i) => retyped(item, items[i]));
  }
  if (isDoc(after)) {
    const out: Doc = {};
    const fields = isDoc(before) ? before : {};
    for (const [key, item] of Object.entries(after))
      put(out, key, retyped(item, Object.hasOwn(fields, key) ? fields[key] : undefined));
    return out;
  }
  return after === promoted(before) ? before : after;
}

function throughPipeline(doc: Doc, pipeline: readonly Doc[]): Doc {
  for (const stage of pipeline) {
    const [name = ""] = Object.keys(stage);
    if (!stages.has(name))
      throw serverError(72, `${name} is not allowed to be used within an update`);
  }
  return retyped(piped(promoted(doc), promoted(pipeline)), doc) as Doc;
}

function withId(doc: Doc, id: unknown): Doc {
  const { _id: _, ...rest } = doc;
  return { _id: id, ...rest };
}

function refuseOtherId(id: unknown, before: unknown): void {
  if (sameValue(id, before)) return;
  const what = "Performing an update on the path '_id' would modify the immutable field '_id'";
  throw serverError(66, what);
}

/**
 * The document after an update; the original stays as it was.
 * @throws {MongoServerError} 66 — when the update would change `_id`; 2, 9, 14, 28, 40, 52, 56 — as MongoDB does
 */
export function updated(doc: Doc, update: Update): Doc {
  let next = copyOf(doc);
  if (Array.isArray(update.change)) next = throughPipeline(next, update.change as Doc[]);
  else applyOperators(next, update, { original: doc, now: update.now, isInsert: false });
  if (next._id === undefined && Array.isArray(update.change)) next = withId(next, doc._id);
  refuseOtherId(next._id, doc._id);
  return next;
}

/** A replacement keeps the document's `_id`. */
export function replaced(doc: Doc, replacement: Doc): Doc {
  if (replacement._id !== undefined && !sameValue(replacement._id, doc._id)) {
    const what = "After applying the update, the (immutable) field '_id' was found to have been";
    throw serverError(66, `${what} altered to _id: ${JSON.stringify(replacement._id)}`);
  }
  return withId(replacement, doc._id);
}

/** The one value that a condition allows, as a list of none or one. */
function onlyValue(condition: unknown): unknown[] {
  if (condition instanceof RegExp) return [];
  if (!hasOperators(condition)) return [condition];
  if (Object.hasOwn(condition, "$eq")) return [condition.$eq];
  const list = condition.$in ?? condition.$all;
  const isOne = Array.isArray(list) && list.length === 1 && !(list[0] instanceof RegExp);
  return isOne && !hasOperators(list[0]) ? (list as unknown[]) : [];
}

/** Equalities of a filter, which an upsert turns into fields. */
function equalities(filter: Doc): [string, unknown][] {
  return Object.entries(filter).flatMap(([path, condition]): [string, unknown][] => {
    const parts = Array.isArray(condition) ? (condition as unknown[]).filter(isDoc) : [];
    if (path === "$and" || (path === "$or" && parts.length === 1))
      return parts.flatMap((part) => equalities(part));
    if (path.startsWith("$")) return [];
    return onlyValue(condition).map((value): [string, unknown] => [path, value]);
  });
}

/** The fields an upsert takes from its filter. */
function fromFilter(filter: Doc): Doc {
  const doc: Doc = {};
  const found = equalities(filter);
  for (const [i, [path, value]] of found.entries()) {
    const other = found
      .slice(0, i)
      .find(([o]) => path.startsWith(`${o}.`) || o.startsWith(`${path}.`));
    const twice = found.slice(0, i).some(([o]) => o === path);
    const cannot = "cannot infer query fields to set,";
    if (twice) throw serverError(54, `${cannot} path '${path}' is matched twice`);
    if (other)
      throw serverError(54, `${cannot} both paths '${other[0]}' and '${path}' are matched`);
    if (path.startsWith("_id.")) {
      const what = "field at '_id' must be exactly specified, field at sub-path";
      throw serverError(111, `${what} '${path}' found`);
    }
    const place = placeAt(doc, path, "create");
    if (place) write(place, copyOf(value));
  }
  return doc;
}

/** The document an upsert inserts: the filter's equalities, then the update with `$setOnInsert`. */
export function upserted(filter: Doc, update: Update): Doc {
  const base = fromFilter(filter);
  let next = copyOf(base);
  if (Array.isArray(update.change)) next = throughPipeline(next, update.change as Doc[]);
  else applyOperators(next, update, { original: base, now: update.now, isInsert: true });
  if (base._id !== undefined) refuseOtherId(next._id, base._id);
  return withId(next, next._id ?? new ObjectId());
}

/** The document an upserting replacement inserts. */
export function upsertedReplacement(filter: Doc, replacement: Doc): Doc {
  const id = equalities(filter).find(([path]) => path === "_id")?.[1];
  if (id === undefined) return withId(replacement, replacement._id ?? new ObjectId());
  return replaced({ _id: id }, replacement);
}

/** MongoDB's limit of levels in a stored document (`maxBSONDepth` less what it keeps for itself). */
const maxDepth = 180;

function isDeeper(value: unknown, levels: number): boolean {
  if (Array.isArray(value)) return levels === 0 || value.some((item) => isDeeper(item, levels - 1));
  if (!isDoc(value)) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/**
 * Refuses what MongoDB would not store.
 * @throws {MongoServerError} 53 — for an `_id` that is an array or a pattern; 52 — for one with fields that begin with a
 * dollar; 15 — for more than 180 levels
 */
export function refuseUnstorable(doc: Doc): void {
  const { _id: id } = doc;
  if (Array.isArray(id) || id instanceof RegExp) {
    throw serverError(53, `The '_id' value cannot be of type ${typeName(id)}`);
  }
  const field = isDoc(id) ? Object.keys(id).find((key) => key.startsWith("$")) : undefined;
  if (field !== undefined) {
    const what = "_id fields may not contain '$'-prefixed fields";
    throw serverError(52, `${what}: ${field} is not valid for storage.`);
  }
  if (isDeeper(doc, maxDepth))
    throw serverError(15, `Document exceeds maximum nested object depth: ${maxDepth}`);
}
