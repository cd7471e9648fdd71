/** One of LMDB's trees. */
export interface Tree {
  /** Its root page; undefined for an empty tree. */
  readonly page: number | undefined;
  readonly entries: number;
}

/** What one of LMDB's two root pages says: the state after one transaction. */
export interface Root {
  readonly transaction: bigint;
  readonly pageBytes: number;
  readonly lastPage: number;
  /** The list of free pages. */
  readonly free: Tree;
  /** The data, and where other trees of it are. */
  readonly main: Tree;
}

// Offsets in a root page of LMDB's data version 2 (lmdb's MDB_page and MDB_meta), little-endian.
const pageFlagsAt = 18;
const magicAt = 24;
const versionAt = 28;
const pageBytesAt = 48;
const addressAt = 32;
const freeTreeAt = 48;
const mainTreeAt = 96;
// Offsets in a tree (MDB_db): a root page has two of them, leaves of the main tree have the others.
const flagsAt = 4;
const depthAt = 6;
const entriesAt = 32;
const pageAt = 40;
const treeBytes = 48;
const lastPageAt = 144;
const transactionAt = 152;
const rootBytes = 168;

const isRootPage = 0x08;
const magic = 0xbeefc0de;
const version = 2;
/** The list of free pages has integers for keys, the data has bytes. */
const integerKeys = 0x08;
/** LMDB's own limit; a flag or a depth that it does not expect ends the process. */
const deepest = 32;
const noPage = 0xffff_ffff_ffff_ffffn;
/** The first two pages are the roots. */
const rootPages = 2;
const smallestPageBytes = 512;
const largestPageBytes = 65_536;

/** How many bytes at a file's start hold both root pages, whatever the page size. */
export const headBytes = largestPageBytes + rootBytes;

/** The tree that such bytes tell of; undefined when LMDB would end the process over it. */
export function treeIn(bytes: Buffer, flags = 0): Tree | undefined {
  if (bytes.length < treeBytes || bytes.readUInt16LE(flagsAt) !== flags) return undefined;
  const depth = bytes.readUInt16LE(depthAt);
  const page = bytes.readBigUInt64LE(pageAt);
  if (depth >= deepest || (depth === 0) !== (page === noPage)) return undefined;
  return {
    page: page === noPage ? undefined : Number(page),
    entries: Number(bytes.readBigUInt64LE(entriesAt)),
  };
}

function readRoot(page: Buffer): Root | undefined {
  if (page.length < rootBytes) return undefined;
  if ((page.readUInt16LE(pageFlagsAt) & isRootPage) === 0) return undefined;
  if (page.readUInt32LE(magicAt) !== magic || page.readUInt16LE(versionAt) !== version)
    return undefined;
  if (page.readBigUInt64LE(addressAt) !== 0n) return undefined;
  const free = treeIn(page.subarray(freeTreeAt), integerKeys);
  const main = treeIn(page.subarray(mainTreeAt));
  if (!free || !main) return undefined;
  const root: Root = {
    transaction: page.readBigUInt64LE(transactionAt),
    pageBytes: page.readUInt32LE(pageBytesAt),
    lastPage: Number(page.readBigUInt64LE(lastPageAt)),
    free,
    main,
  };
  return Number.isSafeInteger(root.lastPage) ? root : undefined;
}

/**
 * Reads both root pages from the beginning of an LMDB file. LMDB itself trusts the one with the higher transaction;
 * it checks neither, so a damaged one must be found before. Undefined: damaged, or not there.
 */
export function readRoots(head: Buffer): readonly [Root | undefined, Root | undefined] {
  const pageBytes = head.length < rootBytes ? 0 : head.readUInt32LE(pageBytesAt);
  const isPower = (pageBytes & (pageBytes - 1)) === 0;
  if (!isPower || pageBytes < smallestPageBytes || pageBytes > largestPageBytes)
    return [undefined, undefined];
  const second = readRoot(head.subarray(pageBytes));
  return [readRoot(head), second?.pageBytes === pageBytes ? second : undefined];
}

const isBlank = ({ transaction, lastPage }: Root): boolean =>
  transaction === 0n && lastPage === rootPages - 1;

function latestOf(even: Root, odd: Root): Root | undefined {
  // A copy that LMDB wrote has its state in the second root, whatever its number.
  if (isBlank(even)) return odd.transaction === 0n ? even : odd;
  if (even.transaction % 2n !== 0n || odd.transaction % 2n !== 1n) return undefined;
  const distance = odd.transaction - even.transaction;
  if (distance === 1n) return odd;
  return distance === -1n ? even : undefined;
}

/** Whether a tree begins at a page that may be one's. */
export function isWithin({ page }: Tree, { lastPage }: Root): boolean {
  return page === undefined || (page >= rootPages && page <= lastPage);
}

/**
 * The latest of two roots; undefined when one is damaged, or when they do not follow one another. The other may name any
 * pages: where LMDB failed to write it, it put only the number back.
 */
export function latestRoot([even, odd]: readonly [Root | undefined, Root | undefined]):
  | Root
  | undefined {
  const latest = even && odd && latestOf(even, odd);
  return latest && isWithin(latest.free, latest) && isWithin(latest.main, latest)
    ? latest
    : undefined;
}
