import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { joinBytes, sameBytes } from "./encoding.ts";

/** A SHA-256 hash. */
export type Hash = Uint8Array;

/** Hash of one log entry: SHA-256(0x00 ‖ entry), RFC 6962 §2.1. */
export function leafHash(entry: Uint8Array | string): Hash {
  const bytes = typeof entry === "string" ? utf8ToBytes(entry) : entry;
  return sha256(joinBytes(Uint8Array.of(0), bytes));
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 §2.1. */
export function nodeHash(left: Hash, right: Hash): Hash {
  return sha256(joinBytes(Uint8Array.of(1), left, right));
}

/** Root of the tree over these leaf hashes (RFC 6962 §2.1 MTH); of none, SHA-256 of nothing. */
export function rootHash(leaves: readonly Hash[]): Hash {
  return growTree(leaves).root(leaves.length);
}

/**
 * Hashes that lead from leaf `index` to the root of the first `size` leaves, nearest first.
 * @throws {RangeError} when the index is outside the tree
 */
export function inclusionProof(
  leaves: readonly Hash[],
  index: number,
  size: number = leaves.length,
): Hash[] {
  return growTree(leaves.slice(0, size)).inclusionProof(index, size);
}

/**
 * Hashes that show the tree of `to` leaves to be an extension of its first `from`.
 * @throws {RangeError} unless 1 ≤ from ≤ to ≤ number of leaves: nothing is consistent with an empty log
 */
export function consistencyProof(
  leaves: readonly Hash[],
  from: number,
  to: number = leaves.length,
): Hash[] {
  return growTree(leaves.slice(0, to)).consistencyProof(from, to);
}

/** A tree that grows by appending. It keeps the hash of every complete subtree: proofs cost O(log² n). */
export interface MerkleTree {
  size(): number;
  append(leaf: Hash): void;
  /** Root of the first `size` leaves. */
  root(size: number): Hash;
  inclusionProof(index: number, size: number): Hash[];
  consistencyProof(from: number, to: number): Hash[];
  /** Hash of the complete subtree number `index` of 2^height leaves; undefined when it is not complete yet. */
  subtree(height: number, index: number): Hash | undefined;
}

/** A tree over leaf hashes. */
export function growTree(leaves: Iterable<Hash> = []): MerkleTree {
  const levels: Hash[][] = [[]];
  const append = (leaf: Hash): void => {
    let [hash, height] = [leaf, 0];
    for (;;) {
      const level = (levels[height] ??= []);
      level.push(hash);
      if (level.length % 2 === 1) return;
      hash = nodeHash(at(level, level.length - 2), hash);
      height++;
    }
  };
  for (const leaf of leaves) append(leaf);
  const size = (): number => at(levels, 0).length;
  const range = (start: number, end: number): Hash => rangeHash(levels, start, end);
  return {
    size,
    append,
    root: (count) => range(0, within(count, { low: 0, high: size() })),
    inclusionProof: (index, count) => {
      within(count, { low: 1, high: size() });
      return pathTo(range, {
        index: within(index, { low: 0, high: count - 1 }),
        start: 0,
        end: count,
      });
    },
    consistencyProof: (from, to) => {
      within(to, { low: 1, high: size() });
      within(from, { low: 1, high: to });
      return from === to ? [] : bridge(range, { from, start: 0, end: to, whole: true });
    },
    subtree: (height, index) => levels[height]?.[index],
  };
}

/** What an inclusion proof claims: entry number `index` of a tree of `size` entries under `root`. */
export interface InclusionClaim {
  readonly index: number;
  readonly size: number;
  readonly leaf: Hash;
  readonly proof: readonly Hash[];
  readonly root: Hash;
}

/** Whether an inclusion proof holds (RFC 9162 §2.1.3.2); a proof that is too long or too short does not. */
export function verifyInclusion({ index, size, leaf, proof, root }: InclusionClaim): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && sameBytes(hash, root);
}

/** What a consistency proof claims: the log of `to` entries begins with the log of `from` entries. */
export interface ConsistencyClaim {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Hash;
  readonly toRoot: Hash;
  readonly proof: readonly Hash[];
}

/**
 * Whether a consistency proof holds (RFC 9162 §2.1.4.2). From size 0 it never does: any log
 * would be "consistent" with nothing.
 */
export function verifyConsistency({
  from,
  to,
  fromRoot,
  toRoot,
  proof,
}: ConsistencyClaim): boolean {
  if (!isCount(from) || !isCount(to) || from < 1 || from > to) return false;
  if (from === to) return proof.length === 0 && sameBytes(fromRoot, toRoot);
  const path = isPowerOfTwo(from) ? [fromRoot, ...proof] : [...proof];
  const [first, ...rest] = path;
  if (first === undefined || proof.length === 0) return false;
  let [node, last] = [from - 1, to - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [old, now] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      now = nodeHash(now, sibling);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && sameBytes(old, fromRoot) && sameBytes(now, toRoot);
}

type Range = (start: number, end: number) => Hash;

function rangeHash(levels: readonly (readonly Hash[])[], start: number, end: number): Hash {
  const length = end - start;
  if (length === 0) return sha256(new Uint8Array());
  const height = Math.log2(length);
  if (Number.isInteger(height) && start % length === 0)
    return at(at(levels, height), start / length);
  const middle = start + largestPowerBelow(length);
  return nodeHash(rangeHash(levels, start, middle), rangeHash(levels, middle, end));
}

/** PATH(m, D[n]) of RFC 6962 §2.1.1. */
function pathTo(
  range: Range,
  { index, start, end }: { index: number; start: number; end: number },
): Hash[] {
  if (end - start === 1) return [];
  const middle = start + largestPowerBelow(end - start);
  return index < middle
    ? [...pathTo(range, { index, start, end: middle }), range(middle, end)]
    : [...pathTo(range, { index, start: middle, end }), range(start, middle)];
}

/** SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2, on absolute positions. */
function bridge(
  range: Range,
  { from, start, end, whole }: { from: number; start: number; end: number; whole: boolean },
): Hash[] {
  if (from === end) return whole ? [] : [range(start, end)];
  const middle = start + largestPowerBelow(end - start);
  return from <= middle
    ? [...bridge(range, { from, start, end: middle, whole }), range(middle, end)]
    : [...bridge(range, { from, start: middle, end, whole: false }), range(start, middle)];
}

function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n));
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function within(value: number, { low, high }: { low: number; high: number }): number {
  if (!Number.isSafeInteger(value) || value < low || value > high)
    throw new RangeError(`${value} is not between ${low} and ${high}`);
  return value;
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`no element ${index}`);
  return value;
}
