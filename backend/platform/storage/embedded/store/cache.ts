import { documentOf } from "./layout.ts";
import type { Doc } from "../values/values.ts";

/** Bytes of BSON above which a document is not kept: it would push many others out. */
const maxKeptBytes = 64 * 1024;

interface Held {
  readonly doc: Doc;
  readonly sizeBytes: number;
}

/**
 * Tells what is asked for again from what is asked for once, which would only push other things out: a bit for each
 * hash met, all forgotten when many are.
 */
class Acquaintance {
  readonly #met = new Uint8Array(2 ** 18);
  #count = 0;

  /** Whether something of this hash was met before. */
  isOld(hash: number): boolean {
    const slot = hash & (this.#met.length - 1);
    if (this.#met[slot] === 1) return true;
    if (++this.#count > this.#met.length / 2) {
      this.#met.fill(0);
      this.#count = 0;
    }
    this.#met[slot] = 1;
    return false;
  }
}

/** By table, then by record. */
type Generation = Map<number, Map<number, Held>>;

/**
 * Documents as they were last read, for readers of the latest durable state. Two generations: what nobody asked for
 * while the young one filled goes with the old one.
 */
class DocumentCache {
  readonly #generationBytes: number;
  readonly #acquaintance = new Acquaintance();
  #young: Generation = new Map();
  #old: Generation = new Map();
  #youngBytes = 0;

  constructor(maxBytes: number) {
    this.#generationBytes = maxBytes / 2;
  }

  get(table: number, record: number): Doc | undefined {
    const held = this.#young.get(table)?.get(record);
    if (held) return held.doc;
    const older = this.#old.get(table)?.get(record);
    if (older) this.#keep(table, record, older);
    return older?.doc;
  }

  /** Tells whether it keeps the document, which nobody may change from then on. */
  offer(table: number, record: number, held: Held): boolean {
    if (held.sizeBytes > maxKeptBytes) return false;
    if (!this.#acquaintance.isOld(record + table * 31)) return false;
    this.#keep(table, record, held);
    return true;
  }

  #keep(table: number, record: number, held: Held): void {
    let records = this.#young.get(table);
    if (records === undefined) {
      records = new Map();
      this.#young.set(table, records);
    }
    records.set(record, held);
    this.#youngBytes += held.sizeBytes;
    if (this.#youngBytes < this.#generationBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  forget(table: number, record: number): void {
    this.#young.get(table)?.delete(record);
    this.#old.get(table)?.delete(record);
  }
}

/** Longer lists of records are read anew each time. */
export const maxKeptRecords = 256;
/** Records of all lists together, each list counting for some more. */
const maxRecords = 2_000_000;
const listCost = 8;

/** Which records short ranges of indexes were found to hold, for readers of the latest durable state. */
export class RangeCache {
  readonly #acquaintance = new Acquaintance();
  #lists = new Map<number, Map<string, readonly number[]>>();
  #size = 0;

  /** The records of a range of an index, which is named by the first four bytes of its keys. */
  get(index: number, range: string): readonly number[] | undefined {
    return this.#lists.get(index)?.get(range);
  }

  /** Whether a range is worth keeping: it was asked for before. */
  isWanted(hash: number): boolean {
    return this.#acquaintance.isOld(hash);
  }

  set(index: number, range: string, records: readonly number[]): void {
    this.#size += records.length + listCost;
    if (this.#size > maxRecords) {
      this.#lists = new Map();
      this.#size = records.length + listCost;
    }
    const lists = this.#lists.get(index) ?? new Map<string, readonly number[]>();
    lists.set(range, records);
    this.#lists.set(index, lists);
  }

  /** Any change in an index may change any of its ranges. */
  forget(index: number): void {
    const lists = this.#lists.get(index);
    if (lists === undefined) return;
    for (const records of lists.values()) this.#size -= records.length + listCost;
    this.#lists.delete(index);
  }
}

/** What readers of the latest durable state need not read again. */
export class Cache {
  readonly documents: DocumentCache;
  readonly ranges = new RangeCache();

  constructor(maxDocumentBytes: number) {
    this.documents = new DocumentCache(maxDocumentBytes);
  }

  /** Forgets what a change of a key makes untrue. */
  forget(key: Buffer): void {
    const document = documentOf(key);
    if (document) this.documents.forget(document.table, document.record);
    else this.ranges.forget(key.readUInt32BE(0));
  }
}
