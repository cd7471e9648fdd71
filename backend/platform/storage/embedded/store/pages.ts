import { readSync } from "node:fs";
import type { Root, Tree } from "./roots.ts";

// Pages of LMDB's data version 2, little-endian: a head of 24 bytes, offsets of nodes from there, nodes from the end.
const headBytes = 24;
const flagsAt = 18;
const lowerAt = 20;
const pageCountAt = 20;
const isBranch = 0x01;
const isLeaf = 0x02;
const isOverflow = 0x04;
const nodeHeadBytes = 8;
const isElsewhere = 0x01;

interface Node {
  readonly flags: number;
  readonly keyEnd: number;
  /** A branch's lower page, or the size of a leaf's value. */
  readonly number: number;
}

function nodesOf(page: Buffer, number: number): Node[] {
  if (Number(page.readBigUInt64LE(0)) !== number)
    throw new Error(`page ${number} holds another page`);
  const count = page.readUInt16LE(lowerAt) >> 1;
  return Array.from({ length: count }, (_, i) => {
    const at = headBytes + page.readUInt16LE(headBytes + 2 * i);
    const flags = page.readUInt16LE(at + 4);
    const low = page.readUInt16LE(at) + page.readUInt16LE(at + 2) * 2 ** 16;
    const keyEnd = at + nodeHeadBytes + page.readUInt16LE(at + 6);
    if (keyEnd > page.length) throw new Error(`page ${number} has a key beyond its end`);
    return { flags, keyEnd, number: low };
  });
}

/**
 * Pages that a state needs, by reading its trees; a page beyond the file's end is given and not read.
 * @throws {Error} when a page cannot be one of its tree, or a tree has not as many entries as it should
 */
export function* reachablePages(file: number, root: Root): Generator<number> {
  for (const tree of root.trees) {
    let entries = 0;
    for (const page of treePages(file, root, tree)) {
      if (page.isLeaf) entries += page.nodes.length;
      yield* page.numbers;
    }
    if (entries !== tree.entries)
      throw new Error(`a tree has ${entries} entries instead of ${tree.entries}`);
  }
}

interface TreePage {
  readonly isLeaf: boolean;
  readonly nodes: readonly Node[];
  /** Its own number, and those of its large values. */
  readonly numbers: Iterable<number>;
}

function* treePages(file: number, root: Root, tree: Tree): Generator<TreePage> {
  const waiting = tree.page === undefined ? [] : [tree.page];
  const seen = new Set(waiting);
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    const page = Buffer.alloc(root.pageBytes);
    if (readSync(file, page, 0, root.pageBytes, number * root.pageBytes) < root.pageBytes) {
      yield { isLeaf: false, nodes: [], numbers: [number] };
      continue;
    }
    const flags = page.readUInt16LE(flagsAt);
    if ((flags & (isBranch | isLeaf)) === 0) throw new Error(`page ${number} is no page of a tree`);
    const nodes = nodesOf(page, number);
    if (flags & isBranch) {
      for (const node of nodes) {
        const below = node.number + node.flags * 2 ** 32;
        if (seen.has(below)) throw new Error(`page ${below} is named twice`);
        seen.add(below);
        waiting.push(below);
      }
      yield { isLeaf: false, nodes, numbers: [number] };
    } else yield { isLeaf: true, nodes, numbers: leafPages(file, root, { page, number, nodes }) };
  }
}

interface Leaf {
  readonly page: Buffer;
  readonly number: number;
  readonly nodes: readonly Node[];
}

function* leafPages(file: number, root: Root, { page, number, nodes }: Leaf): Generator<number> {
  yield number;
  for (const node of nodes) {
    if (node.flags & isElsewhere) yield* overflowPages(file, root, page.subarray(node.keyEnd));
    else if (node.keyEnd + node.number > page.length)
      throw new Error(`page ${number} has a value beyond its end`);
  }
}

/** A large value's own pages, one after the other; the first says how many. */
function* overflowPages(file: number, root: Root, value: Buffer): Generator<number> {
  const first = Number(value.readBigUInt64LE(0));
  const head = Buffer.alloc(headBytes);
  yield first;
  if (readSync(file, head, 0, headBytes, first * root.pageBytes) < headBytes) return;
  if ((head.readUInt16LE(flagsAt) & isOverflow) === 0)
    throw new Error(`page ${first} holds no large value`);
  for (let i = 1; i < head.readUInt32LE(pageCountAt); i++) yield first + i;
}
