import * as Y from "yjs";
import type { Facts } from "../../domain/agreements/facts.ts";
import { canonicalJson, type Json } from "../../domain/kernel/canonical.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";

type Plain = { readonly [key: string]: Json };

const MAX_JSON_DEPTH = 8;
const MAX_KEY_LENGTH = 100;
/** Keys that would reach JavaScript's own objects when a reader copies facts carelessly. */
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);

const loneSurrogate = /\p{Surrogate}/u;

/** Tells values that JSON carries exactly from everything else that Yjs could store. */
export function isPlainJson(value: unknown, depth = 0): value is Json {
  if (value === null || typeof value === "boolean") return true;
  if (typeof value === "string") return !loneSurrogate.test(value);
  if (typeof value === "number") return Number.isFinite(value);
  if (depth >= MAX_JSON_DEPTH || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.every((item) => isPlainJson(item, depth + 1));
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    Object.entries(value).every(([key, item]) => isKey(key) && isPlainJson(item, depth + 1))
  );
}

function isKey(key: string): boolean {
  return key.length > 0 && key.length <= MAX_KEY_LENGTH && !forbiddenKeys.has(key);
}

/**
 * The facts as JSON. A list fact is a Y.Array of Y.Map rows, so that two people can fill two rows, or
 * two cells of one row, at the same time; everything else is a plain value.
 * @throws {Refusal} update-invalid — the map holds what is not a fact; document-too-large
 */
export function readFacts(map: Y.Map<unknown>, maxBytes: number): Facts {
  const facts = readMap(map, (value) => (value instanceof Y.Array ? readRows(value) : value));
  if (Buffer.byteLength(canonicalJson(facts)) > maxBytes) {
    throw new Refusal("document-too-large", "The facts have reached their size limit.");
  }
  return facts;
}

function readMap(map: Y.Map<unknown>, readValue: (value: unknown) => unknown): Plain {
  if (map instanceof Y.XmlHook || map._start !== null) throw invalid();
  const entries: [string, Json][] = [];
  for (const [key, raw] of map.entries()) {
    const value = readValue(raw);
    if (!isKey(key) || !isPlainJson(value)) throw invalid();
    entries.push([key, value]);
  }
  return Object.fromEntries(entries);
}

function readRows(list: Y.Array<unknown>): Json[] {
  if (list._map.size > 0) throw invalid();
  return list.toArray().map((row) => {
    if (row instanceof Y.Map) return readMap(row, (value) => value);
    if (isPlainJson(row)) return row;
    throw invalid();
  });
}

function invalid(): Refusal {
  return new Refusal("update-invalid", "The facts hold a value that is not a fact.");
}

/** Makes the map say `facts`, touching only what differs; call inside a transaction. */
export function writeFacts(map: Y.Map<unknown>, facts: Facts): void {
  for (const key of map.keys()) if (!(key in facts)) map.delete(key);
  for (const [key, value] of Object.entries(facts)) {
    const current = map.get(key);
    if (current instanceof Y.Array && isRows(value)) writeRows(current, value);
    else if (isRows(value)) map.set(key, newRows(value));
    else if (current instanceof Y.AbstractType || !isSame(current, value)) map.set(key, value);
  }
}

function isRows(value: Json): value is readonly Plain[] {
  return Array.isArray(value) && value.every((row) => isObject(row));
}

function isObject(value: Json): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSame(a: unknown, b: Json): boolean {
  return a !== undefined && canonicalJson(a) === canonicalJson(b);
}

function newRows(rows: readonly Plain[]): Y.Array<unknown> {
  const list = new Y.Array<unknown>();
  list.push(rows.map(newRow));
  return list;
}

function newRow(row: Plain): Y.Map<unknown> {
  return new Y.Map(Object.entries(row));
}

/** Rows keep their identity by `id` where they have one, else by place. */
function writeRows(list: Y.Array<unknown>, rows: readonly Plain[]): void {
  const wanted = new Set(rows.map((row, i) => nameOf(row, i)));
  for (let i = list.length - 1; i >= 0; i -= 1) {
    if (!wanted.has(nameOf(plainRow(list.get(i)), i))) list.delete(i);
  }
  rows.forEach((row, i) => {
    const current = i < list.length ? list.get(i) : undefined;
    if (current instanceof Y.Map && nameOf(plainRow(current), i) === nameOf(row, i)) {
      writeRow(current, row);
      return;
    }
    list.insert(i, [newRow(row)]);
  });
  if (list.length > rows.length) list.delete(rows.length, list.length - rows.length);
}

function plainRow(row: unknown): Plain {
  return row instanceof Y.Map ? row.toJSON() : {};
}

function nameOf(row: Plain, index: number): string {
  return typeof row["id"] === "string" ? `id:${row["id"]}` : `at:${index}`;
}

function writeRow(map: Y.Map<unknown>, row: Plain): void {
  for (const key of map.keys()) if (!(key in row)) map.delete(key);
  for (const [key, value] of Object.entries(row)) {
    if (!isSame(map.get(key), value)) map.set(key, value);
  }
}
