// Entries of a page of LMDB's data version 2, little-endian: a head of 24 bytes, offsets of entries from there, entries from the end.

/** Bytes of a page's head; offsets count from behind it. */
export const headBytes = 24;
const lowerAt = 20;
const upperAt = 22;
const nodeHeadBytes = 8;
/** A first page's number, its transaction, and how many pages. */
const elsewhereBytes = 24;
/** The value is on pages of its own, named here. */
export const isElsewhere = 0x01;

/** An entry of a page. */
export interface Node {
  readonly flags: number;
  readonly key: Buffer;
  readonly keyEnd: number;
  /** A branch's lower page, or the size of a leaf's value. */
  readonly number: number;
}

/** Which keys a page may hold: from `low`, before `high`. */
export interface Bounds {
  readonly low: Buffer | undefined;
  readonly high: Buffer | undefined;
}

/** The order of a tree's keys. */
export type Order = (a: Buffer, b: Buffer) => number;

/** Numbers of eight bytes, as the list of free pages has. */
export const byNumber: Order = (a, b) => Number(a.readBigUInt64LE(0) - b.readBigUInt64LE(0));

function nodeAt(page: Buffer, at: number): Node {
  const flags = page.readUInt16LE(at + 4);
  const number = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 2 ** 16;
  const keyStart = at + nodeHeadBytes;
  const keyEnd = keyStart + page.readUInt16LE(at + 6);
  if (keyEnd > page.length) throw new Error("it has a key beyond its end");
  return { flags, key: page.subarray(keyStart, keyEnd), keyEnd, number };
}

function sizeOf({ flags, key, number }: Node, isLeaf: boolean): number {
  const valueBytes = flags & isElsewhere ? elsewhereBytes : number;
  const bytes = nodeHeadBytes + key.length + (isLeaf ? valueBytes : 0);
  return bytes + (bytes % 2);
}

/** An offset that moved would name an entry twice, or the rest of a former one: all entries fill their part of the page. */
function assertFilled(page: Buffer, nodes: readonly Node[], isLeaf: boolean): void {
  const used = nodes.reduce((sum, node) => sum + sizeOf(node, isLeaf), 0);
  if (headBytes + page.readUInt16LE(upperAt) + used !== page.length)
    throw new Error("its entries do not fill it");
}

function assertOrdered(keys: readonly Buffer[], { low, high }: Bounds, order: Order): void {
  const isOrdered = keys.every((key, i) => {
    const before = keys[i - 1];
    return before === undefined ? !low || order(low, key) <= 0 : order(before, key) < 0;
  });
  const last = keys.at(-1);
  if (!isOrdered || (high && last && order(last, high) >= 0))
    throw new Error("its keys are not in order");
}

/**
 * The entries of a page, in order.
 * @throws {Error} when it cannot be a page with such keys
 */
export function nodesOf(page: Buffer, isLeaf: boolean, bounds: Bounds, order: Order): Node[] {
  const count = page.readUInt16LE(lowerAt) >> 1;
  const nodes = Array.from({ length: count }, (_, i) =>
    nodeAt(page, headBytes + page.readUInt16LE(headBytes + 2 * i)),
  );
  assertFilled(page, nodes, isLeaf);
  // A branch's first key stands for whatever comes before the second.
  const keys = nodes.slice(isLeaf ? 0 : 1).map(({ key }) => key);
  assertOrdered(keys, bounds, order);
  return nodes;
}
