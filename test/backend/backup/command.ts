import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import type { Connection } from "mongoose";
import { blobReferences } from "../../../backend/blob-references.ts";
import { migrations } from "../../../backend/migrations/index.ts";
import { restoreBackup } from "../../../backend/platform/storage/backup/restore.ts";
import { openFolder } from "../../../backend/platform/storage/backup/source.ts";
import { takeBackup } from "../../../backend/platform/storage/backup/take.ts";
import { folderTarget } from "../../../backend/platform/storage/backup/targets.ts";
import { latestVersion } from "../../../backend/platform/storage/migrations.ts";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";
import { commandLine } from "../../support/child.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** What a command ended with. */
export interface Outcome {
  readonly code: number | string | null;
  readonly out: string;
  readonly notes: readonly string[];
}

/** How to run a command. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Hears each line of standard error as it comes. */
  readonly onNote?: (line: string, child: ChildProcess) => void;
}

/** Runs `entente …` on a data folder, in a process of its own. */
export async function entente(
  dataDir: string,
  args: readonly string[],
  { env = {}, onNote }: RunOptions = {},
): Promise<Outcome> {
  const { MONGODB_URI: _server, ...inherited } = process.env;
  const child = spawn(process.execPath, [...commandLine(), ...args], {
    cwd: root,
    env: { ...inherited, DATA_DIR: dataDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const notes: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    notes.push(line);
    onNote?.(line, child);
  });
  const exited = once(child, "close") as Promise<[number | null, string | null]>;
  const [out, [code, signal]] = await Promise.all([text(child.stdout), exited]);
  return { code: code ?? signal, out, notes };
}

/** The content hash in the closing line of a backup. */
export function contentIn({ out, notes }: Outcome): string {
  const found = /sha256:([0-9a-f]{64})/.exec(out)?.[1];
  if (found === undefined) throw new Error(`no content hash in: ${out}${notes.join("\n")}`);
  return found;
}

/** Backs a folder up within this process, as the command does in its own; answers the content hash. */
export async function backupHere(dataDir: string, target: string): Promise<string> {
  const source = openFolder(dataDir);
  try {
    const options = { program: "test", instance: "test", now: new Date(), progress: () => {} };
    const manifest = await takeBackup({ source, target, references: blobReferences, ...options });
    return manifest.contentSha256;
  } finally {
    await source.close();
  }
}

/** Restores within this process. */
export async function restoreHere(dir: string, dataDir: string): Promise<void> {
  const target = folderTarget(dataDir);
  await restoreBackup({ dir, target, latestSchema: latestVersion(migrations), progress: () => {} });
}

/** A folder for one test file's folders. */
export class Workshop {
  #path = "";
  #count = 0;

  async open(): Promise<void> {
    this.#path = await mkdtemp(join(tmpdir(), "entente-backup-"));
  }

  /** A path that does not exist yet. */
  fresh(): string {
    return join(this.#path, String(++this.#count));
  }

  async close(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }
}

/** Opens a data folder, acts on it and closes it. */
export async function within<T>(
  dataDir: string,
  act: (storage: Storage, connection: Connection) => Promise<T>,
): Promise<T> {
  const storage = await openStorage({ dataDir });
  try {
    return await act(storage, storage.connection);
  } finally {
    await storage.close();
  }
}

/** Stores a blob and a version that names it. */
export async function addVersion(storage: Storage, id: string, text: string): Promise<string> {
  const { sha256 } = await storage.blobs.put(Buffer.from(text));
  const versions = storage.connection.collection<{ _id: string; contentSha256: string }>(
    "versions",
  );
  await versions.insertOne({ _id: id, contentSha256: sha256 });
  return sha256;
}
