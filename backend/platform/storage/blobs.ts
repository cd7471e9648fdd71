import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { Refusal } from "../../../domain/kernel/refusal.ts";

/** What storing bytes tells. */
export interface StoredBlob {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Bytes by their content: PDFs, packages, attachments. The same bytes are kept once. */
export interface BlobStore {
  /**
   * Stores bytes durably; resolves once they survive a power cut.
   * @throws {Refusal} storage-full — when the disk or quota is full; nothing is kept then
   */
  put(bytes: Uint8Array): Promise<StoredBlob>;
  /**
   * Reads and verifies.
   * @throws {Refusal} not-found — when no such content is stored; blob-corrupt — when the bytes no longer have their hash
   */
  get(sha256: string): Promise<Uint8Array>;
  /** Whether the content is stored (not whether it is intact). */
  has(sha256: string): Promise<boolean>;
}

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** SHA-256 in lower-case hexadecimal. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A hash is also a file name: refuses anything else, such as `../`. */
export function checkedHash(sha256: string): string {
  const parsed = sha256Schema.safeParse(sha256);
  if (!parsed.success) throw new Refusal("not-found", "No such content");
  return parsed.data;
}

/** Refuses bytes that do not have the hash they are stored under. */
export function verified(bytes: Uint8Array, sha256: string): Uint8Array {
  if (sha256Of(bytes) !== sha256)
    throw new Refusal("blob-corrupt", `Stored content ${sha256} is damaged`);
  return bytes;
}

const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; its file systems journal renames themselves.
  if (process.platform === "win32") return;
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (fullCodes.has(codeOf(error)))
      throw new Refusal("storage-full", "The disk is full", { cause: error });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(path));
}

/** Blobs as files `ab/cdef…` below a folder: written beside, flushed, renamed, folder flushed. */
export async function createFileBlobs(folder: string): Promise<BlobStore> {
  await makeFolder(folder);
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256.slice(2));

  async function has(sha256: string): Promise<boolean> {
    try {
      await access(pathOf(checkedHash(sha256)));
      return true;
    } catch {
      return false;
    }
  }

  async function get(sha256: string): Promise<Uint8Array> {
    const hash = checkedHash(sha256);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(pathOf(hash));
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw new Refusal("not-found", "No such content");
      throw error;
    }
    return verified(bytes, hash);
  }

  async function put(bytes: Uint8Array): Promise<StoredBlob> {
    const sha256 = sha256Of(bytes);
    const stored = { sha256, sizeBytes: bytes.length };
    const path = pathOf(sha256);
    // A damaged copy is replaced; an intact one was flushed when it was written.
    if (await isIntact(() => get(sha256))) return stored;
    await makeFolder(dirname(path));
    await writeDurably(path, bytes);
    return stored;
  }

  return { put, get, has };
}

/** Whether a blob can be read as it was stored; anything else is a reason to store it again. */
export async function isIntact(get: () => Promise<Uint8Array>): Promise<boolean> {
  try {
    await get();
    return true;
  } catch {
    return false;
  }
}
