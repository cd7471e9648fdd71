import { readDocument } from "../values/bson-reader.ts";
import { maxKeptRecords, type Cache, type RangeCache } from "./cache.ts";
import { afterPrefix } from "../values/keys.ts";
import type { Entry, KeyRange, Kv, Reading } from "./kv.ts";
import { checkedBytes, documentKey, prefixOf, recordOf } from "./layout.ts";
import type { Plan } from "./planner.ts";
import type { Doc } from "../values/values.ts";

/** A stored document with the number that orders it by insertion. */
export interface Row {
  readonly record: number;
  readonly doc: Doc;
  /** Whether a cache keeps the document too: nobody may change it. */
  readonly isKept: boolean;
}

/** Where a reading stopped. */
export interface Resume {
  readonly key: Buffer;
  readonly range: number;
}

/** How to read: which keys, which to continue behind, and which records to leave out. */
export interface Scan {
  readonly plan: Plan;
  readonly resume: Resume | undefined;
  isNew(record: number): boolean;
}

const hashedBytes = 16;

/** Tells whether to go on. */
type Visit = (row: Row) => boolean;

/** Reads documents of tables, through a cache where there is one. */
export class RowReader {
  readonly #kv: Kv;
  readonly #cache: Cache | undefined;

  constructor(kv: Kv, cache: Cache | undefined) {
    this.#kv = kv;
    this.#cache = cache;
  }

  /** A document by its number. */
  row(table: number, record: number): Row | undefined {
    const kept = this.#cache?.documents.get(table, record);
    if (kept) return { record, doc: kept, isKept: true };
    const value = this.#kv.peek(documentKey(table, record));
    if (value === undefined) return undefined;
    const doc = readDocument(checkedBytes(value));
    const held = { doc, sizeBytes: value.length };
    return { record, doc, isKept: this.#cache?.documents.offer(table, record, held) ?? false };
  }

  /** Visits rows in the plan's order until a visit gives false; tells where it stopped, or undefined at the end. */
  scan(table: number, scan: Scan, visit: Visit): Resume | undefined {
    const { plan, resume } = scan;
    if (plan.point) return this.#visitPoint(table, scan, visit);
    const ranges = rangesIn(table, plan);
    const [only] = ranges;
    if (this.#cache && plan.index && only && ranges.length === 1 && resume === undefined)
      return this.#scanKept(scan, { table, range: only, kept: this.#cache.ranges }, visit);
    for (const [i, range] of ranges.entries()) {
      if (resume !== undefined && i < resume.range) continue;
      const after = resume?.range === i ? resume.key : undefined;
      const key = this.#scanRange(scan, { table, reading: { ...range, after } }, visit);
      if (key) return { key, range: i };
    }
    return undefined;
  }

  #visitPoint(table: number, { plan, resume, isNew }: Scan, visit: Visit): undefined {
    if (resume !== undefined || plan.index === undefined || plan.point === undefined) return;
    const record = this.#kv.peek(Buffer.concat([prefixOf(table, plan.index.id), plan.point]));
    const number = record && recordOf(record);
    const row = number !== undefined && isNew(number) ? this.row(table, number) : undefined;
    if (row) visit(row);
  }

  /** As {@link scan} for one range, telling the key it stopped at. */
  #scanRange(
    { plan, isNew }: Scan,
    { table, reading }: { table: number; reading: Reading },
    visit: Visit,
  ): Buffer | undefined {
    for (const entry of this.#kv.entries({ ...reading, reverse: plan.reverse })) {
      const record = recordIn(plan, entry);
      const row = isNew(record) ? this.row(table, record) : undefined;
      if (row && !visit(row)) return entry.key;
    }
    return undefined;
  }

  /** A short range that was read to its end is not read again until its index changes. */
  #scanKept(
    scan: Scan,
    { table, range, kept }: { table: number; range: KeyRange; kept: RangeCache },
    visit: Visit,
  ): Resume | undefined {
    const { plan, isNew } = scan;
    const index = range.start.readUInt32BE(0);
    const name = nameOf(range, plan.reverse);
    const known = kept.get(index, name);
    if (known) {
      known.every((record) => {
        const row = isNew(record) ? this.row(table, record) : undefined;
        return row === undefined || visit(row);
      });
      return undefined;
    }
    if (!kept.isWanted(hashOf(range))) {
      const key = this.#scanRange(scan, { table, reading: range }, visit);
      return key && { key, range: 0 };
    }
    const met: number[] = [];
    const noting = { ...scan, isNew: (record: number) => met.push(record) > 0 && isNew(record) };
    const key = this.#scanRange(noting, { table, reading: range }, visit);
    if (key) return { key, range: 0 };
    if (met.length <= maxKeptRecords) kept.set(index, name, met);
    return undefined;
  }
}

function rangesIn(table: number, { index, ranges }: Plan): KeyRange[] {
  const prefix = prefixOf(table, index?.id ?? 0);
  if (index === undefined) return [{ start: prefix, end: afterPrefix(prefix) }];
  return ranges.map(({ start, end }) => ({
    start: Buffer.concat([prefix, start]),
    end: Buffer.concat([prefix, end]),
  }));
}

function nameOf({ start, end }: KeyRange, reverse: boolean): string {
  return `${reverse ? "-" : "+"}${start.toString("latin1")}${end.toString("latin1")}`;
}

/** A hash of the end of a range's keys, where ranges differ. */
function hashOf({ start, end }: KeyRange): number {
  let hash = start.length;
  for (const key of [start, end])
    for (let i = Math.max(0, key.length - hashedBytes); i < key.length; i++)
      hash = (Math.imul(hash, 31) + (key[i] ?? 0)) | 0;
  return hash;
}

/** The record an entry is of: its own key for a document, its value in an index. */
function recordIn({ index }: Plan, { key, value }: Entry): number {
  return index === undefined ? recordOf(key, 4) : recordOf(value);
}
