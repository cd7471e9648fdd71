import { readSync } from "node:fs";
import { isWithin, treeIn, type Root, type Tree } from "./roots.ts";

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
const isTree = 0x02;

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
  const trees = [root.free, root.main];
  const seen = new Set<number>();
  for (const tree of trees) {
    let entries = 0;
    for (const page of treePages(file, root, { tree, seen })) {
      entries += page.leaf?.nodes.length ?? 0;
      if (tree === root.main) trees.push(...page.trees);
      else if (page.trees.length > 0) throw new Error("a tree has others in it");
      yield* page.numbers;
    }
    if (entries !== tree.entries)
      throw new Error(`a tree has ${entries} entries instead of ${tree.entries}`);
  }
}

interface TreePage {
  readonly leaf: Leaf | undefined;
  /** Trees that begin in it. */
  readonly trees: readonly Tree[];
  /** Its own number, and those of its large values. */
  readonly numbers: Iterable<number>;
}

/** A tree's pages; those of any tree so far are seen. */
function* treePages(
  file: number,
  root: Root,
  { tree, seen }: { tree: Tree; seen: Set<number> },
): Generator<TreePage> {
  const waiting = tree.page === undefined ? [] : [tree.page];
  for (let number = waiting.pop(); number !== undefined; number = waiting.pop()) {
    if (seen.has(number)) throw new Error(`page ${number} is named twice`);
    seen.add(number);
    const page = Buffer.alloc(root.pageBytes);
    if (readSync(file, page, 0, root.pageBytes, number * root.pageBytes) < root.pageBytes) {
      yield { leaf: undefined, trees: [], numbers: [number] };
      continue;
    }
    const flags = page.readUInt16LE(flagsAt);
    if ((flags & (isBranch | isLeaf)) === 0) throw new Error(`page ${number} is no page of a tree`);
    const nodes = nodesOf(page, number);
    if (flags & isBranch) {
      for (const node of nodes) waiting.push(node.number + node.flags * 2 ** 32);
      yield { leaf: undefined, trees: [], numbers: [number] };
    } else yield leafOf(file, root, { page, number, nodes });
  }
}

interface Leaf {
  readonly page: Buffer;
  readonly number: number;
  readonly nodes: readonly Node[];
}

function leafOf(file: number, root: Root, leaf: Leaf): TreePage {
  const { page, number, nodes } = leaf;
  if (nodes.some(({ flags }) => flags !== 0 && flags !== isElsewhere && flags !== isTree))
    throw new Error(`page ${number} has an entry of an unknown kind`);
  const trees = nodes
    .filter(({ flags }) => flags === isTree)
    .map(({ keyEnd, number: bytes }) => {
      const tree = treeIn(page.subarray(keyEnd, keyEnd + bytes));
      if (!tree || !isWithin(tree, root)) throw new Error(`page ${number} has a damaged tree`);
      return tree;
    });
  return { leaf, trees, numbers: leafPages(file, root, leaf) };
}

function* leafPages(file: number, root: Root, { page, number, nodes }: Leaf): Generator<number> {
  yield number;
  for (const node of nodes) {
    if (node.flags === isElsewhere) yield* overflowPages(file, root, page.subarray(node.keyEnd));
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

/**
 * Pages that a state needs and calls free: it names an older one instead of its own, or the next change overwrites it.
 * @throws {Error} as {@link reachablePages}
 */
export function freePagesInUse(file: number, root: Root): number[] {
  const inUse = new Set(reachablePages(file, root));
  return [...freePages(file, root)].filter((page) => inUse.has(page));
}

function* freePages(file: number, root: Root): Generator<number> {
  for (const { leaf } of treePages(file, root, { tree: root.free, seen: new Set() }))
    for (const node of leaf?.nodes ?? [])
      if (leaf) yield* pagesListed(valueOf(file, root, leaf.page, node));
}

function valueOf(file: number, root: Root, page: Buffer, node: Node): Buffer {
  if (node.flags !== isElsewhere) return page.subarray(node.keyEnd, node.keyEnd + node.number);
  const first = Number(page.readBigUInt64LE(node.keyEnd));
  const value = Buffer.alloc(node.number);
  readSync(file, value, 0, value.length, first * root.pageBytes + headBytes);
  return value;
}

/** A list as lmdb's LMDB keeps it: a count of words, then pages, zeros, and minus a length before the first page of a run. */
function* pagesListed(list: Buffer): Generator<number> {
  const wordAt = (i: number): number =>
    8 * i + 8 > list.length ? 0 : Number(list.readBigInt64LE(8 * i));
  for (let i = 1; i <= wordAt(0); i++) {
    const length = Math.max(1, -wordAt(i));
    const first = wordAt(i) < 0 ? wordAt(++i) : wordAt(i);
    if (first === 0) continue;
    for (let page = first; page < first + length; page++) yield page;
  }
}
