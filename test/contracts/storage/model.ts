/**
 * Filters, sorts and updates over plain documents, written from MongoDB's manual and from nothing of ours:
 * what the random cases compare the engines with.
 */
import type { Doc } from "./engines.ts";

const isDoc = (value: unknown): value is Doc =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** MongoDB's order of types, as far as the random cases use them. */
function typeOrder(value: unknown): number {
  if (value === undefined || value === null) return 1;
  if (typeof value === "number") return 2;
  if (typeof value === "string") return 3;
  if (isDoc(value)) return 4;
  return Array.isArray(value) ? 5 : 8;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [i, item] of a.entries()) {
    if (i >= b.length) return 1;
    const order = compare(item, b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Order of two values. */
export function compare(a: unknown, b: unknown): number {
  if (typeOrder(a) !== typeOrder(b)) return typeOrder(a) - typeOrder(b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (Array.isArray(a) && Array.isArray(b)) return compareLists(a, b);
  if (!isDoc(a) || !isDoc(b)) return 0;
  const fields = (doc: Doc) =>
    Object.entries(doc).map(([key, value]) => [typeOrder(value), key, value]);
  return compareLists(fields(a), fields(b));
}

const same = (a: unknown, b: unknown): boolean => compare(a, b) === 0;

/** What a path leads to, through arrays; a list of none where an array on the way has no documents. */
function reached(value: unknown, steps: readonly string[]): unknown[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [value];
  if (Array.isArray(value)) return value.filter(isDoc).flatMap((item) => reached(item[step], rest));
  return reached(isDoc(value) ? value[step] : undefined, rest);
}

function candidates(doc: Doc, path: string): unknown[] {
  return reached(doc, path.split(".")).flatMap((value) =>
    Array.isArray(value) ? [...(value as unknown[]), value] : [value],
  );
}

type Test = (value: unknown, operand: unknown) => boolean;

const bracketed =
  (accept: (order: number) => boolean): Test =>
  (value, operand) =>
    typeOrder(value) === typeOrder(operand) && accept(compare(value, operand));

const tests: Record<string, Test> = {
  $eq: same,
  $gt: bracketed((order) => order > 0),
  $gte: bracketed((order) => order >= 0),
  $lt: bracketed((order) => order < 0),
  $lte: bracketed((order) => order <= 0),
  $in: (value, operand) => (operand as unknown[]).some((item) => same(value, item)),
};

function meets(doc: Doc, path: string, operator: string, operand: unknown): boolean {
  if (operator === "$ne") return !meets(doc, path, "$eq", operand);
  if (operator === "$nin") return !meets(doc, path, "$in", operand);
  if (operator === "$not") return !meetsAll(doc, path, operand);
  const values = candidates(doc, path);
  if (operator === "$exists")
    return values.some((value) => value !== undefined) === (operand as boolean);
  if (operator === "$size")
    return reached(doc, path.split(".")).some(
      (value) => Array.isArray(value) && value.length === operand,
    );
  return values.some((value) => tests[operator]?.(value, operand) ?? false);
}

function meetsAll(doc: Doc, path: string, condition: unknown): boolean {
  if (!isDoc(condition) || !Object.keys(condition).some((key) => key.startsWith("$")))
    return meets(doc, path, "$eq", condition);
  return Object.entries(condition).every(([operator, operand]) =>
    meets(doc, path, operator, operand),
  );
}

/** Whether a document is one that a filter finds. */
export function matches(doc: Doc, filter: Doc): boolean {
  return Object.entries(filter).every(([path, condition]) => {
    const parts = condition as Doc[];
    if (path === "$and") return parts.every((part) => matches(doc, part));
    if (path === "$or") return parts.some((part) => matches(doc, part));
    if (path === "$nor") return !parts.some((part) => matches(doc, part));
    return meetsAll(doc, path, condition);
  });
}

/** An array sorts by its least element upwards and by its greatest downwards; an empty one before null. */
function sortValue(doc: Doc, path: string, way: number): readonly [empty: number, value: unknown] {
  const values = reached(doc, path.split(".")).flatMap((value): [number, unknown][] => {
    if (!Array.isArray(value)) return [[1, value]];
    return value.length === 0 ? [[0, null]] : value.map((item): [number, unknown] => [1, item]);
  });
  const inOrder = values.toSorted((a, b) => (a[0] - b[0] || compare(a[1], b[1])) * way);
  return inOrder[0] ?? [1, null];
}

/** The documents in the order of a sort. */
export function sorted(docs: readonly Doc[], sort: readonly (readonly [string, number])[]): Doc[] {
  return docs.toSorted((one, other) => {
    for (const [path, way] of sort) {
      const [a, b] = [sortValue(one, path, way), sortValue(other, path, way)];
      const order = a[0] - b[0] || compare(a[1], b[1]);
      if (order !== 0) return order * way;
    }
    return 0;
  });
}

/** Thrown where MongoDB refuses an update. */
export class Refused extends Error {}

function listOf(value: unknown): unknown[] | undefined {
  if (value === undefined || Array.isArray(value)) return value as unknown[] | undefined;
  throw new Refused("no array");
}

type Change = (value: unknown, operand: unknown) => unknown;

const changes: Record<string, Change> = {
  $set: (_, operand) => operand,
  $unset: () => undefined,
  $inc(value, operand) {
    if (value === undefined) return operand;
    if (typeof value !== "number") throw new Refused("no number");
    return value + (operand as number);
  },
  $mul(value, operand) {
    if (value === undefined) return 0;
    if (typeof value !== "number") throw new Refused("no number");
    return value * (operand as number) || 0;
  },
  $min: (value, operand) => (value === undefined || compare(operand, value) < 0 ? operand : value),
  $max: (value, operand) => (value === undefined || compare(operand, value) > 0 ? operand : value),
  $push: (value, operand) => [...(listOf(value) ?? []), operand],
  $addToSet(value, operand) {
    const list = listOf(value) ?? [];
    return list.some((item) => same(item, operand)) ? list : [...list, operand];
  },
  $pull: (value, operand) => listOf(value)?.filter((item) => !same(item, operand)),
  $pop: (value, operand) => (operand === 1 ? listOf(value)?.slice(0, -1) : listOf(value)?.slice(1)),
};

/** A document after one operator on one top-level field or on a field of a document in one. */
export function changed(doc: Doc, operator: string, path: string, operand: unknown): Doc {
  const [top = "", inner] = path.split(".");
  const change = changes[operator];
  if (change === undefined) throw new Error(`no such operator: ${operator}`);
  const next = { ...doc };
  if (inner === undefined) next[top] = change(doc[top], operand);
  else {
    const parent = doc[top];
    const isRemoval = operator === "$unset";
    if (parent !== undefined && !isDoc(parent)) {
      if (isRemoval) return doc;
      throw new Refused("no document");
    }
    const before: Doc = parent ?? {};
    const after = change(before[inner], operand);
    if (after === undefined && parent === undefined) return doc;
    next[top] = { ...before, [inner]: after };
    if (after === undefined) delete (next[top] as Doc)[inner];
  }
  if (next[top] === undefined) delete next[top];
  return next;
}
