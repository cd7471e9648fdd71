import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import mongoose from "mongoose";
import { createFileBlobs, type BlobStore } from "./blobs.ts";
import type { Connection } from "./connection.ts";
import { createDriver, Engine, type Change, type FullScan } from "./embedded/index.ts";
import { createGridBlobs } from "./gridfs.ts";
import { lockFolder } from "./lock.ts";

export type { BlobStore } from "./blobs.ts";
export type { Connection } from "./connection.ts";
export type { Change, FullScan } from "./embedded/index.ts";

/** Where to store: the embedded engine in a folder, or MongoDB. */
export interface StorageOptions {
  readonly dataDir: string;
  readonly mongodbUri?: string | undefined;
}

/** Everything that lasts. */
export interface Storage {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  /** Whether no other process can write here: the folder is locked. */
  readonly isExclusive: boolean;
  /** Waits until every model's collection and indexes exist; call after the stores are made, before serving. */
  ready(): Promise<void>;
  /** Whether writes can be acknowledged now. */
  isReady(): Promise<boolean>;
  /** Why writes are no longer acknowledged, if so; the process must then restart. */
  failure(): Error | undefined;
  /** Embedded engine only: queries that read a whole collection. */
  fullScans(): readonly FullScan[];
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

async function openEmbedded(dataDir: string): Promise<Storage> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const lock = lockFolder(dataDir);
  try {
    const engine = new Engine(join(dataDir, "db"));
    const blobs = await createFileBlobs(join(dataDir, "blobs"));
    const instance = newMongoose();
    instance.setDriver(createDriver(engine));
    const connection = await instance.createConnection("embedded://local").asPromise();
    return {
      connection,
      blobs,
      isExclusive: true,
      ready: () => initModels(connection),
      isReady: async () =>
        engine.failure === undefined &&
        connection.readyState === mongoose.ConnectionStates.connected,
      failure: () => engine.failure,
      fullScans: () => engine.fullScans,
      onChange: (listener) => engine.onChange(listener),
      close: async () => {
        await connection.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openMongo(uri: string): Promise<Storage> {
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
  return {
    connection,
    blobs: createGridBlobs(db),
    isExclusive: false,
    ready: () => initModels(connection),
    isReady: async () => {
      const answer = await db.admin().ping();
      return answer.ok === 1;
    },
    failure: () => undefined,
    fullScans: () => [],
    onChange: () => () => {},
    close: () => connection.close(),
  };
}

/**
 * Opens storage: MongoDB when a URI is given, otherwise the embedded engine in `dataDir`.
 * @throws {Refusal} conflict — when another process uses the folder
 */
export async function openStorage({ dataDir, mongodbUri }: StorageOptions): Promise<Storage> {
  return mongodbUri ? openMongo(mongodbUri) : openEmbedded(dataDir);
}
