import { open, type RootDatabase, type Transaction } from "lmdb";
import { serverError } from "../values/errors.ts";

/** LMDB with binary keys and values. */
export type Db = RootDatabase<Buffer, Buffer>;

/** Each transaction that is going on, and each process that reads beside the owner, takes a place among the readers. */
const maxReaders = 1024;

/** Opens or creates a database folder; the map grows by itself. */
export function openDatabase(path: string, { readOnly }: { readOnly: boolean }): Db {
  // With overlapping sync a commit resolves before it is flushed: acknowledged must mean durable.
  // Event-turn batching leaves a rejected promise unhandled when a commit fails.
  return open<Buffer, Buffer>({
    path,
    readOnly,
    encoding: "binary",
    keyEncoding: "binary",
    overlappingSync: false,
    eventTurnBatching: false,
    noSubdir: false,
    maxReaders,
  });
}

/** One key with its value. */
export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Keys from `start` to before `end`, whichever way they are read. */
export interface KeyRange {
  readonly start: Buffer;
  readonly end: Buffer;
}

/** A key range with how to read it. */
export interface Reading extends KeyRange {
  readonly reverse?: boolean;
  /** The key a former reading ended with: continues behind it. */
  readonly after?: Buffer | undefined;
}

/** An ordered map of bytes; all that a table stands on. */
export interface Kv {
  get(key: Buffer): Buffer | undefined;
  /** As {@link get}, in memory that the next reading may use again and that goes on behind the value: `length` tells its end. */
  peek(key: Buffer): Buffer | undefined;
  entries(reading: Reading): Iterable<Entry>;
  /** How many keys a range holds. */
  count(range: KeyRange): number;
  put(key: Buffer, value: Buffer): void;
  remove(key: Buffer): void;
}

function latest(db: Db): Transaction {
  // Otherwise lmdb gives the transaction it took earlier in this turn.
  db.resetReadTxn();
  return db.useReadTransaction();
}

/** lmdb's types leave out the options. */
interface FastReads {
  getBinaryFast(key: Buffer, options: { transaction?: Transaction }): Buffer | undefined;
}

const zero = Buffer.from([0]);

/** The range that is left of a reading. */
export function remaining({ start, end, reverse, after }: Reading): KeyRange {
  if (after === undefined) return { start, end };
  return reverse === true ? { start, end: after } : { start: Buffer.concat([after, zero]), end };
}

/** What was on disk at one moment; LMDB keeps every page of it until it is released or moved on. */
export class Committed implements Kv {
  readonly #db: Db;
  #options: { readonly transaction: Transaction };
  #isReleased = false;

  /** The state of now. */
  constructor(db: Db) {
    this.#db = db;
    this.#options = { transaction: latest(db) };
  }

  /** Moves on to the state of now. */
  advance(): void {
    const { transaction } = this.#options;
    this.#options = { transaction: latest(this.#db) };
    transaction.done();
  }

  /** Must be called before the database is closed; harmless when repeated. */
  release(): void {
    if (!this.#isReleased) this.#options.transaction.done();
    this.#isReleased = true;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#db.get(key, this.#options);
  }

  peek(key: Buffer): Buffer | undefined {
    return (this.#db as FastReads).getBinaryFast(key, this.#options);
  }

  entries(reading: Reading): Iterable<Entry> {
    if (this.#isReleased) throw serverError(43, "cursor not found: its transaction is over");
    const { start, end } = remaining(reading);
    if (reading.reverse !== true) return this.#db.getRange({ ...this.#options, start, end });
    return this.#db.getRange({
      ...this.#options,
      start: end,
      end: start,
      reverse: true,
      exclusiveStart: true,
      inclusiveEnd: true,
    });
  }

  count(range: KeyRange): number {
    return this.#db.getKeysCount({ ...this.#options, ...range });
  }

  put(): never {
    throw new Error("what is committed cannot be written");
  }

  remove(): never {
    throw new Error("what is committed cannot be written");
  }
}
