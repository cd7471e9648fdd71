import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { BSON } from "mongodb";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { checkedHash, verified } from "../blobs.ts";
import { StoredState } from "../embedded/store/snapshot.ts";
import { documentsIn, idInFront } from "./bson.ts";
import { filesBelow, isMissing } from "./files.ts";
import { blobPath, documentsPath, parts, type BackupIndex, type Manifest } from "./format.ts";

/** A collection of a {@link Source}. */
export interface SourceCollection {
  readonly name: string;
  readonly indexes: readonly BackupIndex[];
}

/** A whole state that can be read: a data folder, a database, a backup. Everything seen belongs to one moment. */
export interface Source {
  /** What keeps it, in words. */
  readonly engine: string;
  /** By name. */
  collections(): Promise<readonly SourceCollection[]>;
  /** Documents as BSON, `_id` in front, by `_id`. */
  documents(collection: string): AsyncIterable<Uint8Array>;
  /** @throws {Refusal} not-found — the blob is not there; blob-corrupt — it lost its hash */
  readBlob(sha256: string): Promise<Uint8Array>;
  /** Hashes of all blobs that are kept, named or not. */
  listBlobs(): AsyncIterable<string>;
  /** What the engine itself finds wrong, one sentence each. */
  problems(): AsyncIterable<string>;
  close(): Promise<void>;
}

/** An index as `listIndexes` gives it, in no engine's own words. */
export function neutralIndex(stored: Readonly<Record<string, unknown>>): BackupIndex {
  const { key, name, unique, sparse, partialFilterExpression: partial } = stored;
  const seconds = stored["expireAfterSeconds"];
  return {
    name: String(name),
    key: Object.entries(key as Record<string, unknown>).map(([path, direction]) => [
      path,
      typeof direction === "string" ? direction : Number(direction),
    ]),
    unique: unique === true,
    sparse: sparse === true,
    partialFilter: partial === undefined ? null : BSON.EJSON.stringify(partial, { relaxed: false }),
    expireAfterSeconds: seconds === undefined ? null : Number(seconds),
  };
}

/** A neutral index as `createIndex` takes it. */
export function indexRequest(index: BackupIndex): {
  key: Record<string, number | string>;
  options: Record<string, unknown>;
} {
  return {
    key: Object.fromEntries(index.key),
    options: {
      name: index.name,
      ...(index.unique ? { unique: true } : {}),
      ...(index.sparse ? { sparse: true } : {}),
      ...(index.partialFilter === null
        ? {}
        : { partialFilterExpression: BSON.EJSON.parse(index.partialFilter) as object }),
      ...(index.expireAfterSeconds === null
        ? {}
        : { expireAfterSeconds: index.expireAfterSeconds }),
    },
  };
}

/** The index on `_id` is every engine's own. */
export function isOwnIndex(index: { readonly name?: unknown }): boolean {
  return index.name !== "_id_";
}

/**
 * A blob file, read and verified.
 * @throws {Refusal} not-found, blob-corrupt
 */
async function readBlobFile(folder: string, sha256: string): Promise<Uint8Array> {
  const hash = checkedHash(sha256);
  try {
    return verified(await readFile(join(folder, blobPath(hash))), hash);
  } catch (error) {
    if (isMissing(error)) throw new Refusal("not-found", "No such content");
    throw error;
  }
}

async function* blobFiles(folder: string): AsyncGenerator<string> {
  for await (const path of filesBelow(folder)) {
    const hash = path.replace("/", "");
    if (/^[0-9a-f]{64}$/.test(hash)) yield hash;
  }
}

/** Whether a data folder holds a database of the embedded engine. */
export function hasDatabase(dataDir: string): boolean {
  return existsSync(join(dataDir, "db", "data.mdb"));
}

/** A data folder of the embedded engine; its owner may go on. @throws {Error} when it holds no database */
export function openFolder(dataDir: string): Source {
  const state = new StoredState(join(dataDir, "db"));
  const blobs = join(dataDir, "blobs");
  return {
    engine: "embedded",
    collections: async () =>
      state.collections().map(({ name, indexes }) => ({
        name,
        indexes: indexes.filter(isOwnIndex).map(neutralIndex),
      })),
    async *documents(collection) {
      for (const bytes of state.documents(collection)) yield idInFront(bytes);
    },
    readBlob: (sha256) => readBlobFile(blobs, sha256),
    listBlobs: () => blobFiles(blobs),
    async *problems() {
      yield* state.problems();
    },
    close: () => state.close(),
  };
}

/** A backup whose manifest was read. */
export function openBackup(dir: string, manifest: Manifest): Source {
  const blobs = join(dir, parts.blobs);
  return {
    engine: "backup",
    collections: async () => manifest.collections,
    documents: (collection) => documentsIn(join(dir, documentsPath(collection))),
    readBlob: (sha256) => readBlobFile(blobs, sha256),
    listBlobs: () => blobFiles(blobs),
    async *problems() {},
    close: async () => {},
  };
}

/** Whether a folder is missing or holds nothing. */
export async function isEmptyFolder(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length === 0;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}
