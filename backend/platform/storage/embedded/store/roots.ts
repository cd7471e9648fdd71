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
  /** The list of free pages, and the data. */
  readonly trees: readonly Tree[];
}

// Offsets in a root page of LMDB's data version 2 (lmdb's MDB_page and MDB_meta), little-endian.
const pageFlagsAt = 18;
const magicAt = 24;
const versionAt = 28;
const pageBytesAt = 48;
const addressAt = 32;
const freeTreeAt = 80;
const mainTreeAt = 128;
/** A tree's flags and depth stand before its entries and its page. */
const flagsBefore = 28;
const depthBefore = 26;
const lastPageAt = 144;
const transactionAt = 152;
const rootBytes = 168;

const isRootPage = 0x08;
const magic = 0xbeefc0de;
const version = 2;
/** The list of free pages has integers for keys, the data has bytes. */
const treeFlags = { [freeTreeAt]: 0x08, [mainTreeAt]: 0 } as const;
/** LMDB's own limit; a flag or a depth that it does not expect ends the process. */
const deepest = 32;
const noPage = 0xffff_ffff_ffff_ffffn;
/** The first two pages are the roots. */
const rootPages = 2;
const smallestPageBytes = 512;
const largestPageBytes = 65_536;

/** How many bytes at a file's start hold both root pages, whatever the page size. */
export const headBytes = largestPageBytes + rootBytes;

function treeAt(page: Buffer, at: number): Tree {
  const root = page.readBigUInt64LE(at + 8);
  return {
    page: root === noPage ? undefined : Number(root),
    entries: Number(page.readBigUInt64LE(at)),
  };
}

function isTree(page: Buffer, at: keyof typeof treeFlags): boolean {
  const depth = page.readUInt16LE(at - depthBefore);
  const isEmpty = page.readBigUInt64LE(at + 8) === noPage;
  return (
    page.readUInt16LE(at - flagsBefore) === treeFlags[at] &&
    depth < deepest &&
    (depth === 0) === isEmpty
  );
}

function readRoot(page: Buffer): Root | undefined {
  if (page.length < rootBytes) return undefined;
  if ((page.readUInt16LE(pageFlagsAt) & isRootPage) === 0) return undefined;
  if (page.readUInt32LE(magicAt) !== magic || page.readUInt16LE(versionAt) !== version)
    return undefined;
  if (page.readBigUInt64LE(addressAt) !== 0n) return undefined;
  if (!isTree(page, freeTreeAt) || !isTree(page, mainTreeAt)) return undefined;
  const root: Root = {
    transaction: page.readBigUInt64LE(transactionAt),
    pageBytes: page.readUInt32LE(pageBytesAt),
    lastPage: Number(page.readBigUInt64LE(lastPageAt)),
    trees: [treeAt(page, freeTreeAt), treeAt(page, mainTreeAt)],
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

/**
 * The latest of two roots; undefined when one is damaged, or when they do not follow one another. The other may name any
 * pages: where LMDB failed to write it, it put only the number back.
 */
export function latestRoot([even, odd]: readonly [Root | undefined, Root | undefined]):
  | Root
  | undefined {
  const latest = even && odd && latestOf(even, odd);
  const isWithin = latest?.trees.every(
    ({ page }) => page === undefined || (page >= rootPages && page <= latest.lastPage),
  );
  return isWithin === true ? latest : undefined;
}
