import type { Transaction } from "lmdb";
import { serverError } from "../values/errors.ts";
import { afterPrefix } from "../values/keys.ts";
import { remaining, type Entry, type KeyRange, type Kv, type Reading } from "./kv.ts";
import { behindCatalog } from "./layout.ts";
import { isTreeName, type Trees } from "./trees.ts";

/** lmdb's types leave out the options. */
interface FastReads {
  getBinaryFast(key: Buffer, options: { transaction?: Transaction }): Buffer | undefined;
}

/** What was on disk at one moment; LMDB keeps every page of it until it is released or moved on. */
export class Committed implements Kv {
  readonly #trees: Trees;
  #options: { readonly transaction: Transaction };
  #isReleased = false;

  /** The state of now. */
  constructor(trees: Trees) {
    this.#trees = trees;
    this.#options = { transaction: trees.latest() };
  }

  /** Moves on to the state of now. */
  advance(): void {
    const { transaction } = this.#options;
    this.#options = { transaction: this.#trees.latest() };
    transaction.done();
  }

  /** Must be called before the database is closed; harmless when repeated. */
  release(): void {
    if (!this.#isReleased) this.#options.transaction.done();
    this.#isReleased = true;
  }

  get(key: Buffer): Buffer | undefined {
    return this.#trees.of(key).get(key, this.#options);
  }

  peek(key: Buffer): Buffer | undefined {
    return (this.#trees.of(key) as FastReads).getBinaryFast(key, this.#options);
  }

  entries(reading: Reading): Iterable<Entry> {
    if (this.#isReleased) throw serverError(43, "cursor not found: its transaction is over");
    const { start, end } = remaining(reading);
    const tree = this.#trees.of(start);
    if (reading.reverse !== true) return tree.getRange({ ...this.#options, start, end });
    return tree.getRange({
      ...this.#options,
      start: end,
      end: start,
      reverse: true,
      exclusiveStart: true,
      inclusiveEnd: true,
    });
  }

  count(range: KeyRange): number {
    return this.#trees.of(range.start).getKeysCount({ ...this.#options, ...range });
  }

  /** Numbers of the tables that anything is stored under, whatever the catalog says; some more than once. */
  *tables(): Generator<number> {
    for (const tree of this.#trees) {
      for (let start = behindCatalog; ;) {
        const [key] = tree.getKeys({ ...this.#options, start, limit: 1 });
        if (key === undefined) break;
        const table = key.subarray(0, 2);
        if (!isTreeName(key)) yield table.readUInt16BE(0);
        start = afterPrefix(table);
      }
    }
  }

  put(): never {
    throw new Error("what is committed cannot be written");
  }

  remove(): never {
    throw new Error("what is committed cannot be written");
  }
}
