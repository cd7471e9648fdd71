import { readDocument } from "../values/bson-reader.ts";
import type { Cache, RangeCache } from "./cache.ts";
import type { Entry, KeyRange, Kv, Reading } from "./kv.ts";
import { checkedBytes, documentKey, keysIn, prefixOf, recordAt, recordOf } from "./layout.ts";
import type { Plan } from "./planner.ts";
import type { Row } from "./row.ts";

/** Where a reading stopped. */
export interface Resume {
  /** Of the last entry read; undefined where a range begins. */
  readonly key: Buffer | undefined;
  readonly range: number;
  /** Which way of an `$or`. */
  readonly way?: number;
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
    if (kept) return kept;
    const value = this.#kv.peek(documentKey(table, record));
    if (value === undefined) return undefined;
    const doc = readDocument(checkedBytes(value));
    const row = { record, doc, sizeBytes: value.length, isKept: false };
    return this.#cache ? this.#cache.documents.offer(table, row) : row;
  }

  /** Visits rows in the plan's order until a visit gives false; tells where it stopped, or undefined at the end. */
  scan(table: number, scan: Scan, visit: Visit): Resume | undefined {
    const { plan, resume } = scan;
    if (plan.ways) return this.#scanWays(table, { ...scan, ways: plan.ways }, visit);
    if (plan.point) return this.#visitPoint(table, scan, visit);
    let at = resume?.range ?? 0;
    let range = rangeIn(table, plan, at);
    if (range && this.#cache && plan.isByValue && plan.ranges.length === 1 && resume === undefined)
      return this.#scanKept(scan, { table, range, kept: this.#cache.ranges }, visit);
    for (let after = resume?.key; range; range = rangeIn(table, plan, ++at), after = undefined) {
      const key = this.#scanRange(scan, { table, reading: { ...range, after } }, visit);
      if (key) return { key, range: at };
    }
    return undefined;
  }

  #scanWays(
    table: number,
    { ways, resume, isNew }: Scan & { ways: readonly Plan[] },
    visit: Visit,
  ): Resume | undefined {
    let goesOn = true;
    const heeded: Visit = (row) => (goesOn = visit(row));
    const first = resume?.way ?? 0;
    for (const [way, plan] of ways.entries()) {
      if (way < first) continue;
      const behind = way === first && resume?.key ? resume : undefined;
      const stopped = this.scan(table, { plan, resume: behind, isNew }, heeded);
      if (stopped) return { ...stopped, way };
      if (!goesOn) return { key: undefined, range: 0, way: way + 1 };
    }
    return undefined;
  }

  #visitPoint(table: number, { plan, resume, isNew }: Scan, visit: Visit): undefined {
    if (resume !== undefined || plan.index === undefined || plan.point === undefined) return;
    const key = Buffer.concat([prefixOf(table, plan.index.id), plan.point]);
    const record = recordAt(this.#kv, key);
    const row = record !== undefined && isNew(record) ? this.row(table, record) : undefined;
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
    const name = nameOf(range, scan.plan.reverse);
    const known = kept.get(table, name);
    if (known) {
      known.every((row) => !scan.isNew(row.record) || visit(row));
      return undefined;
    }
    const met: Row[] = [];
    const isWanted = kept.isWanted(hashOf(range));
    const keeping = (row: Row) => {
      const own = row.isKept ? row : { ...row, isKept: true };
      met.push(own);
      return visit(own);
    };
    const key = this.#scanRange(scan, { table, reading: range }, isWanted ? keeping : visit);
    if (key) return { key, range: 0 };
    if (isWanted) kept.set(table, name, met);
    return undefined;
  }
}

/** The range at a place of the plan, as keys of the table; without an index there is one, of all documents. */
function rangeIn(table: number, { index, ranges }: Plan, at: number): KeyRange | undefined {
  if (index === undefined) return at > 0 ? undefined : keysIn(table, 0);
  const range = ranges[at];
  if (range === undefined) return undefined;
  const prefix = prefixOf(table, index.id);
  return {
    start: Buffer.concat([prefix, range.start]),
    end: Buffer.concat([prefix, range.end]),
  };
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
