import { join } from "node:path";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { documentsIn } from "./bson.ts";
import {
  blobLine,
  blobPath,
  contentHashOf,
  documentsPath,
  parts,
  type BackupFile,
  type BackupIndex,
  type Manifest,
} from "./format.ts";
import type { Source } from "./source.ts";
import { listedBlobs, verifyBackup } from "./verify.ts";

/** Where a restore goes. Every promise resolves once what it did is on disk. */
export interface Target {
  /**
   * Claims the place, empties it of an earlier restore that did not finish, and marks it as unfinished.
   * @throws {Refusal} conflict — it holds something, or somebody uses it
   */
  begin(manifest: Manifest): Promise<void>;
  /** Makes a collection with its indexes; answers what the engine cannot do, one sentence each. */
  makeCollection(name: string, indexes: readonly BackupIndex[]): Promise<readonly string[]>;
  insert(collection: string, batch: readonly Uint8Array[]): Promise<void>;
  putBlob(bytes: Uint8Array): Promise<void>;
  restoreSecrets(dir: string, manifest: Manifest): Promise<void>;
  /** Lets go of what was written and opens it as anybody else would. */
  reopen(): Promise<Source>;
  /** Sets documents to expire, which none must before it is read back, and takes the mark away: the place can be used. */
  finish(): Promise<readonly string[]>;
  /** Lets the place go, finished or not. */
  close(): Promise<void>;
}

/** What to restore and where. */
export interface RestoreOptions {
  readonly dir: string;
  readonly target: Target;
  /** The newest schema this program knows. */
  readonly latestSchema: number;
  readonly progress: (line: string) => void;
}

const batchDocuments = 500;
const batchBytes = 4 << 20;

/**
 * Restores a backup: reads every byte of it first, then writes, then reads back what was written and compares.
 * @throws {Refusal} backup-damaged — nothing was written; conflict — the target is in use, or the schema too new
 * @throws {Error} when what was read back differs
 */
export async function restoreBackup(options: RestoreOptions): Promise<Manifest> {
  const { dir, target, progress } = options;
  const manifest = await verifyBackup(dir);
  progress("every byte of the backup is as it was written");
  if (manifest.schemaVersion > options.latestSchema)
    throw new Refusal(
      "conflict",
      `The backup is of schema ${manifest.schemaVersion}; this program knows ${options.latestSchema}. Restore it with a newer one.`,
    );
  try {
    await target.begin(manifest);
    await load(options, manifest);
    const differing = await readBack(target, dir, manifest);
    if (differing.length > 0)
      throw new Error(
        `What was restored is not what the backup holds (${differing.join(", ")}); it stays marked as unfinished.`,
      );
    progress("read back: the same content");
    for (const warning of await target.finish()) progress(warning);
    return manifest;
  } finally {
    await target.close();
  }
}

/** Paths of the backup whose content is not what was written. */
async function readBack(target: Target, dir: string, manifest: Manifest): Promise<string[]> {
  const source = await target.reopen();
  try {
    const files = await contentOf(source, dir);
    if (contentHashOf(files) === manifest.contentSha256) return [];
    const written = new Map(manifest.files.map(({ path, sha256 }) => [path, sha256]));
    const paths = files.filter(({ path, sha256 }) => written.get(path) !== sha256);
    return paths.length > 0 ? paths.map(({ path }) => path) : ["a collection is missing"];
  } finally {
    await source.close();
  }
}

async function load({ dir, target, progress }: RestoreOptions, manifest: Manifest): Promise<void> {
  for (const { name, indexes, documents } of manifest.collections) {
    for (const warning of await target.makeCollection(name, indexes)) progress(warning);
    for await (const batch of batchesOf(documentsIn(join(dir, documentsPath(name)))))
      await target.insert(name, batch);
    progress(`documents ${name}: ${documents}`);
  }
  for await (const { sha256 } of listedBlobs(dir))
    await target.putBlob(await readFile(join(dir, parts.blobs, blobPath(sha256))));
  progress(`blobs: ${manifest.blobs.count}`);
  await target.restoreSecrets(dir, manifest);
}

async function* batchesOf(documents: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array[]> {
  let batch: Uint8Array[] = [];
  let bytes = 0;
  for await (const document of documents) {
    batch.push(document);
    bytes += document.length;
    if (batch.length < batchDocuments && bytes < batchBytes) continue;
    yield batch;
    [batch, bytes] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

async function hashed(path: string, pieces: AsyncIterable<Uint8Array>): Promise<BackupFile> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const piece of pieces) {
    hash.update(piece);
    sizeBytes += piece.length;
  }
  return { path, sha256: hash.digest("hex"), sizeBytes };
}

/** The files that a backup of a source would have, of the blobs that a backup lists. */
async function contentOf(source: Source, dir: string): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (const { name } of await source.collections())
    files.push(await hashed(documentsPath(name), source.documents(name)));
  files.push(await hashed(parts.blobList, blobLines(source, dir)));
  return files;
}

async function* blobLines(source: Source, dir: string): AsyncGenerator<Uint8Array> {
  for await (const { sha256 } of listedBlobs(dir)) {
    const bytes = await source.readBlob(sha256);
    yield Buffer.from(blobLine(sha256, bytes.length));
  }
}
