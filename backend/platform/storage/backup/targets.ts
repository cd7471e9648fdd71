import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { MongoServerError } from "mongodb";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { createFileBlobs, type BlobStore } from "../blobs.ts";
import { Engine } from "../embedded/store/engine.ts";
import { indexSpec } from "../embedded/store/indexes.ts";
import type { Table } from "../embedded/store/table.ts";
import { createGridBlobs } from "../gridfs.ts";
import { lockFolder, type FolderLock } from "../lock.ts";
import { decodeFaithfully } from "./bson.ts";
import { syncFolder } from "../durable.ts";

import type { BackupIndex, Manifest } from "./format.ts";
import type { Target } from "./restore.ts";
import { pinCollection } from "./pin.ts";
import { restoreSecrets, secretNames, secretsIn } from "./secrets.ts";
import { openDatabase, type Server } from "./server.ts";
import { indexRequest, openFolder } from "./source.ts";
import {
  markFolder,
  readMark,
  unfinishedCollection,
  unmarkFolder,
  type Mark,
} from "./unfinished.ts";

const duplicateKey = 11_000;

function markOf({ contentSha256, hasKeys }: Manifest): Mark {
  return { contentSha256, hasKeys };
}

/** The data folder's own part of a restore: the lock, the mark, and the secrets. */
class Folder {
  readonly path: string;
  #lock: FolderLock | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Holds the folder's lock. */
  async lock(): Promise<void> {
    await mkdir(this.path, { recursive: true, mode: 0o700 });
    this.#lock = lockFolder(this.path, "restore");
  }

  /** Removes what an unfinished restore left, here or elsewhere, of `data` and secrets; then marks the folder. */
  async claim(manifest: Manifest, data: readonly string[], elsewhere?: Mark): Promise<void> {
    const mark = (await readMark(this.path)) ?? elsewhere;
    const left = mark?.hasKeys === true ? [...data, ...secretNames] : data;
    if (mark)
      for (const name of left) await rm(join(this.path, name), { recursive: true, force: true });
    await this.#assertEmpty(manifest, data);
    await markFolder(this.path, markOf(manifest));
  }

  async #assertEmpty(manifest: Manifest, data: readonly string[]): Promise<void> {
    const names = await readdir(this.path);
    const found = names.filter((name) => data.includes(name));
    if (manifest.hasKeys) found.push(...(await secretsIn(this.path)));
    if (found.length > 0)
      throw new Refusal(
        "conflict",
        `The data folder ${this.path} is not empty (${found.join(", ")}): restore into an empty one`,
      );
  }

  async finish(): Promise<void> {
    await syncFolder(this.path);
    await unmarkFolder(this.path);
  }

  release(): void {
    this.#lock?.release();
  }
}

/** An empty data folder of the embedded engine; keys may lie there already when the backup has none. */
export function folderTarget(dataDir: string): Target {
  const folder = new Folder(dataDir);
  const database = join(dataDir, "db");
  let engine: Engine | undefined;
  let blobs: BlobStore | undefined;
  const opened = (): Engine => (engine ??= new Engine(database));
  const closeEngine = async (): Promise<void> => {
    await engine?.close();
    engine = undefined;
  };
  return {
    async begin(manifest) {
      await folder.lock();
      await folder.claim(manifest, ["db", "blobs"]);
      blobs = await createFileBlobs(join(dataDir, "blobs"));
    },
    async makeCollection(name, indexes) {
      await opened().write((view) => {
        view.table(name).create();
        for (const index of indexes) addIndex(view.table(name), index);
      });
      return [];
    },
    async insert(collection, batch) {
      await opened().write((view) => {
        for (const bytes of batch) view.table(collection).insertBytes(Buffer.from(bytes));
      });
    },
    async putBlob(bytes) {
      await blobs?.put(bytes);
    },
    restoreSecrets: (dir, manifest) => restoreSecrets(dir, manifest, dataDir),
    async reopen() {
      opened();
      await closeEngine();
      await syncFolder(database);
      return openFolder(dataDir);
    },
    async finish() {
      await folder.finish();
      return [];
    },
    async close() {
      await closeEngine();
      folder.release();
    },
  };
}

function addIndex(table: Table, index: BackupIndex): void {
  const { key, options } = indexRequest(index);
  table.addIndex((id) => indexSpec(id, key, options));
}

/** An empty database; secrets go to the data folder. */
export function databaseTarget(server: Server, dataDir: string): Target {
  const { db } = server;
  const folder = new Folder(dataDir);
  const blobs = createGridBlobs(db);
  const expiring: IndexOf[] = [];
  const marks = db.collection<Mark & { _id: string }>(unfinishedCollection);
  return {
    async begin(manifest) {
      await folder.lock();
      const unfinished = await marks.findOne({});
      const names = (await db.listCollections({}, { nameOnly: true }).toArray())
        .map(({ name }) => name)
        .filter((name) => !name.startsWith("system.") && name !== pinCollection);
      const others = names.filter((name) => name !== unfinishedCollection);
      if (unfinished === null && others.length > 0)
        throw new Refusal(
          "conflict",
          `The database ${db.databaseName} is not empty (${others.join(", ")}): restore into an empty one`,
        );
      await folder.claim(manifest, [], unfinished ?? undefined);
      for (const name of others) await db.dropCollection(name);
      await marks.replaceOne({ _id: "restore" }, markOf(manifest), { upsert: true });
    },
    async makeCollection(name, indexes) {
      await db.createCollection(name);
      const lasting = indexes.filter((index) => index.expireAfterSeconds === null);
      for (const index of indexes) if (!lasting.includes(index)) expiring.push({ name, index });
      return makeIndexes(
        server,
        lasting.map((index) => ({ name, index })),
      );
    },
    async insert(collection, batch) {
      await db.collection(collection).insertMany(batch.map(decodeFaithfully), { ordered: true });
    },
    async putBlob(bytes) {
      await blobs.put(bytes);
    },
    restoreSecrets: (dir, manifest) => restoreSecrets(dir, manifest, dataDir),
    reopen: async () => openDatabase(server, { isStopped: true }),
    async finish() {
      const warnings = await makeIndexes(server, expiring);
      await folder.finish();
      await db.dropCollection(unfinishedCollection);
      return warnings;
    },
    async close() {
      folder.release();
      await server.client.close();
    },
  };
}

interface IndexOf {
  /** Its collection. */
  readonly name: string;
  readonly index: BackupIndex;
}

/** A server that cannot make an index says so; the program makes its own at its start. */
async function makeIndexes(
  { db, name: server }: Server,
  indexes: readonly IndexOf[],
): Promise<string[]> {
  const warnings: string[] = [];
  for (const { name, index } of indexes) {
    const { key, options } = indexRequest(index);
    try {
      await db.collection(name).createIndex(key as never, options);
    } catch (error) {
      if (!(error instanceof MongoServerError) || error.code === duplicateKey) throw error;
      warnings.push(`${server} does not make the index ${index.name} of ${name}: ${error.message}`);
    }
  }
  return warnings;
}
