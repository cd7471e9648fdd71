import { remaining, type Entry, type KeyRange, type Kv, type Reading } from "./kv.ts";

/** A put, or a removal when there is no value. */
export interface Put {
  readonly key: Buffer;
  readonly value: Buffer | undefined;
}

const maxStaleKeys = 1_000;

interface Undo {
  readonly put: Put;
  readonly before: Put | undefined;
}

function nameOf(key: Buffer): string {
  return key.toString("latin1");
}

/** Changes above another key space, seen as if they were in it; put in order only when a range is read. */
export class Overlay implements Kv {
  readonly #base: Kv;
  readonly #puts = new Map<string, Put>();
  /** Keys in order, of changes made until they were last asked for; some may be gone. */
  #ordered: Buffer[] = [];
  /** Keys that came since. */
  #unordered: Buffer[] = [];
  #undo: Undo[] = [];

  constructor(base: Kv) {
    this.#base = base;
  }

  get(key: Buffer): Buffer | undefined {
    const put = this.#puts.get(nameOf(key));
    return put === undefined ? this.#base.get(key) : put.value;
  }

  peek(key: Buffer): Buffer | undefined {
    const put = this.#puts.get(nameOf(key));
    return put === undefined ? this.#base.peek(key) : put.value;
  }

  put(key: Buffer, value: Buffer): void {
    this.#set({ key, value });
  }

  remove(key: Buffer): void {
    this.#set({ key, value: undefined });
  }

  #set(put: Put): void {
    const name = nameOf(put.key);
    const before = this.#puts.get(name);
    if (before === undefined) this.#unordered.push(put.key);
    this.#undo.push({ put, before });
    this.#puts.set(name, put);
  }

  #order(): readonly Buffer[] {
    if (this.#unordered.length > 0) {
      const recent = this.#unordered.sort((a, b) => Buffer.compare(a, b));
      this.#ordered = mergedKeys(this.#ordered, recent).filter((key) =>
        this.#puts.has(nameOf(key)),
      );
      this.#unordered = [];
    }
    return this.#ordered;
  }

  /** The changes in a range, in the direction of reading. */
  *#putsIn(reading: Reading): Generator<Put> {
    const { start, end } = remaining(reading);
    const keys = this.#order();
    const from = firstAtOrAfter(keys, start);
    const to = firstAtOrAfter(keys, end);
    for (let i = 0; i < to - from; i++) {
      const key = keys[reading.reverse === true ? to - 1 - i : from + i];
      const put = key && this.#puts.get(nameOf(key));
      if (put) yield put;
    }
  }

  entries(reading: Reading): Iterable<Entry> {
    if (this.#puts.size === 0) return this.#base.entries(reading);
    return merged(this.#base.entries(reading), this.#putsIn(reading), reading.reverse === true);
  }

  count(range: KeyRange): number {
    let count = this.#base.count(range);
    for (const { key, value } of this.#putsIn(range)) {
      const isThere = value !== undefined;
      const wasThere = this.#base.peek(key) !== undefined;
      if (isThere !== wasThere) count += isThere ? 1 : -1;
    }
    return count;
  }

  /** Every change. */
  puts(): Iterable<Put> {
    return this.#puts.values();
  }

  /** What the base holds under a key. */
  below(key: Buffer): Buffer | undefined {
    return this.#base.get(key);
  }

  /** Runs an action; gives its result and its changes, or undoes them when it throws or they are not accepted. */
  attempt<T>(
    action: () => T,
    accept: (puts: readonly Put[]) => void = () => {},
  ): { result: T; puts: Put[] } {
    this.#undo = [];
    try {
      const result = action();
      const puts = this.#undo.map(({ put }) => put);
      accept(puts);
      return { result, puts };
    } catch (error) {
      for (const { put, before } of this.#undo.reverse()) {
        if (before === undefined) this.#puts.delete(nameOf(put.key));
        else this.#puts.set(nameOf(put.key), before);
      }
      throw error;
    } finally {
      this.#undo = [];
    }
  }

  /** Forgets changes that the base has taken up and that nothing replaced since. */
  settle(puts: readonly Put[]): void {
    for (const put of puts) {
      const name = nameOf(put.key);
      if (this.#puts.get(name) === put) this.#puts.delete(name);
    }
    // Keys of changes that were settled before anybody asked for their order.
    if (this.#ordered.length + this.#unordered.length > 2 * this.#puts.size + maxStaleKeys) {
      this.#ordered = [];
      this.#unordered = [...this.#puts.values()].map(({ key }) => key);
    }
  }

  clear(): void {
    this.#puts.clear();
    this.#ordered = [];
    this.#unordered = [];
  }
}

/** Index of the first key that is not below a bound. */
function firstAtOrAfter(keys: readonly Buffer[], bound: Buffer): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = keys[middle];
    if (key && Buffer.compare(key, bound) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two ordered lists as one without repetitions. */
function mergedKeys(a: readonly Buffer[], b: readonly Buffer[]): Buffer[] {
  const out: Buffer[] = [];
  let i = 0;
  for (const key of b) {
    for (let low = a[i]; low && Buffer.compare(low, key) < 0; low = a[++i]) out.push(low);
    if (a[i]?.equals(key)) i++;
    if (!out.at(-1)?.equals(key)) out.push(key);
  }
  for (let low = a[i]; low; low = a[++i]) out.push(low);
  return out;
}

/** Two ordered readings as one, in which a change hides what is below it. */
function* merged(base: Iterable<Entry>, puts: Iterable<Put>, reverse: boolean): Generator<Entry> {
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
          : Buffer.compare(low.value.key, high.value.key) * (reverse ? -1 : 1);
      if (order < 0 && !low.done) {
        yield low.value;
        low = below.next();
        continue;
      }
      if (order === 0) low = below.next();
      if (high.done) continue;
      const { key, value } = high.value;
      if (value !== undefined) yield { key, value };
      high = above.next();
    }
  } finally {
    below.return?.();
  }
}
