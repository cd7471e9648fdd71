import type { Collator } from "./collation.ts";
import { compareValues, emptyArrayKey, encodeValue, inverted } from "./keys.ts";
import { isDoc, type Doc } from "./values.ts";

const digits = /^\d+$/;

function walk(value: unknown, steps: readonly string[], found: unknown[]): void {
  const [step, ...rest] = steps;
  if (step === undefined) {
    found.push(value);
    return;
  }
  if (Array.isArray(value)) {
    if (digits.test(step) && Number(step) < value.length) walk(value[Number(step)], rest, found);
    for (const item of value) if (isDoc(item)) walk(item, steps, found);
    return;
  }
  if (isDoc(value) && Object.hasOwn(value, step)) walk(value[step], rest, found);
  else found.push(undefined);
}

/** Every value a dotted path reaches, arrays on the way walked through; `undefined` where it is missing. */
export function leavesAt(doc: unknown, path: string): unknown[] {
  if (!path.includes(".") && isDoc(doc)) return [Object.hasOwn(doc, path) ? doc[path] : undefined];
  const found: unknown[] = [];
  walk(doc, path.split("."), found);
  return found;
}

/** What a comparison operator is tried against: each leaf, and each element of a leaf that is an array. */
export function candidatesAt(doc: unknown, path: string): unknown[] {
  const leaves = leavesAt(doc, path);
  return leaves.flatMap((leaf) => (Array.isArray(leaf) ? [leaf, ...(leaf as unknown[])] : [leaf]));
}

/** True when the path passes through or ends in an array, so that one document has several keys. */
export function isMultiple(doc: Doc, path: string): boolean {
  let value: unknown = doc;
  for (const step of path.split(".")) {
    if (Array.isArray(value)) return true;
    value = isDoc(value) ? value[step] : undefined;
  }
  return Array.isArray(value);
}

/** True when the document has a value (null included) at the path. */
export function existsAt(doc: Doc, path: string): boolean {
  return leavesAt(doc, path).some((leaf) => leaf !== undefined);
}

/** The encoded keys of one indexed field. */
export function fieldKeys(doc: Doc, path: string): Buffer[] {
  const leaves = leavesAt(doc, path);
  if (leaves.length === 0) return [encodeValue(null)];
  return leaves.flatMap((leaf) => {
    if (!Array.isArray(leaf)) return [encodeValue(leaf)];
    if (leaf.length === 0) return [emptyArrayKey];
    return (leaf as unknown[]).map((item) => encodeValue(item));
  });
}

/** One field of a sort or of an index: its path and direction. */
export type Field = readonly [path: string, direction: 1 | -1];

/** The bytes by which a document sorts: lowest element of an array ascending, highest descending. */
export function sortKey(doc: Doc, fields: readonly Field[]): Buffer {
  const parts = fields.map(([path, direction]) => {
    const keys = fieldKeys(doc, path).sort((a, b) => Buffer.compare(a, b) * direction);
    const key = keys[0] ?? encodeValue(null);
    return direction === 1 ? key : inverted(key);
  });
  return Buffer.concat(parts);
}

/** Orders two values by fields; used by `$push … $sort`, and for strings that do not order by their bytes. */
export function compareAt(
  a: unknown,
  b: unknown,
  fields: readonly Field[],
  collator?: Collator,
): number {
  for (const [path, direction] of fields) {
    const left = path === "" ? a : leavesAt(a, path)[0];
    const right = path === "" ? b : leavesAt(b, path)[0];
    const areStrings = typeof left === "string" && typeof right === "string";
    const order = collator && areStrings ? collator(left, right) : compareValues(left, right);
    if (order !== 0) return order * direction;
  }
  return 0;
}
