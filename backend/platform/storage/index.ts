import { join } from "node:path";
import mongoose from "mongoose";
import { createFileBlobs, type BlobStore, type BlobUpkeep } from "./blobs.ts";
import { isDatabasePinned, isFolderPinned } from "./backup/pin.ts";
import { assertDatabaseIsWhole, assertFolderIsWhole } from "./backup/unfinished.ts";
import type { Connection } from "./connection.ts";
import {
  createDriver,
  Engine,
  removeUnfinishedCopy,
  type Change,
  type FullScan,
} from "./embedded/index.ts";
import { makeFolder, syncFolder } from "./durable.ts";
import { createGridBlobs } from "./gridfs.ts";
import { lockFolder, type FolderLock, type LockPurpose } from "./lock.ts";

export type { BlobStore, BlobUpkeep } from "./blobs.ts";
export type { Connection } from "./connection.ts";
export type { Change, FullScan } from "./embedded/index.ts";

/** Where to store: the embedded engine in a folder, or MongoDB. */
export interface StorageOptions {
  readonly dataDir: string;
  readonly mongodbUri?: string | undefined;
  /** Most bytes that blobs may take; none means what the disk has. */
  readonly blobQuotaBytes?: number | undefined;
  /** What the folder is locked for, told to those who find it locked. */
  readonly purpose?: LockPurpose | undefined;
}

/** Everything that lasts. */
export interface Storage {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly blobUpkeep: BlobUpkeep;
  /** Whether a backup runs: blobs stay as they are. */
  isPinned(): Promise<boolean>;
  /** Whether no other process can write here: the folder is locked. */
  readonly isExclusive: boolean;
  /** Waits until every model's collection and indexes exist; call after the stores are made, before serving. */
  ready(): Promise<void>;
  /** Whether writes can be acknowledged now. */
  isReady(): Promise<boolean>;
  /** Why writes are no longer acknowledged, if so; the process must then restart. */
  failure(): Error | undefined;
  /** Embedded engine only: queries that read a whole collection or sorted more than 1,000 documents in memory. */
  fullScans(): readonly FullScan[];
  /** Embedded engine only: called at each such query; returns how to stop. */
  onFullScan(listener: (scan: FullScan) => void): () => void;
  /** Embedded engine only: called after each durable change; returns how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Lets running writes finish and gives the folder free. */
  close(): Promise<void>;
}

/**
 * The same guards on either engine: no buffering, no unknown paths in filters, and no operators from input —
 * a filter's `{$gt: …}` is taken literally unless the store writes mongoose's `trusted({$gt: …})`.
 */
function newMongoose() {
  return new mongoose.Mongoose({
    bufferCommands: false,
    sanitizeFilter: true,
    strictQuery: "throw",
    autoIndex: true,
    autoCreate: true,
  });
}

async function initModels(connection: Connection): Promise<void> {
  await Promise.all(Object.values(connection.models).map((model) => model.init()));
}

async function openEmbedded(options: StorageOptions): Promise<Storage> {
  const { dataDir, blobQuotaBytes, purpose } = options;
  await makeFolder(dataDir);
  const lock = lockFolder(dataDir, purpose);
  let engine: Engine | undefined;
  try {
    assertFolderIsWhole(dataDir);
    await removeUnfinishedCopy(join(dataDir, "db"));
    engine = new Engine(join(dataDir, "db"));
    // LMDB flushes its file, not the entries that lead to it.
    for (const folder of [join(dataDir, "db"), dataDir]) await syncFolder(folder);
    const blobs = await createFileBlobs(join(dataDir, "blobs"), blobQuotaBytes);
    const instance = newMongoose();
    instance.setDriver(createDriver(engine));
    const connection = await instance.createConnection("embedded://local").asPromise();
    return embeddedStorage({ dataDir, lock, engine, blobs, connection });
  } catch (error) {
    await engine?.close();
    lock.release();
    throw error;
  }
}

interface EmbeddedParts {
  readonly dataDir: string;
  readonly lock: FolderLock;
  readonly engine: Engine;
  readonly blobs: BlobStore & BlobUpkeep;
  readonly connection: Connection;
}

function embeddedStorage({ dataDir, lock, engine, blobs, connection }: EmbeddedParts): Storage {
  const failure = () => engine.failure ?? lock.lost();
  return {
    connection,
    blobs,
    blobUpkeep: blobs,
    isPinned: async () => isFolderPinned(dataDir),
    isExclusive: true,
    ready: () => initModels(connection),
    isReady: async () =>
      failure() === undefined && connection.readyState === mongoose.ConnectionStates.connected,
    failure,
    fullScans: () => engine.fullScans,
    onFullScan: (listener) => engine.onFullScan(listener),
    onChange: (listener) => engine.onChange(listener),
    close: async () => {
      await connection.close();
      await engine.close();
      lock.release();
    },
  };
}

async function openMongo(uri: string, blobQuotaBytes: number | undefined): Promise<Storage> {
  const connection = await newMongoose()
    .createConnection(uri, {
      writeConcern: { w: "majority", journal: true },
      readConcern: { level: "majority" },
      retryWrites: true,
      serverSelectionTimeoutMS: 5_000,
    })
    .asPromise();
  const db = connection.db;
  if (db === undefined) throw new Error("MongoDB connection has no database");
  await assertDatabaseIsWhole(db).catch(async (error: unknown) => {
    await connection.close();
    throw error;
  });
  const blobs = createGridBlobs(db, blobQuotaBytes);
  return {
    connection,
    blobs,
    blobUpkeep: blobs,
    isPinned: () => isDatabasePinned(db),
    isExclusive: false,
    ready: () => initModels(connection),
    isReady: async () => {
      const answer = await db.admin().ping();
      return answer.ok === 1;
    },
    failure: () => undefined,
    fullScans: () => [],
    onFullScan: () => () => {},
    onChange: () => () => {},
    close: () => connection.close(),
  };
}

/**
 * Opens storage: MongoDB when a URI is given, otherwise the embedded engine in `dataDir`.
 * @throws {Refusal} conflict — when another process uses the folder; restore-unfinished — when a restore into it was
 *   cut short
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { mongodbUri, blobQuotaBytes } = options;
  return mongodbUri ? openMongo(mongodbUri, blobQuotaBytes) : openEmbedded(options);
}
