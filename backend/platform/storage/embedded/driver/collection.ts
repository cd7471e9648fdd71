import { BSON, MongoAPIError, MongoInvalidArgumentError, ObjectId } from "mongodb";
import { openPipeline } from "./aggregation.ts";
import { EmbeddedCursor } from "./cursor.ts";
import type { FindOptions } from "../store/queries.ts";
import type { Change, Engine } from "../store/engine.ts";
import { serverError, unsupported } from "../values/errors.ts";
import { describeIndex, indexSpec } from "../store/indexes.ts";
import { distinctValues } from "../language/matching.ts";
import { defaultDatabase, namespaceOf, tableNameOf } from "../values/names.ts";
import { candidatesAt } from "../values/paths.ts";
import type { Modification, Options } from "./options.ts";
import { projected } from "../language/projection.ts";
import { findDocs, openQuery, readSort } from "../store/queries.ts";
import {
  BulkOutcome,
  isAcknowledged,
  isWriteError,
  updateOutcome,
  withMetadata,
  type BulkResult,
  type UpdateOutcome,
} from "./results.ts";
import { transactionOf } from "./session.ts";
import type { Table } from "../store/table.ts";
import { toExactDoc, toPlainDoc, type Doc } from "../values/values.ts";
import type { View } from "../store/view.ts";
import { queryOf, withIdFirst, Writer, type Modifier, type Work } from "./writer.ts";

/** The methods of the driver's Collection that mongoose and our stores call. */
export class EmbeddedCollection {
  readonly #engine: Engine;
  readonly #writer: Writer;
  readonly #name: string;
  readonly dbName: string;
  readonly collectionName: string;
  #indexed: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, collectionName: string, dbName: string = defaultDatabase) {
    this.#engine = engine;
    this.#name = tableNameOf(dbName, collectionName);
    this.#writer = new Writer(this.#name);
    this.dbName = dbName;
    this.collectionName = collectionName;
  }

  get namespace(): string {
    return namespaceOf(this.#name);
  }

  /** Holds documents back until the indexes of the latest model are made; a failed index is the model's error to report. */
  waitFor(indexes: Promise<unknown>): void {
    this.#indexed = Promise.allSettled([indexes]);
  }

  get #table(): Table {
    return this.#engine.view.table(this.#name);
  }

  /** The documents as an operation with these options sees them. */
  #view(options: Options): View {
    return transactionOf(this.#engine, options)?.view ?? this.#engine.view;
  }

  /** Runs one operation, in its session's transaction or durably on its own, and then tells listeners. */
  async #write<T>(options: Options, action: (work: Work) => T): Promise<T> {
    await this.#indexed;
    const transaction = transactionOf(this.#engine, options);
    if (transaction) return transaction.run(action);
    const changes: Change[] = [];
    const result = await this.#engine.write((view) => action({ view, changes }));
    this.#engine.announce(changes);
    return result;
  }

  async insertOne(
    doc: Doc,
    options: Options = {},
  ): Promise<{ acknowledged: boolean; insertedId: unknown }> {
    doc._id ??= new ObjectId();
    const exact = withIdFirst(toExactDoc(doc, options.ignoreUndefined));
    await this.#write(options, (work) => this.#writer.insert(exact, work));
    return { acknowledged: isAcknowledged(options), insertedId: doc._id };
  }

  async insertMany(docs: Doc[], options: Options = {}): Promise<BulkResult> {
    if (!Array.isArray(docs))
      throw new MongoInvalidArgumentError('Argument "docs" must be an array of documents');
    const operations = docs.map((document) => ({ insertOne: { document } }));
    const { insertedCount, insertedIds } = await this.bulkWrite(operations, options);
    return { acknowledged: isAcknowledged(options), insertedCount, insertedIds };
  }

  find(filter: unknown = {}, options: Options = {}): EmbeddedCursor {
    return new EmbeddedCursor(
      (wanted) =>
        openQuery(this.#view(options), this.#name, { ...wanted, filter: wanted.filter ?? {} }),
      { ...options, filter: toPlainDoc(filter), readAs: readerWith(options) },
    );
  }

  async findOne(filter: unknown = {}, options: Options = {}): Promise<unknown> {
    if (options.explain !== undefined) return this.find(filter, { ...options, limit: 1 }).explain();
    const query = { ...options, filter: toPlainDoc(filter), readAs: readerWith(options), limit: 1 };
    return openQuery(this.#view(options), this.#name, query).next()[0] ?? null;
  }

  async #modify(filter: Doc, options: Options, modifier: Modifier): Promise<Modification> {
    return this.#write(options, this.#writer.modify(filter, options, modifier));
  }

  async updateOne(filter: unknown, change: unknown, options: Options = {}): Promise<UpdateOutcome> {
    const plain = toPlainDoc(filter);
    const modifier = this.#writer.updating(plain, change, options);
    return updateOutcome(await this.#modify(plain, options, modifier), options);
  }

  async updateMany(
    filter: unknown,
    change: unknown,
    options: Options = {},
  ): Promise<UpdateOutcome> {
    return this.updateOne(filter, change, { ...options, many: true });
  }

  async replaceOne(
    filter: unknown,
    replacement: unknown,
    options: Options = {},
  ): Promise<UpdateOutcome> {
    const plain = toPlainDoc(filter);
    const modifier = this.#writer.replacing(plain, replacement, options);
    return updateOutcome(await this.#modify(plain, options, modifier), options);
  }

  async findOneAndUpdate(
    filter: unknown,
    change: unknown,
    options: Options = {},
  ): Promise<unknown> {
    const plain = toPlainDoc(filter);
    const modifier = this.#writer.updating(plain, change, options);
    return answer(await this.#modify(plain, options, modifier), plain, options);
  }

  async findOneAndReplace(
    filter: unknown,
    replacement: unknown,
    options: Options = {},
  ): Promise<unknown> {
    const plain = toPlainDoc(filter);
    const modifier = this.#writer.replacing(plain, replacement, options);
    return answer(await this.#modify(plain, options, modifier), plain, options);
  }

  async findOneAndDelete(filter: unknown, options: Options = {}): Promise<unknown> {
    const plain = toPlainDoc(filter);
    const [row] = await this.#write(options, this.#writer.remove(queryOf(plain, options), false));
    const value = shownAs(row?.doc, plain, options);
    if (options.includeResultMetadata !== true) return value;
    return { value, ok: 1, lastErrorObject: { n: row ? 1 : 0 } };
  }

  async #delete(
    filter: unknown,
    options: Options,
    many: boolean,
  ): Promise<{ acknowledged: boolean; deletedCount: number }> {
    const query = queryOf(toPlainDoc(filter), options);
    const rows = await this.#write(options, this.#writer.remove(query, many));
    return { acknowledged: isAcknowledged(options), deletedCount: rows.length };
  }

  async deleteOne(
    filter: unknown = {},
    options: Options = {},
  ): Promise<{ acknowledged: boolean; deletedCount: number }> {
    return this.#delete(filter, options, false);
  }

  async deleteMany(
    filter: unknown = {},
    options: Options = {},
  ): Promise<{ acknowledged: boolean; deletedCount: number }> {
    return this.#delete(filter, options, true);
  }

  /** One transaction, operation by operation; an ordered bulk stops at its first failure. */
  async bulkWrite(operations: unknown[], options: Options = {}): Promise<BulkResult> {
    if (!Array.isArray(operations))
      throw new MongoInvalidArgumentError('Argument "operations" must be an array of documents');
    if (operations.length === 0)
      throw new MongoInvalidArgumentError("Invalid BulkOperation, Batch cannot be empty");
    const isOrdered = options.ordered !== false;
    const steps = operations.map((operation, index) =>
      this.#writer.bulkStep(operation, index, options),
    );
    const bulk = await this.#write(options, (work) => {
      const outcome = new BulkOutcome();
      for (const [index, { op, run }] of steps.entries()) {
        try {
          run(outcome, work);
        } catch (error) {
          if (!isWriteError(error)) throw error;
          outcome.fail(index, error, op);
          if (isOrdered) break;
        }
      }
      return outcome;
    });
    return bulk.result(isOrdered);
  }

  async countDocuments(filter: unknown = {}, options: Options = {}): Promise<number> {
    const plain = toPlainDoc(filter);
    if (Object.keys(plain).length === 0 && !options.limit && !options.skip && !options.hint)
      return this.#view(options).table(this.#name).count();
    const { session } = options;
    const query = { ...queryOf(plain, options), ...pageOf(options) };
    const found = this.find(plain, { ...query, session, projection: { _id: 1 } });
    return (await found.toArray()).length;
  }

  async estimatedDocumentCount(): Promise<number> {
    return this.#table.count();
  }

  async distinct(path: string, filter: unknown = {}, options: Options = {}): Promise<unknown[]> {
    const docs = findDocs(this.#view(options), this.#name, queryOf(toPlainDoc(filter), options));
    const values = docs.flatMap((doc) =>
      candidatesAt(doc, path).filter((value) => !Array.isArray(value)),
    );
    return distinctValues(values);
  }

  /** Stages run in memory; a leading `$match` (and `$sort` behind it) reads through an index. */
  aggregate(pipeline: unknown[] = [], options: Options = {}): EmbeddedCursor {
    const stages = pipeline.map((stage) => toPlainDoc(stage));
    const { dbName: database, collectionName: collection } = this;
    return new EmbeddedCursor(() =>
      openPipeline(this.#view(options), { database, collection }, { stages, options }),
    );
  }

  async createIndex(keys: unknown, options: Options = {}): Promise<string> {
    const [name] = await this.createIndexes([{ ...options, key: keys }]);
    return name ?? "";
  }

  async createIndexes(definitions: readonly Doc[]): Promise<string[]> {
    return this.#engine.write((view) =>
      definitions.map(({ key, ...options }) =>
        view.table(this.#name).addIndex((id) => indexSpec(id, key, options)),
      ),
    );
  }

  #assertExists(): void {
    if (this.#table.id === undefined) throw serverError(26, `ns does not exist: ${this.namespace}`);
  }

  async dropIndex(name: string): Promise<Doc> {
    this.#assertExists();
    if (name === "_id_") throw serverError(72, "cannot drop _id index");
    const nIndexesWas = this.#table.indexes.length;
    const dropped = await this.#engine.write((view) => view.table(this.#name).dropIndex(name));
    // Only when no reader uses the index any more may its keys go.
    await this.#engine.write((view) => view.table(this.#name).clearIndex(dropped));
    return { nIndexesWas, ok: 1 };
  }

  async dropIndexes(): Promise<boolean> {
    this.#assertExists();
    for (const { name } of this.#table.indexes.slice(1)) await this.dropIndex(name);
    return true;
  }

  listIndexes(): EmbeddedCursor {
    return EmbeddedCursor.over(() => {
      this.#assertExists();
      return this.#table.indexes.map(describeIndex);
    });
  }

  /** Definitions, or with `{full: false}` the keys by name. */
  async indexes({ full = true }: { full?: boolean } = {}): Promise<unknown> {
    if (full) return this.listIndexes().toArray();
    this.#assertExists();
    return Object.fromEntries(this.#table.indexes.map(({ name, fields }) => [name, fields]));
  }

  async indexInformation({ full = false }: { full?: boolean } = {}): Promise<unknown> {
    return this.indexes({ full });
  }

  async indexExists(names: string | string[]): Promise<boolean> {
    const known = new Set(this.#table.indexes.map(({ name }) => name));
    return [names].flat().every((name) => known.has(name));
  }

  async options(): Promise<Doc> {
    if (this.#table.id === undefined)
      throw new MongoAPIError(`collection ${this.namespace} not found`);
    return {};
  }

  async isCapped(): Promise<boolean> {
    return "capped" in (await this.options());
  }

  /** @throws {MongoServerError} 26 — when there is none; 48 — when the new name is taken and may not be dropped */
  async rename(to: string, { dropTarget = false } = {}): Promise<EmbeddedCollection> {
    const target = tableNameOf(this.dbName, to);
    await this.#engine.write((view) => {
      if (view.table(this.#name).id === undefined)
        throw serverError(26, `Source collection ${this.namespace} does not exist`);
      if (view.table(target).id !== undefined && !dropTarget)
        throw serverError(48, "target namespace exists");
      view.table(target).drop();
      view.table(this.#name).rename(target);
      view.reload();
    });
    return new EmbeddedCollection(this.#engine, to, this.dbName);
  }

  async drop(): Promise<boolean> {
    await this.#write({}, ({ view }) => view.table(this.#name).drop());
    return true;
  }

  watch(): never {
    throw unsupported("change streams");
  }

  /** Deletes what its TTL indexes say has expired; tells how much. */
  async expire(now: Date): Promise<number> {
    let expired = 0;
    for (const { fields, expireAfterSeconds } of this.#table.indexes) {
      const path = fields[0]?.[0];
      if (expireAfterSeconds === undefined || path === undefined) continue;
      const before = new Date(now.getTime() - expireAfterSeconds * 1000);
      expired += (await this.deleteMany({ [path]: { $lt: before } })).deletedCount;
    }
    return expired;
  }

  /** Creates the collection, so that it exists before its first document. */
  async create(): Promise<void> {
    if (this.#table.id === undefined)
      await this.#engine.write((view) => view.table(this.#name).create());
  }
}

function pageOf({ sort, skip, limit }: Options): FindOptions {
  return {
    ...(sort === undefined ? {} : { sort: readSort(sort) }),
    ...(skip === undefined ? {} : { skip }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** The driver's wishes for how BSON becomes JavaScript; nothing for the usual. */
function readerWith(options: Options): ((exact: Doc) => Doc) | undefined {
  const { useBigInt64, promoteValues, promoteLongs, promoteBuffers } = options;
  const isUsual =
    useBigInt64 !== true &&
    promoteBuffers !== true &&
    promoteValues !== false &&
    promoteLongs !== false;
  if (isUsual) return undefined;
  const wishes = {
    useBigInt64: useBigInt64 === true,
    promoteBuffers: promoteBuffers === true,
    promoteValues: promoteValues !== false,
    promoteLongs: promoteLongs !== false,
  };
  return (exact) => BSON.deserialize(BSON.serialize(exact), wishes);
}

function shownAs(doc: Doc | undefined, filter: Doc, { projection }: Options): Doc | null {
  return doc === undefined ? null : (projected([doc], projection, filter)[0] ?? null);
}

function answer(done: Modification, filter: Doc, options: Options): unknown {
  const doc = options.returnDocument === "after" ? done.after : done.before;
  const value = shownAs(doc, filter, options);
  return options.includeResultMetadata === true ? withMetadata(value, done) : value;
}
