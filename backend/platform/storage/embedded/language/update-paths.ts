import { serverError, shown } from "../values/errors.ts";
import { matcherOf } from "./matching.ts";
import { isTrue } from "./predicates.ts";
import { hasOperators, isDoc, promoted, put, type Doc } from "../values/values.ts";

/** A place in a document: an object or array and the key in it. */
export interface Place {
  readonly holder: Doc | unknown[];
  readonly key: string;
  /** From the document's root, with positions as numbers. */
  readonly path: string;
}

/** Filters of `$[name]` by their name. */
export type ArrayFilters = ReadonlyMap<string, ReturnType<typeof matcherOf>>;

/** What `$[name]` and `$` refer to. */
export interface Positions {
  readonly filter: Doc;
  readonly arrayFilters: ArrayFilters;
}

/** True for a step that means all elements, or those that an array filter chooses. */
export const isArrayStep = (step: string | undefined): boolean =>
  step !== undefined && /^\$\[.*\]$/s.test(step);

/** True when one path is the other or lies below it. */
export function overlap(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`);
}

const digits = /^(0|[1-9]\d*)$/;
/** MongoDB's limit for the nulls that a write behind an array's end adds. */
const maxBackfill = 1_500_000;

function child(holder: unknown, key: string): unknown {
  if (Array.isArray(holder)) return digits.test(key) ? (holder[Number(key)] as unknown) : undefined;
  return isDoc(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
}

/** Reads a place. */
export function read({ holder, key }: Place): unknown {
  return child(holder, key);
}

/** Writes a place; an array grows with nulls, as MongoDB's do. */
export function write({ holder, key }: Place, value: unknown): void {
  if (!Array.isArray(holder)) {
    put(holder, key, value);
    return;
  }
  const index = Number(key);
  if (index - holder.length > maxBackfill)
    throw serverError(2, `can't backfill more than ${maxBackfill} elements`);
  while (holder.length < index) holder.push(null);
  holder[index] = value;
}

/** Removes a place; an array keeps its length and gets null. */
export function erase({ holder, key }: Place): void {
  if (!Array.isArray(holder)) delete holder[key];
  else if (Number(key) < holder.length) holder[Number(key)] = null;
}

type Test = (item: unknown) => boolean;

const negations = new Set(["$ne", "$nin", "$not"]);

/** What a condition says of single elements, which neither a negation does nor the array's own size. */
function onElements(condition: unknown, isOnArray: boolean): unknown {
  if (!hasOperators(condition)) return condition;
  const parts = Object.entries(condition).filter(
    ([name, operand]) =>
      !negations.has(name) &&
      (name !== "$exists" || isTrue(operand)) &&
      (name !== "$size" || !isOnArray),
  );
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/** What the filter says of single elements of an array. */
function testsOn(filter: Doc, array: string): Test[] {
  return Object.entries(filter).flatMap(([path, condition]): Test[] => {
    const parts = Array.isArray(condition) ? (condition as unknown[]).filter(isDoc) : [];
    if (path === "$and") return parts.flatMap((part) => testsOn(part, array));
    if (path === "$or") {
      const either = parts.map((part) => testsOn(part, array)).filter((tests) => tests.length > 0);
      return either.length === 0
        ? []
        : [(item) => either.some((tests) => tests.every((test) => test(item)))];
    }
    if (path !== array && !path.startsWith(`${array}.`)) return [];
    if (hasOperators(condition) && Array.isArray(condition.$all)) {
      const { $all, ...others } = condition;
      const items = ($all as unknown[]).map((item) =>
        hasOperators(item) ? item : { $in: [item] },
      );
      const all = hasOperators(others) ? [others, ...items] : items;
      return all.flatMap((part) => testsOn({ [path]: part }, array));
    }
    const below = path.slice(array.length);
    const wanted = onElements(condition, below === "");
    if (wanted === undefined || digits.test(below.split(".", 2)[1] ?? "")) return [];
    const matcher = matcherOf({ [`e${below}`]: wanted });
    const isElemMatch = below === "" && isDoc(wanted) && isDoc(wanted.$elemMatch);
    return [(item) => matcher.test({ e: isElemMatch ? [item] : item })];
  });
}

/** Index of the element that made the filter match: one that meets all conditions, or else one of them. */
function indexIn(items: readonly unknown[], tests: readonly Test[]): number {
  if (tests.length === 0) return -1;
  const plain = promoted(items);
  const whole = plain.findIndex((item) => tests.every((test) => test(item)));
  return whole >= 0 ? whole : plain.findIndex((item) => tests.some((test) => test(item)));
}

/** Arrays of a document that are reached without passing through another one. */
function* arraysOf(value: unknown, path: string): Generator<[string, unknown[]]> {
  if (Array.isArray(value)) yield [path, value as unknown[]];
  else if (isDoc(value)) {
    for (const [key, item] of Object.entries(value))
      yield* arraysOf(item, path === "" ? key : `${path}.${key}`);
  }
}

/** Where in an array, or else in another one of the document, the filter matched; -1 for nowhere. */
export function matchedPosition(
  items: readonly unknown[],
  { path, root, filter }: { path: string; root: Doc; filter: Doc },
): number {
  const named = path.split(".").filter((step) => !digits.test(step));
  const own = indexIn(items, [...testsOn(filter, path), ...testsOn(filter, named.join("."))]);
  if (own >= 0) return own;
  for (const [other, list] of arraysOf(root, "")) {
    const found = indexIn(list, testsOn(filter, other));
    if (found >= 0) return found;
  }
  return -1;
}

/** The position that `$` stands for: in the array itself, or else in another one that the filter asks about. */
function matchedIndex(walk: Walk): number {
  const own = Array.isArray(walk.original) ? (walk.original as unknown[]) : [];
  const { filter } = walk.positions;
  const index = matchedPosition(own, { path: walk.done, root: walk.root, filter });
  if (index >= 0) return index;
  throw serverError(2, "The positional operator did not find the match needed from the query.");
}

interface Walk {
  readonly holder: Doc | unknown[];
  /** The same place before the update: filters decide by it, whatever other operators did meanwhile. */
  readonly original: unknown;
  readonly root: Doc;
  readonly steps: readonly string[];
  readonly done: string;
  readonly missing: Missing;
  readonly positions: Positions;
}

/** What happens where a path ends early: parents are made, or the operator is skipped, if not even they could be made too. */
type Missing = "create" | "skip" | "skip-always";

function elementsFor(step: string, walk: Walk): string[] {
  const items = walk.holder;
  if (!Array.isArray(items)) {
    const what = "Cannot apply array updates to non-array element";
    throw serverError(2, `${what} ${walk.done}: ${shown(items)}`);
  }
  const all = items.map((_, i) => String(i));
  if (step === "$[]") return all;
  const name = step.slice(2, -1);
  const filter = walk.positions.arrayFilters.get(name);
  return all.filter((key) => filter?.test({ [name]: promoted(child(walk.original, key)) }));
}

function notViable(step: string, path: string, value: unknown, missing: Missing): Error {
  const element = `{${path.split(".").at(-1)}: ${shown(value)}}`;
  return serverError(
    28,
    missing === "create"
      ? `Cannot create field '${step}' in element ${element}`
      : `Cannot use the part (${step}) of (${path}.${step}) to traverse the element (${element})`,
  );
}

/** The value in which the walk goes on; undefined where there is none and none is to be made. */
function inner(
  place: Place,
  next: string | undefined,
  missing: Missing,
): Doc | unknown[] | undefined {
  const value = read(place);
  if (isDoc(value) || Array.isArray(value)) return value as Doc | unknown[];
  if (isArrayStep(next)) {
    throw serverError(
      2,
      value === undefined
        ? `The path '${place.path}' must exist in the document in order to apply array updates.`
        : `Cannot apply array updates to non-array element ${place.key}: ${shown(value)}`,
    );
  }
  if (value !== undefined) {
    if (missing === "skip-always") return undefined;
    throw notViable(String(next), place.path, value, missing);
  }
  if (missing !== "create") return undefined;
  const made: Doc = {};
  write(place, made);
  return made;
}

function places(walk: Walk): Place[] {
  const [step, ...rest] = walk.steps;
  if (step === undefined) return [];
  if (isArrayStep(step)) {
    return elementsFor(step, walk).flatMap((key) => places({ ...walk, steps: [key, ...rest] }));
  }
  if (Array.isArray(walk.holder) && !digits.test(step)) {
    if (walk.missing === "skip-always") return [];
    throw notViable(step, walk.done, walk.holder, walk.missing);
  }
  const path = walk.done === "" ? step : `${walk.done}.${step}`;
  const place = { holder: walk.holder, key: step, path };
  if (rest.length === 0) return [place];
  const original = child(walk.original, step);
  if (rest[0] === "$") rest[0] = String(matchedIndex({ ...walk, original, done: path }));
  const holder = inner(place, rest[0], walk.missing);
  if (holder === undefined) return [];
  return places({ ...walk, holder, original, steps: rest, done: path });
}

/** How to find places. */
export interface Finding {
  readonly missing: Missing;
  readonly positions: Positions;
  /** The document before the update. */
  readonly original: Doc;
}

/** Places a path of an update names. */
export function placesAt(doc: Doc, path: string, finding: Finding): Place[] {
  const { original, ...rest } = finding;
  return places({
    holder: doc,
    original,
    root: original,
    steps: path.split("."),
    done: "",
    ...rest,
  });
}

const nowhere: Positions = { filter: {}, arrayFilters: new Map() };

/** The place of a path without positions. */
export function placeAt(doc: Doc, path: string, missing: Missing): Place | undefined {
  return placesAt(doc, path, { missing, positions: nowhere, original: {} })[0];
}
