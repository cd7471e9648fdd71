import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { freePagesInUse, reachablePages } from "./pages.ts";
import { headBytes, latestRoot, readRoots, type Root } from "./roots.ts";

/** Thrown when a folder holds something that must not be opened: writing to it could lose what is left. */
export class DatabaseDamaged extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(`${what} Nothing was changed. Restore a backup.`, options);
    this.name = "DatabaseDamaged";
  }
}

const format = "Entente embedded engine, format 2\n";
/** Kept documents among the indexes; they stay there. */
const formerFormat = "Entente embedded engine, format 1\n";
const markerName = "format";
const dataName = "data.mdb";
const lockName = "lock.mdb";
/** As much as a file holds that was begun and to which nothing was ever committed: LMDB's two root pages. */
const begunPages = 2;
/** More pages than one transaction takes and gives back at the end of a file. */
const mostFreePages = 65_536;

function readHead(file: number): Buffer {
  const head = Buffer.alloc(headBytes);
  return head.subarray(0, readSync(file, head, 0, headBytes, 0));
}

function cutShort(path: string, page: number, pages: number): DatabaseDamaged {
  return new DatabaseDamaged(
    `The database ${path} is cut short: page ${page} is beyond its ${pages} pages.`,
  );
}

/** Reads a database's roots and lets a check look at the file. @throws {DatabaseDamaged} whatever fails */
function examine(path: string, check: (file: number, root: Root) => void): void {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const root = latestRoot(readRoots(readHead(file)));
    if (root === undefined)
      throw new DatabaseDamaged(`The database ${path} has a damaged root page.`);
    check(file, root);
  } catch (error) {
    if (error instanceof DatabaseDamaged) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new DatabaseDamaged(`The database ${path} cannot be read: ${why}.`, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/**
 * Reads every page of a database without LMDB, which trusts their inner offsets and may end the process over a damaged one.
 * Takes as long as reading the file.
 * @throws {DatabaseDamaged} when a page that is in use is missing or cannot be a page of its tree
 */
export function verifyPages(folder: string): void {
  const path = join(folder, dataName);
  examine(path, (file, root) => {
    const pages = Math.floor(statSync(path).size / root.pageBytes);
    for (const page of reachablePages(file, root)) {
      if (page >= pages) throw cutShort(path, page, pages);
    }
  });
}

/**
 * Pages that a database needs and calls free at once; none in a sound one.
 * @throws {DatabaseDamaged} as {@link verifyPages}
 */
export function doublyUsedPages(folder: string): readonly number[] {
  let found: readonly number[] = [];
  examine(join(folder, dataName), (file, root) => {
    found = freePagesInUse(file, root);
  });
  return found;
}

/**
 * Refuses a database whose roots are damaged or whose file ends too early; only where its last pages are free may it end
 * before them, so that only such a file must be read.
 * @throws {DatabaseDamaged}
 */
export function refuseDamaged(folder: string): void {
  const path = join(folder, dataName);
  examine(path, (_, root) => {
    const pages = statSync(path).size / root.pageBytes;
    if (pages > root.lastPage) return;
    // LMDB maps up to the last page: more than ever was is a damaged number.
    if (root.lastPage > 2 * pages + mostFreePages)
      throw new DatabaseDamaged(`The database ${path} has a damaged root page.`);
    verifyPages(folder);
  });
}

/** Whether a database was begun here and lost its power before it was ready to acknowledge anything. */
function isOnlyBegun(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const roots = readRoots(readHead(file));
    const pageBytes = roots[0]?.pageBytes ?? 4096;
    return latestRoot(roots) === undefined && statSync(path).size <= begunPages * pageBytes;
  } finally {
    closeSync(file);
  }
}

function readMarker(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/**
 * Makes a folder fit to be opened by LMDB, which reads its file by memory map: a page that is missing would end the process.
 * @throws {DatabaseDamaged} when the folder held a database that is missing, cut short, unreadable or of another format
 */
export function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const data = join(folder, dataName);
  const marker = readMarker(join(folder, markerName));
  if (marker !== undefined && marker !== format && marker !== formerFormat)
    throw new DatabaseDamaged(
      `The database ${folder} has another format: ${JSON.stringify(marker.slice(0, 80))}.`,
    );
  if (existsSync(data)) {
    if (marker !== undefined || !isOnlyBegun(data)) return refuseDamaged(folder);
    rmSync(data);
    rmSync(join(folder, lockName), { force: true });
  } else if (marker !== undefined) throw new DatabaseDamaged(`The database ${data} is missing.`);
}

function sync(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Flushes a folder and those it lies in: a file whose name is not on disk is lost with the power, flushed or not. */
function syncFolders(folder: string): void {
  // Windows cannot open folders; its file systems journal names themselves.
  if (process.platform === "win32") return;
  sync(folder, "r");
  try {
    for (let path = folder; path !== dirname(path); path = dirname(path)) sync(dirname(path), "r");
  } catch {
    // A folder that others own was not made by us.
  }
}

/**
 * Once in a database's life, before its first commit: puts its file and all names on disk, then says so. Once more for a
 * database of the former format, which programs of then must not open any more.
 */
export function settleFolder(folder: string): void {
  const marker = join(folder, markerName);
  if (readMarker(marker) === format) return;
  sync(join(folder, dataName), "r+");
  syncFolders(folder);
  const draft = `${marker}.part`;
  writeFileSync(draft, format, { flush: true, mode: 0o600 });
  renameSync(draft, marker);
  syncFolders(folder);
}
