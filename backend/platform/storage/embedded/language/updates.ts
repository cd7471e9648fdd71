import { ObjectId } from "mongodb";
import { serverError } from "../values/errors.ts";
import { sameValue } from "../values/keys.ts";
import { piped } from "./matching.ts";
import { whereMissing } from "./update-operators.ts";
import { overlap, placeAt, placesAt, write, type Place } from "./update-paths.ts";
import type { Plan } from "./update-plan.ts";
import {
  copyOf,
  hasOperators,
  isDoc,
  isReferenceField,
  maxDepth,
  promoted,
  put,
  typeName,
  type Doc,
} from "../values/values.ts";

/** An update that was read, and what else decides how it changes a document. */
export interface Update {
  readonly plan: Plan;
  /** What the positional operator `$` refers to. */
  readonly filter: Doc;
  /** Decides `$currentDate`. */
  readonly now: Date;
}

/** Refuses places that two operators reach by different positional paths. */
function refuseOverlap(touched: string[], places: readonly Place[]): void {
  const met = places.find(({ path }) => touched.some((other) => overlap(path, other)));
  if (met !== undefined) throw serverError(40, `Update created a conflict at '${met.path}'`);
  touched.push(...places.map(({ path }) => path));
}

/** A copy of the document, changed operator by operator in the order of their paths. */
function changed(original: Doc, { plan, filter, now }: Update, isInsert: boolean): Doc {
  const doc = copyOf(original);
  if ("pipeline" in plan) return retyped(piped(promoted(doc), promoted(plan.pipeline)), doc) as Doc;
  const positions = { filter, arrayFilters: plan.arrayFilters };
  const touched: string[] = [];
  for (const { operator, path, apply } of plan.steps) {
    if (operator === "$setOnInsert" && !isInsert) continue;
    const missing = whereMissing[operator] ?? "create";
    const places = placesAt(doc, path, { missing, positions, original });
    if (plan.isDynamic) refuseOverlap(touched, places);
    for (const place of places) apply(place, { doc, original, now });
  }
  return doc;
}

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

function withId(doc: Doc, id: unknown): Doc {
  const { _id: _, ...rest } = doc;
  return { _id: id, ...rest };
}

function refuseOtherId(id: unknown, before: unknown): void {
  if (sameValue(id, before)) return;
  const what = "Performing an update on the path '_id' would modify the immutable field '_id'";
  throw serverError(66, what);
}

/** Refuses fields that begin with a dollar where they come new, or otherwise, into a document that is there. */
function refuseDollars(before: Doc, after: Doc, paths: readonly string[]): void {
  for (const path of paths) {
    const [name = ""] = path.split(".");
    const isOld = Object.hasOwn(before, name);
    const isSame = isOld && (path !== name || sameValue(after[name], before[name]));
    if (isSame || !Object.hasOwn(after, name)) continue;
    const what = "is not allowed in the context of an update's replacement document.";
    const instead = "Consider using an aggregation pipeline with $replaceWith.";
    throw serverError(
      52,
      `The dollar ($) prefixed field '${name}' in '${name}' ${what} ${instead}`,
    );
  }
}

/**
 * The document after an update; the original stays as it was.
 * @throws {MongoServerError} 66 — when the update would change `_id`; 2, 14, 28, 40, 52 — as MongoDB does
 */
export function updated(doc: Doc, update: Update): Doc {
  const { plan } = update;
  let next = changed(doc, update, false);
  if (next._id === undefined && "pipeline" in plan) next = withId(next, doc._id);
  refuseOtherId(next._id, doc._id);
  if ("steps" in plan) refuseDollars(doc, next, plan.dollars);
  return next;
}

/**
 * A replacement keeps the document's `_id`.
 * @throws {MongoServerError} 66 — when it has another one; 52 — for a field that begins with a dollar
 */
export function replaced(doc: Doc, replacement: Doc): Doc {
  refuseDollars(
    {},
    replacement,
    Object.keys(replacement).filter((name) => name.startsWith("$")),
  );
  return withIdOf(doc, replacement);
}

function withIdOf(doc: Doc, replacement: Doc): Doc {
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
  const next = changed(base, update, true);
  if (base._id !== undefined) refuseOtherId(next._id, base._id);
  return withId(next, next._id ?? new ObjectId());
}

/** The document an upserting replacement inserts. */
export function upsertedReplacement(filter: Doc, replacement: Doc): Doc {
  const id = equalities(filter).find(([path]) => path === "_id")?.[1];
  if (id === undefined) return withId(replacement, replacement._id ?? new ObjectId());
  return withIdOf({ _id: id }, replacement);
}

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
  const field = isDoc(id)
    ? Object.keys(id).find((key) => key.startsWith("$") && !isReferenceField(key))
    : undefined;
  if (field !== undefined) {
    const what = "_id fields may not contain '$'-prefixed fields";
    throw serverError(52, `${what}: ${field} is not valid for storage.`);
  }
  if (isDeeper(doc, maxDepth))
    throw serverError(15, `Document exceeds maximum nested object depth: ${maxDepth}`);
}
