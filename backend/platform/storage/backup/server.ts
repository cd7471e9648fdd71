import { MongoClient, MongoServerError, type ClientSession, type Db } from "mongodb";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { createGridBlobs } from "../gridfs.ts";
import { idInFront } from "./bson.ts";
import { pinCollection } from "./pin.ts";
import { isOwnIndex, neutralIndex, type Source } from "./source.ts";
import { unfinishedCollection } from "./unfinished.ts";

const selectionTimeoutMs = 5_000;
const snapshotTooOld = 239;

/** A database and how to leave it. */
export interface Server {
  readonly client: MongoClient;
  readonly db: Db;
  /** MongoDB, or who speaks its protocol. */
  readonly name: string;
  /** Whether reads of one session can all see one moment (replica set or sharded cluster). */
  readonly hasSnapshots: boolean;
}

/** Connects to the database that a URI names. */
export async function connect(uri: string): Promise<Server> {
  const client = await new MongoClient(uri, {
    serverSelectionTimeoutMS: selectionTimeoutMs,
    writeConcern: { w: "majority", journal: true },
  }).connect();
  try {
    const db = client.db();
    const build = await db.admin().command({ buildInfo: 1 });
    const hello = await db.admin().command({ hello: 1 });
    const isFerret = "ferretdbVersion" in build;
    const isCluster = typeof hello["setName"] === "string" || hello["msg"] === "isdbgrid";
    return {
      client,
      db,
      name: isFerret ? "FerretDB" : "MongoDB",
      hasSnapshots: isCluster && !isFerret,
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Collections that belong to the server, to GridFS or to a backup itself. */
export function isOwnCollection(name: string): boolean {
  const others = [pinCollection, unfinishedCollection, "blobs.files", "blobs.chunks"];
  return !name.startsWith("system.") && !others.includes(name);
}

/**
 * A database as it is at one moment, or, when the operator says that nothing writes, as it is found.
 * @throws {Refusal} conflict — the server has no snapshots and writers may be at work
 */
export function openDatabase(server: Server, { isStopped }: { isStopped: boolean }): Source {
  const { client, db, name } = server;
  if (!server.hasSnapshots && !isStopped)
    throw new Refusal(
      "conflict",
      `This ${name} has no snapshots (a replica set has). Stop every server that writes here, then say so with --stopped.`,
    );
  const session: ClientSession | undefined = server.hasSnapshots
    ? client.startSession({ snapshot: true })
    : undefined;
  const at = session ? { session } : {};
  const blobs = createGridBlobs(db);
  return {
    engine: name,
    async collections() {
      const found = await db.listCollections({}, { nameOnly: true }).toArray();
      const names = found.map((collection) => collection.name).filter(isOwnCollection);
      // The first read fixes the moment: before anything that takes time.
      if (names[0] !== undefined) await db.collection(names[0]).findOne({}, at);
      const collections = names.sort().map(async (collection) => {
        const indexes = await db.collection(collection).listIndexes().toArray();
        return { name: collection, indexes: indexes.filter(isOwnIndex).map(neutralIndex) };
      });
      return Promise.all(collections);
    },
    async *documents(collection) {
      const cursor = db.collection(collection).find({}, { ...at, raw: true, sort: { _id: 1 } });
      try {
        for await (const bytes of cursor) yield idInFront(bytes as unknown as Uint8Array);
      } catch (error) {
        throw inWords(error);
      } finally {
        await cursor.close();
      }
    },
    readBlob: (sha256) => blobs.get(sha256),
    async *listBlobs() {
      const files = db.collection("blobs.files").find({}, { projection: { filename: 1 } });
      for await (const file of files) yield String(file["filename"]);
    },
    problems: () => problemsOf(db),
    async close() {
      await session?.endSession();
    },
  };
}

function inWords(error: unknown): unknown {
  if (!(error instanceof MongoServerError) || error.code !== snapshotTooOld) return error;
  return new Refusal(
    "conflict",
    "The backup took longer than the server keeps its history. Raise minSnapshotHistoryWindowInSeconds.",
    { cause: error },
  );
}

/** The server's own validation; it may be missing or not allowed to us, which is no damage. */
async function* problemsOf(db: Db): AsyncGenerator<string> {
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
    if (name.startsWith("system.")) continue;
    // In the background: the whole validation would lock the collection.
    const answer = await db
      .command({ validate: name, background: true })
      .catch((error: unknown) => {
        if (error instanceof MongoServerError) return undefined;
        throw error;
      });
    if (answer?.["valid"] === false) yield `${name}: the server finds it invalid`;
  }
}
