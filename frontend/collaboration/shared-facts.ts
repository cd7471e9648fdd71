import * as Y from "yjs";
import type { Facts } from "../../domain/agreements/facts.ts";
import { canonicalJson, type Json, type JsonObject } from "../../domain/kernel/canonical.ts";
import type { SharedFacts } from "../agreements/index.tsx";
import { createLive } from "../platform/live.ts";

/** Origin of fact edits: what the undo manager of this person tracks. */
export const FACTS_ORIGIN = Symbol("facts of this person");

type Row = Y.Map<unknown>;

/** A JSON value as it is kept in the shared map: lists of objects become arrays of maps. */
function toShared(value: Json): unknown {
  if (!Array.isArray(value) || !value.every(isObject)) return value;
  const rows = new Y.Array<Row>();
  rows.push(value.map(toRow));
  return rows;
}

function toRow(row: JsonObject): Row {
  return new Y.Map(Object.entries(row));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The new facts, with each value that says the same as before kept as the same object. */
function keepingSame(before: Facts, now: Facts): Facts {
  const isSame = (name: string): boolean =>
    canonicalJson(before[name]) === canonicalJson(now[name]);
  const entries = Object.entries(now).map(([name, value]): [string, Json] => {
    const known = before[name];
    return [name, known !== undefined && isSame(name) ? known : value];
  });
  return Object.fromEntries(entries);
}

/** The facts of a draft over its shared map. */
export function createSharedFacts(map: Y.Map<unknown>): SharedFacts & { stop: () => void } {
  const read = (): Facts => map.toJSON();
  const live = createLive<Facts>(read());
  const refresh = (): void => live.set(keepingSame(live.get(), read()));
  map.observeDeep(refresh);
  const keys = new WeakMap<Row, string>();
  let nextKey = 0;

  const change = (act: () => void): void => map.doc?.transact(act, FACTS_ORIGIN);
  const rowsOf = (list: string): Y.Array<Row> => {
    const found = map.get(list);
    if (found instanceof Y.Array) return found;
    const rows = new Y.Array<Row>();
    if (Array.isArray(found)) rows.push(found.filter(isObject).map(toRow));
    map.set(list, rows);
    return rows;
  };

  return {
    get: live.get,
    subscribe: live.subscribe,
    stop: () => map.unobserveDeep(refresh),
    set: (name, value) =>
      change(() => (value === undefined ? map.delete(name) : map.set(name, toShared(value)))),
    setCell: ({ list, row, key }, value) =>
      change(() => {
        const cells = rowsOf(list).get(row);
        if (value === undefined) cells?.delete(key);
        else cells?.set(key, value);
      }),
    addRow: (list, row) => change(() => rowsOf(list).push([toRow(row)])),
    removeRow: (list, row) =>
      change(() => {
        const rows = rowsOf(list);
        if (row < rows.length) rows.delete(row, 1);
      }),
    moveRow: (list, from, to) =>
      change(() => {
        const rows = rowsOf(list);
        const moved = rows.get(from);
        if (moved === undefined || to < 0 || to >= rows.length) return;
        const copy = moved.clone();
        rows.delete(from, 1);
        rows.insert(to, [copy]);
      }),
    rowKeys: (list) => {
      const rows = map.get(list);
      if (!(rows instanceof Y.Array)) return [];
      return rows.map((row: unknown, index) => {
        if (!(row instanceof Y.Map)) return `place-${String(index)}`;
        const key = keys.get(row) ?? `row-${String(nextKey++)}`;
        keys.set(row, key);
        return key;
      });
    },
  };
}
