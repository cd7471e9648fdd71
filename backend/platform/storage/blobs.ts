import { createHash } from "node:crypto";
import { access, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import { makeFolder, partSuffix, syncFolder, writeDurably } from "./durable.ts";
import { Quota, type BlobUsage } from "./quota.ts";

/** What storing bytes tells. */
export interface StoredBlob {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** Bytes by their content: PDFs, packages, attachments. The same bytes are kept once. */
export interface BlobStore {
  /**
   * Stores bytes durably; resolves once they survive a power cut. Bytes that are there become young again: who has put
   * them has the grace period of {@link BlobUpkeep} to name them in a document.
   * @throws {Refusal} storage-full — when the disk or quota is full, nothing is kept then; too-busy — when the system
   * has no files or memory left for now
   */
  put(bytes: Uint8Array): Promise<StoredBlob>;
  /**
   * Reads and verifies.
   * @throws {Refusal} not-found — when no such content is stored; blob-corrupt — when the bytes no longer have their hash
   */
  get(sha256: string): Promise<Uint8Array>;
  /** Whether the content is stored (not whether it is intact). */
  has(sha256: string): Promise<boolean>;
  /** What is used of what may be. */
  usage(): BlobUsage;
}

/** What keeps a store of blobs in order; for the collection of orphans alone. */
export interface BlobUpkeep {
  /** Hashes of the blobs that were last put before a moment. */
  listBefore(moment: Date): AsyncIterable<string>;
  /** Removes a blob unless it was put again since; answers the bytes that became free. */
  removeBefore(sha256: string, moment: Date): Promise<number>;
  /** Counts anew what is used, and removes what uploads that never ended have left from before a moment. */
  tidy(moment: Date): Promise<void>;
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

/** Whether a blob can be read as it was stored; a disk that cannot read it is a reason to store it again, haste is none. */
export async function isIntact(get: () => Promise<Uint8Array>): Promise<boolean> {
  try {
    await get();
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === "too-busy") throw error;
    return false;
  }
}

const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const busyCodes = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** What a person is told of a disk's refusal; anything else is a fault. */
function refusalFor(error: unknown): unknown {
  const code = codeOf(error);
  if (fullCodes.has(code)) return new Refusal("storage-full", "The disk is full", { cause: error });
  if (busyCodes.has(code))
    return new Refusal("too-busy", "Too many files are open; try again", { cause: error });
  return error;
}

async function orRefusal<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw refusalFor(error);
  }
}

/** Lets actions on one key run one after the other. */
export function oneAtATime(): <T>(key: string, action: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key, action) => {
    const before = last.get(key) ?? Promise.resolve();
    const running = before.then(action, action);
    last.set(key, running);
    const leave = () => last.get(key) === running && last.delete(key);
    running.then(leave, leave);
    return running;
  };
}

const prefixPattern = /^[0-9a-f]{2}$/;
const restPattern = /^[0-9a-f]{62}$/;

/** Files `ab/cdef…` below a folder, one process at a time. */
class FileBlobs implements BlobStore, BlobUpkeep {
  readonly #folder: string;
  readonly #quota: Quota;
  readonly #alone = oneAtATime();
  /** Folders whose entry in their parent this process has flushed. */
  readonly #madeFolders = new Set<string>();

  constructor(folder: string, quotaBytes: number | undefined) {
    this.#folder = folder;
    this.#quota = new Quota(quotaBytes, () => this.#count());
  }

  #pathOf(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256.slice(2));
  }

  async has(sha256: string): Promise<boolean> {
    try {
      await access(this.#pathOf(checkedHash(sha256)));
      return true;
    } catch {
      return false;
    }
  }

  async get(sha256: string): Promise<Uint8Array> {
    const hash = checkedHash(sha256);
    try {
      return verified(await readFile(this.#pathOf(hash)), hash);
    } catch (error) {
      if (codeOf(error) === "ENOENT") throw new Refusal("not-found", "No such content");
      throw refusalFor(error);
    }
  }

  put(bytes: Uint8Array): Promise<StoredBlob> {
    const sha256 = sha256Of(bytes);
    return this.#alone(sha256, () =>
      orRefusal(async () => {
        const path = this.#pathOf(sha256);
        if (await isIntact(() => this.get(sha256))) await refresh(path);
        else await this.#write(path, bytes);
        return { sha256, sizeBytes: bytes.length };
      }),
    );
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    // A damaged copy is replaced.
    const before = await sizeOf(path);
    const settle = await this.#quota.reserve(bytes.length - before);
    try {
      await this.#makeFolder(dirname(path));
      await writeDurably(path, bytes);
    } finally {
      settle((await sizeOf(path)) - before);
    }
  }

  async #makeFolder(path: string): Promise<void> {
    if (this.#madeFolders.has(path)) return;
    await makeFolder(path);
    // It may be there from a process that was killed before it flushed the entry.
    await syncFolder(dirname(path));
    this.#madeFolders.add(path);
  }

  usage(): BlobUsage {
    return this.#quota.usage();
  }

  tidy(): Promise<void> {
    return this.#quota.recount();
  }

  async *#files(): AsyncGenerator<{ name: string; path: string; isPart: boolean }> {
    for (const prefix of await readdir(this.#folder)) {
      if (!prefixPattern.test(prefix)) continue;
      for (const rest of await readdir(join(this.#folder, prefix))) {
        const isPart = rest.endsWith(partSuffix);
        if (!isPart && !restPattern.test(rest)) continue;
        yield { name: prefix + rest, path: join(this.#folder, prefix, rest), isPart };
      }
    }
  }

  /** While nobody writes, every unfinished file is one that its writer has left. */
  async #count(): Promise<number> {
    let bytes = 0;
    for await (const { path, isPart } of this.#files()) {
      if (isPart) await rm(path, { force: true });
      else bytes += await sizeOf(path);
    }
    return bytes;
  }

  async *listBefore(moment: Date): AsyncGenerator<string> {
    for await (const { name, path, isPart } of this.#files()) {
      if (isPart) continue;
      const found = await stat(path).catch(() => undefined);
      if (found && found.mtime < moment) yield name;
    }
  }

  removeBefore(sha256: string, moment: Date): Promise<number> {
    return this.#alone(sha256, async () => {
      const path = this.#pathOf(sha256);
      const found = await stat(path).catch(() => undefined);
      if (!found || found.mtime >= moment) return 0;
      const settle = await this.#quota.reserve(0);
      try {
        await rm(path);
        return found.size;
      } finally {
        settle((await sizeOf(path)) - found.size);
      }
    });
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Makes a file young, and durable: whoever wrote it may have been killed before its folder was flushed. */
async function refresh(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    const now = new Date();
    await file.utimes(now, now);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dirname(path));
}

/** Blobs as files below a folder: written beside, flushed, renamed, folder flushed; at most `quotaBytes` in all. */
export async function createFileBlobs(
  folder: string,
  quotaBytes?: number,
): Promise<BlobStore & BlobUpkeep> {
  await makeFolder(folder);
  await syncFolder(dirname(folder));
  return new FileBlobs(folder, quotaBytes);
}
