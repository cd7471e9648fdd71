import { MongoInvalidArgumentError } from "mongodb";
import { openPipeline } from "./aggregation.ts";
import { collatorOf } from "../values/collation.ts";
import { EmbeddedCollection } from "./collection.ts";
import { EmbeddedAggregationCursor, EmbeddedCursor } from "./cursor.ts";
import type { Engine } from "../store/engine.ts";
import { serverError, unsupported } from "../values/errors.ts";
import { matcherOf } from "../language/matching.ts";
import { collectionOf, defaultDatabase, tableNameOf } from "../values/names.ts";
import { toPlainDoc, type Doc } from "../values/values.ts";
import { pipelineOf, stagesOf, type Options } from "./options.ts";

/** The MongoDB that the engine answers like. */
const version = "7.0.0";

function assertCollectionName(name: string): void {
  const refuse = (why: string) => {
    throw new MongoInvalidArgumentError(`Collection names ${why}`);
  };
  if (name === "") refuse("cannot be empty");
  if (name.includes("$")) refuse("must not contain '$'");
  if (name.includes("\0")) refuse("cannot contain a null character");
  if (name.startsWith(".") || name.endsWith(".") || name.includes(".."))
    refuse("must not start or end with '.', or contain '..'");
}

const kinds = new Set(
  "capped timeseries viewOn validator clusteredIndex encryptedFields".split(" "),
);
const notCapped =
  "the 'capped' field needs to be true when either the 'size' or 'max' fields are present";
/** Options that are MongoDB's only beside one of the kinds. */
const dependent: Readonly<Record<string, string>> = {
  size: notCapped,
  max: notCapped,
  pipeline: "'pipeline' requires 'viewOn' to also be specified",
  expireAfterSeconds:
    "'expireAfterSeconds' is only supported on time-series collections or when the 'clusteredIndex' option is specified",
};
/** What else the server knows, and what the driver keeps to itself. */
const idle = new Set(
  (
    "collation autoIndexId idIndex storageEngine validationLevel validationAction indexOptionDefaults comment maxTimeMS " +
    "changeStreamPreAndPostImages session w wtimeout j fsync timeoutMS writeConcern readConcern readPreference raw " +
    "pkFactory fieldsAsRaw useBigInt64 promoteLongs promoteValues promoteBuffers bsonRegExp serializeFunctions " +
    "ignoreUndefined enableUtf8Validation"
  ).split(" "),
);

function isKind([option, value]: [string, unknown]): boolean {
  return option === "collation"
    ? collatorOf(value) !== undefined
    : kinds.has(option) && value !== false;
}

function refuseOptions(options: Doc): void {
  const given = Object.entries(options).filter(
    ([, value]) => value !== undefined && value !== null && typeof value !== "function",
  );
  const kind = given.find(isKind);
  if (kind !== undefined) throw unsupported(`collections with the option ${kind[0]}`);
  for (const [option] of given) {
    const why = dependent[option];
    if (why !== undefined) throw serverError(72, why);
    if (!kinds.has(option) && !idle.has(option))
      throw serverError(40415, `BSON field 'create.${option}' is an unknown field.`);
  }
}

/** The driver's Db: the collections of one database. */
export class EmbeddedDb {
  readonly databaseName: string;
  readonly #engine: Engine;
  readonly #collections = new Map<string, EmbeddedCollection>();

  constructor(engine: Engine, databaseName: string = defaultDatabase) {
    if (databaseName === "" || /[\s$./\\"]/.test(databaseName))
      throw new MongoInvalidArgumentError(`Database name '${databaseName}' is not valid`);
    this.#engine = engine;
    this.databaseName = databaseName;
  }

  get namespace(): string {
    return this.databaseName;
  }

  collection(name: string): EmbeddedCollection {
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      assertCollectionName(name);
      collection = new EmbeddedCollection(this.#engine, name, this.databaseName);
      this.#collections.set(name, collection);
    }
    return collection;
  }

  /** @throws {MongoServerError} 115 — for kinds of collections that the engine does not have; 72, 40415 — as MongoDB's */
  async createCollection(name: string, options: Doc = {}): Promise<EmbeddedCollection> {
    refuseOptions(options);
    const collection = this.collection(name);
    await collection.create(options);
    return collection;
  }

  async dropCollection(name: string): Promise<boolean> {
    return this.collection(name).drop();
  }

  async renameCollection(
    from: string,
    to: string,
    options?: { dropTarget?: boolean },
  ): Promise<EmbeddedCollection> {
    await this.collection(from).rename(to, options);
    return this.collection(to);
  }

  async dropDatabase(): Promise<boolean> {
    await this.#engine.write((view) => {
      for (const name of this.#names()) view.table(tableNameOf(this.databaseName, name)).drop();
    });
    return true;
  }

  #names(): string[] {
    const all = this.#engine.view.tableNames().map(collectionOf);
    return all.flatMap((one) => (one.database === this.databaseName ? [one.collection] : []));
  }

  listCollections(filter: unknown = {}, { nameOnly = false } = {}): EmbeddedCursor {
    const matcher = matcherOf(toPlainDoc(filter));
    const idIndex = { v: 2, key: { _id: 1 }, name: "_id_" };
    const more = nameOnly ? {} : { options: {}, info: { readOnly: false }, idIndex };
    return EmbeddedCursor.over(() =>
      this.#names()
        .map((name) => ({ name, type: "collection", ...more }))
        .filter((one) => matcher.test(one)),
    );
  }

  async collections(): Promise<EmbeddedCollection[]> {
    return this.#names().map((name) => this.collection(name));
  }

  /** A pipeline whose first stage brings its own documents. */
  aggregate(pipeline: unknown[] = [], options: Options = {}): EmbeddedCursor {
    const from = { database: this.databaseName, collection: undefined };
    return new EmbeddedAggregationCursor(
      (wanted) =>
        openPipeline(this.#engine.view, from, { stages: stagesOf(wanted), options: wanted }),
      { ...options, stages: pipelineOf(pipeline) },
    );
  }

  async createIndex(name: string, keys: unknown, options?: Options): Promise<string> {
    return this.collection(name).createIndex(keys, options);
  }

  /** @throws {MongoServerError} 59 — for all but questions about the server itself */
  async command(command: Doc): Promise<Doc> {
    const [name = ""] = Object.keys(command);
    switch (name) {
      case "ping":
        return { ok: 1 };
      case "hello":
      case "isMaster":
        return { isWritablePrimary: true, maxBsonObjectSize: 16 * 1024 * 1024, ok: 1 };
      case "buildInfo":
      case "serverStatus":
        return {
          version,
          versionArray: version.split(".").map(Number),
          storageEngine: { name: "embedded" },
          ok: 1,
        };
      default:
        throw serverError(59, `no such command: '${name}'`);
    }
  }

  /** Every database that has a collection. */
  async #databases(): Promise<Doc> {
    const names = this.#engine.view.tableNames().map((name) => collectionOf(name).database);
    const databases = [...new Set(names)].map((name) => ({ name, sizeOnDisk: 0, empty: false }));
    return { databases, totalSize: 0, totalSizeMb: 0, ok: 1 };
  }

  /** The driver's Admin. */
  admin(): Record<
    "ping" | "buildInfo" | "serverInfo" | "serverStatus" | "listDatabases",
    () => Promise<Doc>
  > & {
    command(command: Doc): Promise<Doc>;
  } {
    const ask = (name: string) => () => this.command({ [name]: 1 });
    return {
      command: (command) => this.command(command),
      ping: ask("ping"),
      buildInfo: ask("buildInfo"),
      serverInfo: ask("buildInfo"),
      serverStatus: ask("serverStatus"),
      listDatabases: () => this.#databases(),
    };
  }

  watch(): never {
    throw unsupported("change streams");
  }
}
