import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const full = /no space|file too large|quota|ENOSPC|EFBIG|EDQUOT/i;
const aboutPage = /attempting to write page/i;
const probe = Buffer.alloc(64 * 1024);

function saysFull(error: unknown): error is Error {
  return error instanceof Error && full.test(error.message);
}

/**
 * Whether a commit failed because the disk (or quota) is full. LMDB reports a write that was cut short as EIO, as it
 * does a broken disk: only writing tells the two apart.
 */
export function isDiskFull(cause: unknown, folder: string): cause is Error {
  if (saysFull(cause)) return true;
  const path = join(folder, "probe");
  try {
    writeFileSync(path, probe, { flush: true });
    return false;
  } catch (error) {
    return saysFull(error);
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * Whether a full disk was met by the flush or by LMDB's root page, whose error names no page. Then the environment is
 * lost, although it may still be read, and its next commit would wait for ever.
 */
export function isFatallyFull(cause: unknown): boolean {
  return saysFull(cause) && !aboutPage.test(cause.message);
}
