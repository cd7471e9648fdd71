import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder } from "../durable.ts";
import type { BackupFile } from "./format.ts";

const bufferBytes = 1 << 20;

/** Flushes a folder and every folder in it; their files are flushed when they are written. */
export async function syncTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncTree(join(path, entry.name));
  }
  await syncFolder(path);
}

/** A file being written, which knows its hash; on disk once closed. */
export class HashedFile {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #hash = createHash("sha256");
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #sizeBytes = 0;

  private constructor(file: FileHandle, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** Creates `path` below `root`, which must not exist yet. */
  static async create(root: string, path: string): Promise<HashedFile> {
    const full = join(root, path);
    await mkdir(dirname(full), { recursive: true, mode: 0o700 });
    return new HashedFile(await open(full, "wx", 0o600), path);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= bufferBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#sizeBytes += bytes.length;
    this.#hash.update(bytes);
    await this.#file.writeFile(bytes);
  }

  /** Flushes to disk and tells what was written. */
  async finish(): Promise<BackupFile> {
    try {
      await this.#flush();
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
    return { path: this.#path, sha256: this.#hash.digest("hex"), sizeBytes: this.#sizeBytes };
  }

  /** Gives up; what was written stays. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }
}

/** Writes a whole small file. */
export async function writeHashed(
  root: string,
  path: string,
  bytes: Uint8Array,
): Promise<BackupFile> {
  const file = await HashedFile.create(root, path);
  await file.write(bytes);
  return file.finish();
}

/** Hash and size of a file, read piece by piece; undefined when there is none. */
export async function hashOfFile(
  path: string,
): Promise<{ sha256: string; sizeBytes: number } | undefined> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: bufferBytes })) {
      hash.update(chunk as Buffer);
      sizeBytes += (chunk as Buffer).length;
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return { sha256: hash.digest("hex"), sizeBytes };
}

/** Whether an error says that a file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** Relative paths of all files below a folder, sorted folder by folder; none when it does not exist. */
export async function* filesBelow(folder: string, prefix = ""): AsyncGenerator<string> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (isMissing(error)) return [];
      throw error;
    },
  );
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(folder, path);
    else yield path;
  }
}

/** Whether something is there. */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
