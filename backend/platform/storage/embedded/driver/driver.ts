import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import { MongoClient } from "mongodb";
import mongoose from "mongoose";
import { EmbeddedCollection } from "./collection.ts";
import { EmbeddedDb } from "./database.ts";
import type { Engine } from "../store/engine.ts";
import { unsupported } from "../values/errors.ts";
import { collectionOf, defaultDatabase } from "../values/names.ts";
import { ClientSession } from "./session.ts";
import type { Doc } from "../values/values.ts";

const { MongooseError, ConnectionStates } = mongoose;

/** What a URI and the driver's options say; the driver's own client reads them and is never connected. */
function readUri(uri: string, options: Doc): MongoClient["options"] {
  const { protocol, pathname } = URL.canParse(uri) ? new URL(uri) : { protocol: "", pathname: "" };
  const isOurs = protocol === "embedded:";
  const plain =
    isOurs && pathname.length <= 1 ? `${uri.replace(/\/$/, "")}/${defaultDatabase}` : uri;
  return new MongoClient(plain.replace(/^embedded:/, "mongodb:"), options).options;
}

/** The driver's MongoClient on an engine. */
class EmbeddedClient extends EventEmitter {
  readonly engine: Engine;
  readonly options: MongoClient["options"];
  readonly s: { readonly options: MongoClient["options"] };
  /** mongoose asks for it where it wants transactions. */
  readonly topology = {
    description: { type: "ReplicaSetWithPrimary" },
    s: { description: { type: "ReplicaSetWithPrimary" } },
  };

  constructor(engine: Engine, options: MongoClient["options"]) {
    super();
    this.setMaxListeners(0);
    this.engine = engine;
    this.options = options;
    this.s = { options };
  }

  async connect(): Promise<this> {
    return this;
  }

  db(name: string = this.options.dbName): EmbeddedDb {
    return new EmbeddedDb(this.engine, name);
  }

  startSession(options?: Doc): ClientSession {
    return new ClientSession(this.engine, options, this.options);
  }

  /** Calls back with a session that ends afterwards; options may come first. */
  async withSession<T>(
    ...args: [...options: Doc[], action: (session: ClientSession) => Promise<T>]
  ): Promise<T> {
    const action = args.at(-1);
    if (typeof action !== "function") throw new TypeError("withSession needs a function");
    const [options] = args;
    const session = this.startSession(typeof options === "function" ? undefined : options);
    try {
      return await action(session);
    } finally {
      await session.endSession();
    }
  }

  bulkWrite(): never {
    throw unsupported("bulk writes over several collections");
  }
  watch(): never {
    throw unsupported("change streams");
  }

  /** The engine stays open: it may serve other connections, and belongs to who opened it. */
  async close(): Promise<void> {
    this.emit("close");
  }
}

const expiryMs = 60_000;

/** Removes what has expired, as MongoDB does once a minute; a failure is met again by the next real write. */
function expireEachMinute(engine: Engine): void {
  const timer = setInterval(() => void sweep(), expiryMs).unref();
  const sweep = async () => {
    try {
      for (const name of engine.view.tableNames()) {
        const { database, collection } = collectionOf(name);
        await new EmbeddedCollection(engine, collection, database).expire(new Date());
      }
    } catch {
      clearInterval(timer);
    }
  };
}

/** What mongoose's own Connection gives and this driver fills in (mongoose keeps it out of its types). */
interface NativeConnection {
  config: Doc;
  client: unknown;
  db: EmbeddedDb | undefined;
  name: string;
  host: string | undefined;
  port: number | undefined;
  user: unknown;
  pass: unknown;
  readyState: number;
  models: Record<string, Model>;
  otherDbs: NativeConnection[];
  $dbName?: string;
  _connectionString?: string;
  _connectionOptions?: Doc;
  _closeCalled: boolean;
  _destroyCalled?: boolean;
  on(event: "model", listener: (model: Model) => void): void;
  onOpen(): void;
}

interface Model {
  readonly collection: { readonly name: string };
  readonly $init?: Promise<unknown>;
}

interface NativeDriver {
  Connection: new (base: unknown) => NativeConnection;
  [other: string]: unknown;
}

const require = createRequire(import.meta.url);
const mongooseOptions = [
  "autoIndex",
  "autoCreate",
  "autoSearchIndex",
  "bufferCommands",
  "bufferTimeoutMS",
  "sanitizeFilter",
];

/** Writes wait for the model's indexes, so that no duplicate slips in before a unique index exists. */
function guard(connection: NativeConnection, { collection, $init }: Model): void {
  if ($init) connection.db?.collection(collection.name).waitFor($init);
}

function join(connection: NativeConnection, client: EmbeddedClient, db: EmbeddedDb): void {
  const [first] = client.options.hosts;
  connection.client = client;
  connection.db = db;
  connection.name = db.databaseName;
  connection.host = first?.host;
  connection.port = first?.port;
  connection._closeCalled = false;
  for (const model of Object.values(connection.models)) guard(connection, model);
  connection.onOpen();
}

function assertOpenable(connection: NativeConnection, uri: unknown): asserts uri is string {
  if (typeof uri !== "string")
    throw new MongooseError(
      `The \`uri\` parameter to \`openUri()\` must be a string, got "${typeof uri}". Make sure the first parameter to \`mongoose.connect()\` or \`mongoose.createConnection()\` is a string.`,
    );
  if (connection._destroyCalled)
    throw new MongooseError(
      "Connection has been closed and destroyed, and cannot be used for re-opening the connection. Please create a new connection with `mongoose.createConnection()` or `mongoose.connect()`.",
    );
  const active: number[] = [ConnectionStates.connecting, ConnectionStates.connected];
  if (active.includes(connection.readyState) && connection._connectionString !== uri)
    throw new MongooseError(
      "Can't call `openUri()` on an active connection with different connection strings. Make sure you aren't calling `mongoose.connect()` multiple times. See: https://mongoosejs.com/docs/connections.html#multiple_connections",
    );
}

/** Takes mongoose's own options off; the rest is the driver's. */
function configure(connection: NativeConnection, given: Doc): Doc {
  const { config, dbName, user, pass, ...options } = given;
  Object.assign(options, config);
  for (const name of mongooseOptions) {
    if (options[name] !== undefined) connection.config[name] = options[name];
    delete options[name];
  }
  if (typeof dbName === "string") connection.$dbName = dbName;
  if (user !== undefined || pass !== undefined) {
    connection.user = user;
    connection.pass = pass;
    options.auth = { username: user, password: pass };
  }
  connection._connectionOptions = options;
  return options;
}

/**
 * A mongoose driver on one engine: `new Mongoose().setDriver(createDriver(engine))`, then
 * `createConnection("embedded://…", options)`. Models, queries, middleware and plugins are mongoose's own.
 * Any MongoDB URI does; its database is one of several in the engine. Close the engine after its connections.
 */
export function createDriver(engine: Engine): object {
  const native = require("mongoose/lib/drivers/node-mongodb-native") as NativeDriver;
  expireEachMinute(engine);
  class EmbeddedConnection extends native.Connection {
    constructor(base: unknown) {
      super(base);
      this.on("model", (model) => guard(this, model));
    }

    async createClient(uri: unknown, given: Doc = {}): Promise<this> {
      assertOpenable(this, uri);
      const options = configure(this, given);
      this.readyState = ConnectionStates.connecting;
      this._connectionString = uri;
      try {
        const client = new EmbeddedClient(engine, readUri(uri, options));
        join(this, client, client.db(this.$dbName));
        for (const other of this.otherDbs) join(other, client, client.db(other.name));
      } catch (error) {
        this.readyState = ConnectionStates.disconnected;
        throw error;
      }
      return this;
    }
  }
  // Programs tell mongoose's own connection from others by this name.
  Object.defineProperty(EmbeddedConnection, "name", { value: "NativeConnection" });
  return { ...native, Connection: EmbeddedConnection };
}
