import { documentOf } from "./layout.ts";
import type { Row } from "./row.ts";

/** Bytes of BSON above which a document is not kept: it would push many others out. */
const maxKeptBytes = 64 * 1024;

const slots = 2 ** 20;

/** A set of hashes that may hold more than was added, in so little memory that it stays in the processor's cache. */
class Traces {
  readonly #bits = new Int32Array(slots / 32);
  #count = 0;

  /** How many slots are taken. */
  get count(): number {
    return this.#count;
  }

  has(hash: number): boolean {
    const slot = hash & (slots - 1);
    return ((this.#bits[slot >>> 5] ?? 0) & (1 << slot)) !== 0;
  }

  add(hash: number): void {
    if (this.has(hash)) return;
    const slot = hash & (slots - 1);
    this.#bits[slot >>> 5] = (this.#bits[slot >>> 5] ?? 0) | (1 << slot);
    this.#count++;
  }

  clear(): void {
    this.#bits.fill(0);
    this.#count = 0;
  }
}

/** How many things are met before all are forgotten: what comes back later is not worth its place. */
const mostMet = 2 ** 15;

/** Tells what is soon asked for again from what would only push other things out. */
class Acquaintance {
  readonly #met = new Traces();

  /** Whether something of this hash was met lately. */
  isOld(hash: number): boolean {
    if (this.#met.has(hash)) return true;
    if (this.#met.count >= mostMet) this.#met.clear();
    this.#met.add(hash);
    return false;
  }
}

function hashOf(table: number, record: number): number {
  return record + table * 31;
}

/** By table, then by record. */
type Generation = Map<number, Map<number, Row>>;

/**
 * Documents as they were last read, for readers of the latest durable state. Two generations: what nobody asked for
 * while the young one filled goes with the old one.
 */
class DocumentCache {
  readonly #generationBytes: number;
  readonly #acquaintance = new Acquaintance();
  #young: Generation = new Map();
  #old: Generation = new Map();
  /** Of all that the generations hold: most documents of a large collection are not, which costs less to see here. */
  readonly #kept = new Traces();
  #youngBytes = 0;
  #highestRecord = 0;

  constructor(maxBytes: number) {
    this.#generationBytes = maxBytes / 2;
  }

  get(table: number, record: number): Row | undefined {
    if (!this.#kept.has(hashOf(table, record))) return undefined;
    const young = this.#young.get(table)?.get(record);
    if (young) return young;
    const older = this.#old.get(table)?.get(record);
    if (older) this.#keep(table, older);
    return older;
  }

  /** The row, kept from now on if it is worth it. */
  offer(table: number, row: Row): Row {
    if (row.sizeBytes > maxKeptBytes) return row;
    // Choosy where documents come and go unread: once it is full, and from the start where there are more than fit.
    if (row.record > this.#highestRecord) this.#highestRecord = row.record;
    const isFull = this.#old.size > 0;
    const willBeFull = this.#highestRecord * row.sizeBytes > 2 * this.#generationBytes;
    if ((isFull || willBeFull) && !this.#acquaintance.isOld(hashOf(table, row.record))) return row;
    const kept = { ...row, isKept: true };
    this.#keep(table, kept);
    return kept;
  }

  #keep(table: number, row: Row): void {
    let records = this.#young.get(table);
    if (records === undefined) {
      records = new Map();
      this.#young.set(table, records);
    }
    records.set(row.record, row);
    this.#kept.add(hashOf(table, row.record));
    this.#youngBytes += row.sizeBytes;
    if (this.#youngBytes >= this.#generationBytes) this.#age();
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
    this.#kept.clear();
    for (const [table, records] of this.#old)
      for (const record of records.keys()) this.#kept.add(hashOf(table, record));
  }

  forget(table: number, record: number): void {
    this.#young.get(table)?.delete(record);
    this.#old.get(table)?.delete(record);
  }
}

/** Longer lists are read anew each time. */
const maxKeptRows = 256;
/** What a list costs beside its rows, in bytes. */
const listCost = 200;

/** What short ranges of indexes, each the entries of one value, were found to hold, for readers of the latest durable state. */
export class RangeCache {
  readonly #acquaintance = new Acquaintance();
  readonly #maxBytes: number;
  #lists = new Map<number, Map<string, readonly Row[]>>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The rows of a range of a table's index; nobody may change them. */
  get(table: number, range: string): readonly Row[] | undefined {
    return this.#lists.get(table)?.get(range);
  }

  /** Whether a range is worth keeping: there is much room, or it was asked for before. */
  isWanted(hash: number): boolean {
    return this.#bytes < this.#maxBytes / 2 || this.#acquaintance.isOld(hash);
  }

  /** Keeps rows whose documents nobody changes from now on. */
  set(table: number, range: string, rows: readonly Row[]): void {
    const bytes = rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, listCost);
    if (rows.length > maxKeptRows || bytes > this.#maxBytes / 100) return;
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) {
      this.#lists = new Map();
      this.#bytes = bytes;
    }
    const lists = this.#lists.get(table) ?? new Map<string, readonly Row[]>();
    lists.set(range, rows);
    this.#lists.set(table, lists);
  }

  /** Any change in a table may change any of its ranges. */
  forget(table: number): void {
    if (this.#lists.delete(table) && this.#lists.size === 0) this.#bytes = 0;
  }
}

/** What readers of the latest durable state need not read again. */
export class Cache {
  readonly documents: DocumentCache;
  readonly ranges: RangeCache;

  /** Limits in bytes of BSON; in memory documents take about three times as much. */
  constructor(limits: { readonly documents: number; readonly ranges: number }) {
    this.documents = new DocumentCache(limits.documents);
    this.ranges = new RangeCache(limits.ranges);
  }

  /** Forgets what a change of a key makes untrue. */
  forget(key: Buffer): void {
    const document = documentOf(key);
    if (document) this.documents.forget(document.table, document.record);
    this.ranges.forget(key.readUInt16BE(0));
  }
}
