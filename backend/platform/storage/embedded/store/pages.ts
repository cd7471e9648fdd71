import { readSync } from "node:fs";
import {
  byNumber,
  headBytes,
  isElsewhere,
  nodesOf,
  type Bounds,
  type Node,
  type Order,
} from "./nodes.ts";
import { isWithin, treeIn, type Root, type Tree } from "./roots.ts";

const numberAt = 0;
const transactionAt = 8;
const flagsAt = 18;
const pageCountAt = 20;
/** Where a leaf says how many pages a large value has: behind their number and their transaction. */
const namedCountAt = 16;
const isBranch = 0x01;
const isLeaf = 0x02;
const isOverflow = 0x04;
const isTree = 0x02;

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

/** A page that a tree names, and which keys it may hold. */
interface Named extends Bounds {
  readonly number: number;
}

/** A tree's pages; those of any tree so far are seen. */
function* treePages(
  file: number,
  root: Root,
  { tree, seen }: { tree: Tree; seen: Set<number> },
): Generator<TreePage> {
  const order = tree === root.free ? byNumber : Buffer.compare;
  const waiting: Named[] = [];
  if (tree.page !== undefined) waiting.push({ number: tree.page, low: undefined, high: undefined });
  for (let named = waiting.pop(); named; named = waiting.pop()) {
    const { number } = named;
    if (seen.has(number)) throw new Error(`page ${number} is named twice`);
    seen.add(number);
    const page = Buffer.alloc(root.pageBytes);
    if (readSync(file, page, 0, root.pageBytes, number * root.pageBytes) < root.pageBytes) {
      yield { leaf: undefined, trees: [], numbers: [number] };
      continue;
    }
    assertOwn(page, number, root);
    const { isLower, nodes } = read(page, named, order);
    if (isLower) yield leafOf(file, root, { page, number, nodes });
    else {
      waiting.push(...pagesBelow(nodes, named));
      yield { leaf: undefined, trees: [], numbers: [number] };
    }
  }
}

/** LMDB takes a page of a later transaction for one that it may change, and ends the process. */
function assertOwn(page: Buffer, number: number, root: Root): void {
  const isNumber = Number(page.readBigUInt64LE(numberAt)) === number;
  if (!isNumber || page.readBigUInt64LE(transactionAt) > root.transaction)
    throw new Error(`page ${number} holds another page`);
}

function read(
  page: Buffer,
  named: Named,
  order: Order,
): { readonly isLower: boolean; readonly nodes: readonly Node[] } {
  const { number } = named;
  const flags = page.readUInt16LE(flagsAt);
  const isLower = flags === isLeaf;
  if (!isLower && flags !== isBranch) throw new Error(`page ${number} is no page of a tree`);
  try {
    return { isLower, nodes: nodesOf(page, isLower, named, order) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`page ${number} cannot be read: ${why}`, { cause: error });
  }
}

/** The pages that a branch names, each with the keys between its own and the next one's. */
function pagesBelow(nodes: readonly Node[], { low, high }: Bounds): Named[] {
  return nodes.map(({ number, flags, key }, i) => ({
    number: number + flags * 2 ** 32,
    low: i === 0 ? low : key,
    high: nodes[i + 1]?.key ?? high,
  }));
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
    if (node.flags === isElsewhere) yield* overflowPages(file, root, { page, node });
    else if (node.keyEnd + node.number > page.length)
      throw new Error(`page ${number} has a value beyond its end`);
  }
}

/** A large value's own pages, one after the other; the first says how many, and so does the leaf. */
function* overflowPages(file: number, root: Root, { page, node }: LargeValue): Generator<number> {
  const first = Number(page.readBigUInt64LE(node.keyEnd));
  const head = Buffer.alloc(headBytes);
  yield first;
  if (readSync(file, head, 0, headBytes, first * root.pageBytes) < headBytes) return;
  assertOwn(head, first, root);
  const count = head.readUInt32LE(pageCountAt);
  const isValue = head.readUInt16LE(flagsAt) === isOverflow;
  const isNamed = Number(page.readBigUInt64LE(node.keyEnd + namedCountAt)) === count;
  if (!isValue || !isNamed || headBytes + node.number > count * root.pageBytes)
    throw new Error(`page ${first} holds another large value`);
  for (let i = 1; i < count; i++) yield first + i;
}

interface LargeValue {
  readonly page: Buffer;
  readonly node: Node;
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
