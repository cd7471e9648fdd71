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

/**
 * An ordered map of bytes; all that a table stands on. A range lies within the documents of one table, or holds no documents:
 * they may be kept apart from the rest.
 */
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

const zero = Buffer.from([0]);

/** The range that is left of a reading. */
export function remaining({ start, end, reverse, after }: Reading): KeyRange {
  if (after === undefined) return { start, end };
  return reverse === true ? { start, end: after } : { start: Buffer.concat([after, zero]), end };
}
