import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { EmbeddedCollection } from "./collection.ts";
import { EmbeddedCursor } from "./cursor.ts";
import type { Engine } from "./engine.ts";
import { ClientSession } from "./session.ts";

/** The part of the driver's Db that mongoose uses. */
class EmbeddedDb {
  readonly databaseName = "embedded";
  readonly #engine: Engine;
  readonly #collections = new Map<string, EmbeddedCollection>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  collection(name: string): EmbeddedCollection {
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      collection = new EmbeddedCollection(this.#engine, name);
      this.#collections.set(name, collection);
    }
    return collection;
  }

  async createCollection(name: string): Promise<EmbeddedCollection> {
    const collection = this.collection(name);
    await collection.create();
    return collection;
  }

  async dropCollection(name: string): Promise<boolean> {
    return this.collection(name).drop();
  }

  async dropDatabase(): Promise<boolean> {
    for (const name of this.#engine.view.tableNames()) await this.dropCollection(name);
    return true;
  }

  listCollections(): EmbeddedCursor {
    let pending = this.#engine.view.tableNames().map((name) => ({ name, type: "collection" }));
    return new EmbeddedCursor(() => ({ next: () => pending.splice(0), explain: () => ({}) }));
  }
}

const expiryMs = 60_000;

/** The part of the driver's MongoClient that mongoose uses. */
class EmbeddedClient extends EventEmitter {
  readonly engine: Engine;
  readonly s = { options: {} };
  readonly #db: EmbeddedDb;
  readonly #expiry: NodeJS.Timeout;

  constructor(engine: Engine) {
    super();
    this.engine = engine;
    this.#db = new EmbeddedDb(engine);
    this.#expiry = setInterval(() => void this.#expire(), expiryMs).unref();
  }

  /** As MongoDB does once a minute; a failure is met again by the next real write. */
  async #expire(): Promise<void> {
    try {
      for (const name of this.engine.view.tableNames())
        await this.#db.collection(name).expire(new Date());
    } catch {
      clearInterval(this.#expiry);
    }
  }

  db(): EmbeddedDb {
    return this.#db;
  }
  startSession(): ClientSession {
    return new ClientSession(this.engine);
  }
  async close(): Promise<void> {
    clearInterval(this.#expiry);
    await this.engine.close();
  }
}

/** What mongoose's own Connection gives and this driver fills in (mongoose keeps it out of its types). */
interface NativeConnection {
  config: Record<string, unknown>;
  client: unknown;
  db: unknown;
  name: string;
  host: string;
  readyState: number;
  onOpen(): void;
  model(...args: unknown[]): Model;
}

interface Model {
  readonly collection: { readonly name: string };
  init(): Promise<unknown>;
}

interface NativeDriver {
  Connection: new (base: unknown) => NativeConnection;
  Collection: unknown;
  [other: string]: unknown;
}

const require = createRequire(import.meta.url);
const connecting = 2;
const mongooseOptions = ["autoIndex", "autoCreate", "bufferCommands", "sanitizeFilter"] as const;

/**
 * A mongoose driver on one engine: `new Mongoose().setDriver(createDriver(engine))`, then
 * `createConnection("embedded://…", options)`. Models, queries, middleware and plugins are mongoose's own.
 */
export function createDriver(engine: Engine): object {
  const native = require("mongoose/lib/drivers/node-mongodb-native") as NativeDriver;
  const client = new EmbeddedClient(engine);
  const db = client.db();
  class EmbeddedConnection extends native.Connection {
    async createClient(_uri: string, options: Record<string, unknown> = {}): Promise<this> {
      for (const name of mongooseOptions) {
        if (name in options) this.config[name] = options[name];
      }
      this.readyState = connecting;
      this.client = client;
      this.db = db;
      this.name = "embedded";
      this.host = "local";
      this.onOpen();
      return this;
    }

    /** Writes wait for the model's indexes, so that no duplicate slips in before a unique index exists. */
    override model(...args: unknown[]): Model {
      const model = super.model(...args);
      db.collection(model.collection.name).waitFor(model.init());
      return model;
    }
  }
  return { ...native, Connection: EmbeddedConnection };
}
