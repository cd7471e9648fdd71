import { createRequire } from "node:module";
import { remaining, type Entry, type KeyRange, type Kv, type Reading } from "./kv.ts";

/** What is used of sorted-btree's map. */
interface SortedMap<K, V> {
  readonly isEmpty: boolean;
  get(key: K): V | undefined;
  set(key: K, value: V): boolean;
  delete(key: K): boolean;
  clear(): void;
  values(): IterableIterator<V>;
  entries(lowest: K): IterableIterator<[K, V]>;
  entriesReversed(highest: K, reused: undefined, skipHighest: boolean): IterableIterator<[K, V]>;
}

// Its types and its module disagree on what the default export is.
const { default: BTree } = createRequire(import.meta.url)("sorted-btree") as {
  default: new <K, V>(entries: undefined, compare: (a: K, b: K) => number) => SortedMap<K, V>;
};

/** A put, or a removal when there is no value. */
export interface Put {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}

/** Changes above another key space, seen as if they were in it. */
export class Overlay implements Kv {
  readonly #base: Kv;
  readonly #puts = new BTree<Buffer, Put>(undefined, (a, b) => Buffer.compare(a, b));
  #undo: { key: Buffer; before: Put | undefined }[] = [];

  constructor(base: Kv) {
    this.#base = base;
  }

  get(key: Buffer): Buffer | undefined {
    const put = this.#puts.get(key);
    return put === undefined ? this.#base.get(key) : put.value;
  }

  peek(key: Buffer): Buffer | undefined {
    const put = this.#puts.get(key);
    return put === undefined ? this.#base.peek(key) : put.value;
  }

  put(key: Buffer, value: Buffer): void {
    this.#set({ key, value });
  }

  remove(key: Buffer): void {
    this.#set({ key, value: undefined });
  }

  #set(put: Put): void {
    this.#undo.push({ key: put.key, before: this.#puts.get(put.key) });
    this.#puts.set(put.key, put);
  }

  /** The changes in a range, in the direction of reading. */
  #putsIn(reading: Reading): Iterable<[Buffer, Put]> {
    const { start, end } = remaining(reading);
    return reading.reverse === true
      ? until(
          this.#puts.entriesReversed(end, undefined, true),
          (key) => Buffer.compare(key, start) < 0,
        )
      : until(this.#puts.entries(start), (key) => Buffer.compare(key, end) >= 0);
  }

  entries(reading: Reading): Iterable<Entry> {
    if (this.#puts.isEmpty) return this.#base.entries(reading);
    return merged(this.#base.entries(reading), this.#putsIn(reading), reading.reverse === true);
  }

  count(range: KeyRange): number {
    let count = this.#base.count(range);
    for (const [key, { value }] of this.#putsIn(range)) {
      const isThere = value !== undefined;
      const wasThere = this.#base.get(key) !== undefined;
      if (isThere !== wasThere) count += isThere ? 1 : -1;
    }
    return count;
  }

  /** Every change, in key order. */
  puts(): Iterable<Put> {
    return this.#puts.values();
  }

  /** What the base holds under a key. */
  below(key: Buffer): Buffer | undefined {
    return this.#base.get(key);
  }

  /** Runs an action; gives its result and its changes, or undoes them when it throws. */
  attempt<T>(action: () => T): { result: T; puts: Put[] } {
    this.#undo = [];
    try {
      const result = action();
      const puts = this.#undo.flatMap(({ key }) => this.#puts.get(key) ?? []);
      return { result, puts };
    } catch (error) {
      for (const { key, before } of this.#undo.reverse()) {
        if (before === undefined) this.#puts.delete(key);
        else this.#puts.set(key, before);
      }
      throw error;
    } finally {
      this.#undo = [];
    }
  }

  /** Forgets changes that the base has taken up and that nothing replaced since. */
  settle(puts: readonly Put[]): void {
    for (const put of puts) if (this.#puts.get(put.key) === put) this.#puts.delete(put.key);
  }

  clear(): void {
    this.#puts.clear();
  }
}

function* until(
  entries: Iterable<[Buffer, Put]>,
  isOver: (key: Buffer) => boolean,
): Generator<[Buffer, Put]> {
  for (const entry of entries) {
    if (isOver(entry[0])) return;
    yield entry;
  }
}

/** Two ordered readings as one, in which a change hides what is below it. */
function* merged(
  base: Iterable<Entry>,
  puts: Iterable<[Buffer, Put]>,
  reverse: boolean,
): Generator<Entry> {
  const below = base[Symbol.iterator]();
  const above = puts[Symbol.iterator]();
  try {
    let low = below.next();
    let high = above.next();
    while (!low.done || !high.done) {
      const order = low.done
        ? 1
        : high.done
          ? -1
          : Buffer.compare(low.value.key, high.value[0]) * (reverse ? -1 : 1);
      if (order < 0 && !low.done) {
        yield low.value;
        low = below.next();
        continue;
      }
      if (order === 0) low = below.next();
      if (high.done) continue;
      const [key, { value }] = high.value;
      if (value !== undefined) yield { key, value };
      high = above.next();
    }
  } finally {
    below.return?.();
  }
}
