import { Decimal128, Long, ObjectId, Timestamp } from "mongodb";
import { serverError, unsupported } from "./errors.ts";
import { compareValues, sameValue } from "./keys.ts";
import { matcherOf, piped } from "./matching.ts";
import { compareAt, type Field } from "./paths.ts";
import {
  erase,
  placesAt,
  read,
  setPath,
  write,
  type Place,
  type Positions,
} from "./update-paths.ts";
import { copyOf, hasOperators, isDoc, type Doc } from "./values.ts";

/** An update as it arrives: operators, or a pipeline. */
export interface Update {
  readonly change: Doc | readonly Doc[];
  readonly positions: Positions;
  /** Decides `$currentDate`. */
  readonly now: Date;
}

type Apply = (place: Place, operand: unknown, now: Date) => void;

function wrongType(place: Place, operator: string): Error {
  return serverError(14, `Cannot apply ${operator} to the value of field '${place.key}'`);
}

function arrayAt(place: Place, operator: string): unknown[] | undefined {
  const value = read(place);
  if (value === undefined || Array.isArray(value)) return value as unknown[] | undefined;
  throw serverError(
    2,
    `The field '${place.key}' must be an array but is of another type (${operator})`,
  );
}

function asLong(value: unknown): Long | undefined {
  if (value instanceof Long) return value;
  return typeof value === "number" && Number.isInteger(value) ? Long.fromNumber(value) : undefined;
}

function computed(place: Place, operand: unknown, operator: "$inc" | "$mul"): unknown {
  const value = read(place) ?? (read(place) === null ? null : 0);
  if (typeof value === "number" && typeof operand === "number") {
    return operator === "$inc" ? value + operand : value * operand;
  }
  const [a, b] = [asLong(value), asLong(operand)];
  if (a && b) return operator === "$inc" ? a.add(b) : a.multiply(b);
  if ([value, operand].some((part) => part instanceof Decimal128))
    throw unsupported(`${operator} on decimals`);
  throw wrongType(place, operator);
}

function each(operand: unknown): unknown[] {
  if (!isDoc(operand) || !Object.hasOwn(operand, "$each")) return [operand];
  if (!Array.isArray(operand.$each)) throw serverError(2, "The argument to $each must be an array");
  return operand.$each as unknown[];
}

function sortFields(spec: unknown): Field[] {
  if (spec === 1 || spec === -1) return [["", spec]];
  if (!isDoc(spec)) throw serverError(2, "The $sort of $push must be 1, -1 or a document");
  return Object.entries(spec).map(([path, direction]): Field => [path, direction === -1 ? -1 : 1]);
}

function pushTo(place: Place, operand: unknown): void {
  const items = [...(arrayAt(place, "$push") ?? [])];
  const modifiers = isDoc(operand) && Object.hasOwn(operand, "$each") ? operand : {};
  const at = typeof modifiers.$position === "number" ? modifiers.$position : items.length;
  items.splice(at, 0, ...each(operand).map((item) => copyOf(item)));
  if (modifiers.$sort !== undefined) {
    const fields = sortFields(modifiers.$sort);
    items.sort((a, b) => compareAt(a, b, fields));
  }
  const size = modifiers.$slice;
  write(
    place,
    typeof size !== "number" ? items : size < 0 ? items.slice(size) : items.slice(0, size),
  );
}

function pullFrom(place: Place, operand: unknown): void {
  const items = arrayAt(place, "$pull");
  if (items === undefined) return;
  const isFilter = isDoc(operand) && !hasOperators(operand);
  const matcher = isFilter ? matcherOf(operand) : matcherOf({ e: operand });
  write(
    place,
    items.filter(
      (item) => !(isFilter ? isDoc(item) && matcher.test(item) : matcher.test({ e: item })),
    ),
  );
}

const operators: Record<string, Apply> = {
  $set: (place, operand) => write(place, copyOf(operand)),
  $unset: (place) => erase(place),
  $inc: (place, operand) => write(place, computed(place, operand, "$inc")),
  $mul: (place, operand) => write(place, computed(place, operand, "$mul")),
  $min: (place, operand) => {
    const value = read(place);
    if (value === undefined || compareValues(operand, value) < 0) write(place, copyOf(operand));
  },
  $max: (place, operand) => {
    const value = read(place);
    if (value === undefined || compareValues(operand, value) > 0) write(place, copyOf(operand));
  },
  $currentDate: (place, operand, now) => {
    const isTimestamp = isDoc(operand) && operand.$type === "timestamp";
    const seconds = Math.floor(now.getTime() / 1000);
    write(place, isTimestamp ? new Timestamp({ t: seconds, i: 1 }) : new Date(now));
  },
  $push: pushTo,
  $addToSet: (place, operand) => {
    const items = [...(arrayAt(place, "$addToSet") ?? [])];
    for (const item of each(operand)) {
      if (!items.some((other) => sameValue(other, item))) items.push(copyOf(item));
    }
    write(place, items);
  },
  $pull: pullFrom,
  $pullAll: (place, operand) => {
    if (!Array.isArray(operand)) throw serverError(2, "$pullAll requires an array argument");
    const unwanted = operand as unknown[];
    const items = arrayAt(place, "$pullAll");
    if (items) {
      write(
        place,
        items.filter((item) => !unwanted.some((other) => sameValue(other, item))),
      );
    }
  },
  $pop: (place, operand) => {
    const items = arrayAt(place, "$pop");
    if (items) write(place, operand === -1 ? items.slice(1) : items.slice(0, -1));
  },
  $bit: (place, operand) => {
    const value = read(place) ?? 0;
    if (typeof value !== "number" || !isDoc(operand)) throw wrongType(place, "$bit");
    let bits = value;
    for (const [kind, mask] of Object.entries(operand)) {
      const by = Number(mask);
      bits = kind === "and" ? bits & by : kind === "or" ? bits | by : bits ^ by;
    }
    write(place, bits);
  },
};

const removing = new Set(["$unset", "$pull", "$pullAll", "$pop"]);

function rename(doc: Doc, from: string, to: unknown, positions: Positions): void {
  const [source] = placesAt(doc, from, { create: false, positions });
  if (source === undefined || read(source) === undefined) return;
  const value = read(source);
  erase(source);
  setPath(doc, String(to), value);
}

function refuseConflicts(change: Doc): void {
  const paths = Object.values(change).flatMap((part) => (isDoc(part) ? Object.keys(part) : []));
  const sorted = paths.toSorted();
  for (const [i, path] of sorted.entries()) {
    const next = sorted
      .slice(i + 1)
      .find((other) => other === path || other.startsWith(`${path}.`));
    if (next !== undefined)
      throw serverError(40, `Updating the path '${next}' would create a conflict at '${path}'`);
  }
}

function applyOperators(doc: Doc, change: Doc, update: Update): void {
  refuseConflicts(change);
  for (const [operator, part] of Object.entries(change)) {
    const apply = operators[operator];
    if (operator !== "$rename" && apply === undefined)
      throw serverError(9, `Unknown modifier: ${operator}`);
    if (!isDoc(part))
      throw serverError(9, `Modifiers operate on fields but ${operator} has another value`);
    for (const [path, operand] of Object.entries(part)) {
      if (apply === undefined) {
        rename(doc, path, operand, update.positions);
        continue;
      }
      const options = { create: !removing.has(operator), positions: update.positions };
      for (const place of placesAt(doc, path, options)) apply(place, operand, update.now);
    }
  }
}

function withId(doc: Doc, id: unknown): Doc {
  const { _id: _, ...rest } = doc;
  return { _id: id, ...rest };
}

/**
 * The document after an update; the original stays as it was.
 * @throws {MongoServerError} 66 — when the update would change `_id`; 9, 14, 28, 40 — as MongoDB does
 */
export function updated(doc: Doc, update: Update): Doc {
  let next = copyOf(doc);
  if (Array.isArray(update.change)) {
    next = piped(next, update.change as Doc[]);
  } else {
    const { $setOnInsert: _, ...change } = update.change as Doc;
    applyOperators(next, change, update);
  }
  if (!sameValue(next._id, doc._id)) {
    throw serverError(
      66,
      "Performing an update on the path '_id' would modify the immutable field '_id'",
    );
  }
  return next;
}

/** A replacement keeps the document's `_id`. */
export function replaced(doc: Doc, replacement: Doc): Doc {
  if (replacement._id !== undefined && !sameValue(replacement._id, doc._id)) {
    throw serverError(
      66,
      "After applying the update, the (immutable) field '_id' was found to have been altered",
    );
  }
  return withId(replacement, doc._id);
}

/** Equalities of a filter, which an upsert turns into fields. */
function equalities(filter: Doc): [string, unknown][] {
  return Object.entries(filter).flatMap(([path, condition]): [string, unknown][] => {
    if (path === "$and" && Array.isArray(condition)) {
      return (condition as unknown[]).filter(isDoc).flatMap((part) => equalities(part));
    }
    if (path.startsWith("$") || condition instanceof RegExp) return [];
    if (!hasOperators(condition)) return [[path, condition]];
    return Object.hasOwn(condition, "$eq") ? [[path, condition.$eq]] : [];
  });
}

/** The document an upsert inserts: the filter's equalities, then the update with `$setOnInsert`. */
export function upserted(filter: Doc, update: Update): Doc {
  let base: Doc = {};
  for (const [path, value] of equalities(filter)) setPath(base, path, value);
  if (Array.isArray(update.change)) {
    base = piped(base, update.change as Doc[]);
  } else {
    const { $setOnInsert, ...change } = update.change as Doc;
    const set = isDoc(change.$set) ? change.$set : {};
    const onInsert = isDoc($setOnInsert) ? $setOnInsert : {};
    applyOperators(base, { ...change, $set: { ...onInsert, ...set } }, update);
  }
  return withId(base, base._id ?? new ObjectId());
}

/** The document an upserting replacement inserts. */
export function upsertedReplacement(filter: Doc, replacement: Doc): Doc {
  const fromFilter = equalities(filter).find(([path]) => path === "_id")?.[1];
  return withId(replacement, replacement._id ?? fromFilter ?? new ObjectId());
}
