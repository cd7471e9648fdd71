import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Collection, Connection } from "mongoose";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";

/** A storage that a contract case runs on, empty at the start. */
interface Engine {
  readonly name: "embedded" | "MongoDB";
  /** Why its cases are skipped here, if they are. */
  readonly skipped?: string;
  open(): Promise<{ storage: Storage; close(): Promise<void> }>;
}

const uri = process.env["MONGODB_URI"];

/** The embedded engine always; MongoDB when `MONGODB_URI` names a server (its database is emptied). */
const engines: readonly Engine[] = [
  {
    name: "embedded",
    async open() {
      const dataDir = await mkdtemp(join(tmpdir(), "entente-storage-"));
      const storage = await openStorage({ dataDir });
      const close = async () => {
        await storage.close();
        await rm(dataDir, { recursive: true, force: true });
      };
      return { storage, close };
    },
  },
  {
    name: "MongoDB",
    ...(uri ? {} : { skipped: "MONGODB_URI is not set" }),
    async open() {
      const storage = await openStorage({ dataDir: "unused", mongodbUri: uri });
      await storage.connection.dropDatabase();
      return { storage, close: () => storage.close() };
    },
  },
];

let serial = 0;

/** A document of any shape. */
export type Doc = Record<string, unknown>;

/** What the cases of a contract work on. */
export class Bench {
  readonly name: Engine["name"];
  #storage: Storage | undefined;

  constructor(name: Engine["name"]) {
    this.name = name;
  }

  set storage(storage: Storage) {
    this.#storage = storage;
  }
  get storage(): Storage {
    if (this.#storage === undefined) throw new Error("storage is not open");
    return this.#storage;
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

/** Runs cases on every engine; an engine that is not there is listed as skipped, with the reason. */
export function contract(title: string, cases: (on: Bench) => void): void {
  for (const engine of engines) {
    const suite = engine.skipped ? describe.skip : describe;
    const reason = engine.skipped ? ` (skipped: ${engine.skipped})` : "";
    suite(`storage contract on ${engine.name}: ${title}${reason}`, () => {
      const bench = new Bench(engine.name);
      let close: () => Promise<void>;
      before(async () => {
        const opened = await engine.open();
        bench.storage = opened.storage;
        close = opened.close;
      });
      after(() => close());
      cases(bench);
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
