import { serverError } from "./errors.ts";
import { matcherOf } from "./matching.ts";
import { copyOf, isDoc, type Doc } from "./values.ts";

/** A place in a document: an object or array and the key in it. */
export interface Place {
  readonly holder: Doc | unknown[];
  readonly key: string;
}

/** What `$[name]` and `$` refer to. */
export interface Positions {
  readonly filter: Doc;
  readonly arrayFilters: readonly Doc[];
}

const digits = /^\d+$/;

/** Reads a place. */
export function read({ holder, key }: Place): unknown {
  if (Array.isArray(holder)) return holder[Number(key)];
  return Object.hasOwn(holder, key) ? holder[key] : undefined;
}

/** Writes a place; an array grows with nulls, as MongoDB's do. */
export function write({ holder, key }: Place, value: unknown): void {
  if (!Array.isArray(holder)) {
    // Own property even when the key is `__proto__`.
    Object.defineProperty(holder, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
    return;
  }
  if (!digits.test(key)) throw serverError(28, `Cannot create field '${key}' in an array`);
  while (holder.length < Number(key)) holder.push(null);
  holder[Number(key)] = value;
}

/** Removes a place; an array keeps its length and gets null. */
export function erase({ holder, key }: Place): void {
  if (!Array.isArray(holder)) delete holder[key];
  else if (Number(key) < holder.length) holder[Number(key)] = null;
}

function conditionsOn(filter: Doc, array: string): [string, unknown][] {
  return Object.entries(filter).flatMap(([path, condition]): [string, unknown][] => {
    if (path === "$and" && Array.isArray(condition)) {
      return (condition as unknown[]).filter(isDoc).flatMap((part) => conditionsOn(part, array));
    }
    return path === array || path.startsWith(`${array}.`)
      ? [[path.slice(array.length + 1), condition]]
      : [];
  });
}

/** Index of the element that made the filter match, for the positional operator `$`. */
function matchedIndex(items: unknown[], array: string, filter: Doc): number {
  const conditions = conditionsOn(filter, array);
  const tests = conditions.map(([path, condition]) => {
    const isElemMatch = path === "" && isDoc(condition) && isDoc(condition.$elemMatch);
    const matcher = matcherOf({ [path === "" ? "e" : `e.${path}`]: condition });
    return (item: unknown) => matcher.test({ e: isElemMatch ? [item] : item });
  });
  const index =
    tests.length === 0 ? -1 : items.findIndex((item) => tests.every((test) => test(item)));
  if (index < 0) {
    throw serverError(2, "The positional operator did not find the match needed from the query.");
  }
  return index;
}

function elementsFor(
  step: string,
  items: unknown[],
  array: string,
  positions: Positions,
): string[] {
  if (step === "$") return [String(matchedIndex(items, array, positions.filter))];
  if (step === "$[]") return items.map((_, i) => String(i));
  const name = step.slice(2, -1);
  const filter = positions.arrayFilters.find((part) =>
    Object.keys(part).some(
      (path) => path === name || path.startsWith(`${name}.`) || path.startsWith("$"),
    ),
  );
  if (filter === undefined) throw serverError(2, `No array filter found for identifier '${name}'`);
  const matcher = matcherOf(filter);
  return items.flatMap((item, i) => (matcher.test({ [name]: item }) ? [String(i)] : []));
}

interface Walk {
  readonly holder: Doc | unknown[];
  readonly steps: readonly string[];
  readonly done: string;
  readonly create: boolean;
  readonly positions: Positions;
}

function places(walk: Walk): Place[] {
  const [step, ...rest] = walk.steps;
  if (step === undefined) return [];
  if (step.startsWith("$")) return positionalPlaces(walk, step, rest);
  const place = { holder: walk.holder, key: step };
  if (Array.isArray(walk.holder) && !digits.test(step)) {
    if (walk.create)
      throw serverError(28, `Cannot create field '${step}' in element {${walk.done}}`);
    return [];
  }
  if (rest.length === 0) return [place];
  let next = read(place);
  if (next === undefined) {
    if (!walk.create) return [];
    next = {};
    write(place, next);
  }
  if (!isDoc(next) && !Array.isArray(next)) {
    if (!walk.create) return [];
    throw serverError(
      28,
      `Cannot create field '${rest[0]}' in element {${step}: ${JSON.stringify(next)}}`,
    );
  }
  const done = walk.done === "" ? step : `${walk.done}.${step}`;
  return places({ ...walk, holder: next as Doc | unknown[], steps: rest, done });
}

function positionalPlaces(walk: Walk, step: string, rest: readonly string[]): Place[] {
  const items = walk.holder;
  if (!Array.isArray(items))
    throw serverError(2, `The path '${walk.done}' must exist in the document as an array`);
  return elementsFor(step, items, walk.done, walk.positions).flatMap((key) =>
    places({ ...walk, steps: [key, ...rest] }),
  );
}

/** Places a path of an update names; missing parents are created when `create` is set. */
export function placesAt(
  doc: Doc,
  path: string,
  options: { create: boolean; positions: Positions },
): Place[] {
  if (path === "" || path.split(".").some((step) => step === "" || step === "__proto__")) {
    throw serverError(56, `The update path '${path}' contains an empty or forbidden field name.`);
  }
  return places({ holder: doc, steps: path.split("."), done: "", ...options });
}

/** Sets a plain path in a new document, as an upsert does with the filter's equalities. */
export function setPath(doc: Doc, path: string, value: unknown): void {
  const positions = { filter: {}, arrayFilters: [] };
  for (const place of placesAt(doc, path, { create: true, positions })) write(place, copyOf(value));
}
