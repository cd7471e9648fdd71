import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Binary, BSON, Decimal128, Long, MongoClient } from "mongodb";
import type { Collection, Connection } from "mongoose";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";
import { beyondFerretDb, type Beyond } from "./ferretdb.ts";

/** A storage that a contract case runs on, empty at the start. */
interface Engine {
  readonly name: "embedded" | "MongoDB" | "FerretDB";
  /** Why its cases are skipped here, if they are. */
  readonly skipped?: string;
  /** Cases that it cannot pass, with the error that shows it. */
  readonly beyond: Beyond;
  open(): Promise<Opened>;
}

interface Opened {
  readonly storage: Storage;
  /** Changes the stored bytes of a blob behind the storage's back. */
  damage(sha256: string): Promise<void>;
  close(): Promise<void>;
}

const uri = process.env["MONGODB_URI"];

/** FerretDB says so in its build information. */
async function serverName(): Promise<"MongoDB" | "FerretDB"> {
  if (!uri) return "MongoDB";
  const client = await new MongoClient(uri).connect();
  const build = await client.db().admin().command({ buildInfo: 1 });
  await client.close();
  return "ferretdbVersion" in build ? "FerretDB" : "MongoDB";
}

const server = await serverName();
const damaged = Buffer.from("damaged");

/** The embedded engine always; a server when `MONGODB_URI` names one (its database is emptied). */
const engines: readonly Engine[] = [
  {
    name: "embedded",
    beyond: [],
    async open() {
      const dataDir = await mkdtemp(join(tmpdir(), "entente-storage-"));
      const storage = await openStorage({ dataDir });
      const close = async () => {
        await storage.close();
        await rm(dataDir, { recursive: true, force: true });
      };
      const damage = (sha256: string) =>
        writeFile(join(dataDir, "blobs", sha256.slice(0, 2), sha256.slice(2)), damaged);
      return { storage, damage, close };
    },
  },
  {
    name: server,
    beyond: server === "FerretDB" ? beyondFerretDb : [],
    ...(uri ? {} : { skipped: "MONGODB_URI is not set" }),
    async open() {
      const storage = await openStorage({ dataDir: "unused", mongodbUri: uri });
      await storage.connection.dropDatabase();
      const damage = async (sha256: string) => {
        const file = await storage.connection
          .collection("blobs.files")
          .findOne({ filename: sha256 });
        const chunks = storage.connection.collection("blobs.chunks");
        await chunks.updateOne({ files_id: file?._id }, { $set: { data: new Binary(damaged) } });
      };
      return { storage, damage, close: () => storage.close() };
    },
  },
];

let serial = 0;

/** A document of any shape. */
export type Doc = Record<string, unknown>;

/** What the cases of a contract work on. */
export class Bench {
  readonly name: Engine["name"];
  #opened: Opened | undefined;

  constructor(name: Engine["name"]) {
    this.name = name;
  }

  set opened(opened: Opened) {
    this.#opened = opened;
  }
  get opened(): Opened {
    if (this.#opened === undefined) throw new Error("storage is not open");
    return this.#opened;
  }
  get storage(): Storage {
    return this.opened.storage;
  }

  get connection(): Connection {
    return this.storage.connection;
  }

  /** An empty collection of its own, without a schema in the way. */
  collection(): Collection {
    return this.connection.collection(`case${++serial}`);
  }

  /** A collection with documents, ids 1, 2, 3… unless given. */
  async filled(docs: Doc[]): Promise<Collection> {
    const collection = this.collection();
    await collection.insertMany(docs.map((doc, i) => ({ _id: i + 1, ...doc })) as never);
    return collection;
  }
}

/** A case that an engine cannot pass must fail as its table says, and is listed as skipped; if it passes, the table is wrong. */
function expectBeyond(test: Mocha.Test, error: RegExp): void {
  const run = test.fn;
  if (run === undefined) throw new Error(`${test.title} has no function`);
  test.title += ` (beyond this server: ${String(error)})`;
  test.fn = async function (this: Mocha.Context) {
    const met = await Promise.resolve(Reflect.apply(run, this, []) as unknown).then(
      () => "no error",
      (thrown: unknown) => String(thrown),
    );
    expect(met).to.match(error);
    this.skip();
  };
}

/** Runs cases on every engine; an engine that is not there is listed as skipped, with the reason. */
export function contract(title: string, cases: (on: Bench) => void): void {
  for (const engine of engines) {
    const suite = engine.skipped ? describe.skip : describe;
    const reason = engine.skipped ? ` (skipped: ${engine.skipped})` : "";
    const made = suite(`storage contract on ${engine.name}: ${title}${reason}`, () => {
      const bench = new Bench(engine.name);
      before(async () => {
        bench.opened = await engine.open();
      });
      after(() => bench.opened.close());
      cases(bench);
    });
    made?.eachTest((test) => {
      const beyond = engine.beyond.find(([, titles]) => titles.includes(test.title));
      if (beyond) expectBeyond(test, beyond[0]);
    });
  }
}

/** The code of the error an action ends with, its text if it has none. */
export async function failure(action: Promise<unknown>): Promise<unknown> {
  try {
    await action;
  } catch (error) {
    const code =
      typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
    return code ?? String(error);
  }
  return "no error";
}

/** The numeric ids a query finds, in its order. */
export async function idsOf(
  collection: Collection,
  filter: Doc,
  options: Doc = {},
): Promise<number[]> {
  const docs = await collection.find(filter, options).toArray();
  return docs.map(({ _id }) => _id as unknown as number);
}

/** Reads with every type as BSON has it, and bytes and patterns in their classes. */
export const exactly = { promoteValues: false, promoteLongs: false, bsonRegExp: true } as never;

/** A value as text that shows each type. */
export const canonical = (value: unknown): string =>
  BSON.EJSON.stringify(value, { relaxed: false });
/** A decimal from its digits. */
export const decimal = (text: string) => Decimal128.fromString(text);
/** A 64-bit integer from its digits. */
export const long = (text: string) => Long.fromString(text);
