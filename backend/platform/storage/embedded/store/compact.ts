import { mkdir, open as openFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDiskFull } from "./disk.ts";
import { outOfDiskSpace } from "../values/errors.ts";
import { openDatabase, Trees, type Db } from "./trees.ts";

/** Steps of a compaction, told as each is done; a process that is killed after any of them leaves a whole database. */
export type CompactionStep = "copied" | "flushed" | "swapped" | "done";

/** Sizes of the database file. */
export interface Compaction {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

const fileName = "data.mdb";
const copyFolderOf = (folder: string): string => `${folder}.compact`;

/** Removes what a compaction that was killed has left beside the database. */
export async function removeUnfinishedCopy(folder: string): Promise<void> {
  await rm(copyFolderOf(folder), { recursive: true, force: true });
}

/**
 * Writes a database anew without its free pages and puts it in the place of the old one: a copy beside, flushed,
 * compared, renamed, folder flushed. Nobody else may have the database open.
 * @throws {MongoServerError} 14031 — there is no room for the copy; the database is as it was
 */
export async function compactDatabase(
  folder: string,
  onStep: (step: CompactionStep) => void = () => {},
): Promise<Compaction> {
  const file = join(folder, fileName);
  const copyFolder = copyFolderOf(folder);
  const copy = join(copyFolder, fileName);
  const bytesBefore = (await stat(file)).size;
  await removeUnfinishedCopy(folder);
  try {
    await mkdir(copyFolder, { mode: 0o700 });
    await copyDatabase(folder, copyFolder);
    onStep("copied");
    await flush(copy);
  } catch (error) {
    await removeUnfinishedCopy(folder);
    throw isDiskFull(error, folder) ? outOfDiskSpace(error) : error;
  }
  onStep("flushed");
  const bytesAfter = (await stat(copy)).size;
  // A reader that still has the old file keeps its table of readers; the new file gets one of its own.
  await rm(join(folder, "lock.mdb"), { force: true });
  await rename(copy, file);
  onStep("swapped");
  await flushFolder(folder);
  await removeUnfinishedCopy(folder);
  await flushFolder(dirname(folder));
  onStep("done");
  return { bytesBefore, bytesAfter };
}

async function copyDatabase(from: string, to: string): Promise<void> {
  const source = openDatabase(from, { readOnly: true });
  try {
    await source.backup(to, true);
    const written = openDatabase(to, { readOnly: true });
    try {
      const counts = [source, written].map(countOf);
      if (counts[0] !== counts[1])
        throw new Error(`the copy has ${counts[1]} entries of ${counts[0]}; the database stays`);
    } finally {
      await written.close();
    }
  } finally {
    await source.close();
  }
}

function countOf(db: Db): number {
  const counts = [...new Trees(db, { readOnly: true })].map((tree) => tree.getCount());
  return counts.reduce((sum, count) => sum + count, 0);
}

async function flush(path: string): Promise<void> {
  const opened = await openFile(path, "r");
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  // Windows cannot open folders; its file systems journal renames themselves.
  if (process.platform !== "win32") await flush(path);
}
