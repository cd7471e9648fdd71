import { BSON, MongoAPIError, MongoInvalidArgumentError } from "mongodb";
import { openPipeline } from "./aggregation.ts";
import { documentOf, filterOf, queryFilter } from "./arguments.ts";
import { EmbeddedAggregationCursor, EmbeddedFindCursor, type EmbeddedCursor } from "./cursor.ts";
import type { FindOptions } from "../store/queries.ts";
import type { Change, Engine } from "../store/engine.ts";
import { serverError, unsupported } from "../values/errors.ts";
import { IndexedCollection } from "./indexes.ts";
import { distinctValues } from "../language/matching.ts";
import { defaultDatabase, tableNameOf } from "../values/names.ts";
import { candidatesAt } from "../values/paths.ts";
import { findOf, pipelineOf, stagesOf, type Modification, type Options } from "./options.ts";
import { projected } from "../language/projection.ts";
import { findDocs, openQuery, readSort } from "../store/queries.ts";
import {
  asWriteError,
  BulkOutcome,
  isAcknowledged,
  isWriteError,
  updateOutcome,
  withMetadata,
  type BulkResult,
  type UpdateOutcome,
} from "./results.ts";
import { transactionOf, writeAlone } from "./session.ts";
import type { Table } from "../store/table.ts";
import { isDoc, toPlainDoc, withReferences, type Doc } from "../values/values.ts";
import type { View } from "../store/view.ts";
import { queryOf, Writer, type Modifier, type Work } from "./writer.ts";

/** The methods of the driver's Collection that mongoose and our stores call. */
export class EmbeddedCollection extends IndexedCollection {
  readonly #engine: Engine;
  readonly #writer: Writer;
  readonly #name: string;
  readonly dbName: string;
  readonly collectionName: string;
  #indexed: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, collectionName: string, dbName: string = defaultDatabase) {
    const name = tableNameOf(dbName, collectionName);
    super(engine, name);
    this.#engine = engine;
    this.#name = name;
    this.#writer = new Writer(this.#name);
    this.dbName = dbName;
    this.collectionName = collectionName;
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
    let changes: Change[] = [];
    const result = await writeAlone(this.#engine, options, (view) => {
      changes = [];
      return action({ view, changes });
    });
    this.#engine.announce(changes);
    return result;
  }

  /** As {@link #write}, for commands that tell of a refusal as the first of their write errors. */
  async #writeOne<T>(options: Options, action: (work: Work) => T): Promise<T> {
    try {
      return await this.#write(options, action);
    } catch (error) {
      throw asWriteError(error);
    }
  }

  async insertOne(
    doc: Doc,
    options: Options = {},
  ): Promise<{ acknowledged: boolean; insertedId: unknown }> {
    const exact = documentOf(doc, options.ignoreUndefined);
    await this.#writeOne(options, (work) => this.#writer.insert(exact, work));
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
    return new EmbeddedFindCursor(
      (wanted) => openQuery(this.#view(options), this.#name, findOf(wanted)),
      { ...options, filter: queryFilter(filter), readAs: readerWith(options) },
    );
  }

  async findOne(filter: unknown = {}, options: Options = {}): Promise<unknown> {
    if (options.explain !== undefined)
      return this.find(filter, { ...options, limit: 1 }).explain(options.explain);
    const query = {
      ...options,
      filter: queryFilter(filter),
      readAs: readerWith(options),
      limit: 1,
    };
    return openQuery(this.#view(options), this.#name, findOf(query)).next()[0] ?? null;
  }

  async #modify(filter: Doc, options: Options, modifier: Modifier): Promise<Modification> {
    return this.#write(options, this.#writer.modify(filter, options, modifier));
  }

  async #update(filter: Doc, options: Options, modifier: Modifier): Promise<UpdateOutcome> {
    const work = this.#writer.modify(filter, options, modifier);
    return updateOutcome(await this.#writeOne(options, work), options);
  }

  async updateOne(filter: unknown, change: unknown, options: Options = {}): Promise<UpdateOutcome> {
    const plain = filterOf("update", filter, change);
    return this.#update(plain, options, this.#writer.updating(plain, change, options));
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
    const plain = filterOf("update", filter, replacement);
    return this.#update(plain, options, this.#writer.replacing(plain, replacement, options));
  }

  async findOneAndUpdate(
    filter: unknown,
    change: unknown,
    options: Options = {},
  ): Promise<unknown> {
    const plain = filterOf("findOneAndUpdate", filter, change);
    const modifier = this.#writer.updating(plain, change, options);
    return answer(await this.#modify(plain, options, modifier), plain, options);
  }

  async findOneAndReplace(
    filter: unknown,
    replacement: unknown,
    options: Options = {},
  ): Promise<unknown> {
    const plain = filterOf("findOneAndReplace", filter, replacement);
    const modifier = this.#writer.replacing(plain, replacement, options);
    return answer(await this.#modify(plain, options, modifier), plain, options);
  }

  async findOneAndDelete(filter: unknown, options: Options = {}): Promise<unknown> {
    const plain = filterOf("findOneAndDelete", filter);
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
    const query = queryOf(filterOf("delete", filter), options);
    const rows = await this.#writeOne(options, this.#writer.remove(query, many));
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
    if (!isDoc(filter))
      throw serverError(15959, "the match filter must be an expression in an object");
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
    const query = queryOf(filterOf("distinct", filter ?? {}), options);
    const docs = findDocs(this.#view(options), this.#name, query);
    const values = docs.flatMap((doc) =>
      candidatesAt(doc, path).filter((value) => !Array.isArray(value)),
    );
    return withReferences(distinctValues(values));
  }

  /** Stages run in memory; a leading `$match` (and `$sort` behind it) reads through an index. */
  aggregate(pipeline: unknown[] = [], options: Options = {}): EmbeddedCursor {
    const from = { database: this.dbName, collection: this.collectionName };
    return new EmbeddedAggregationCursor(
      (wanted) =>
        openPipeline(this.#view(options), from, { stages: stagesOf(wanted), options: wanted }),
      { ...options, stages: pipelineOf(pipeline) },
    );
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
    for (const { fields, expireAfterSeconds: ttl = -1, partial = {} } of this.#table.indexes) {
      const path = fields.length === 1 ? fields[0]?.[0] : undefined;
      if (path === undefined || !(ttl >= 0)) continue;
      const before = { [path]: { $lte: new Date(now.getTime() - ttl * 1000) } };
      expired += (await this.deleteMany({ $and: [before, partial] })).deletedCount;
    }
    return expired;
  }

  /** Creates the collection, so that it exists before its first document. */
  async create(options: Options = {}): Promise<void> {
    const transaction = transactionOf(this.#engine, options);
    if (!transaction) {
      if (this.#table.id === undefined)
        await this.#engine.write((view) => view.table(this.#name).create());
      return;
    }
    transaction.run(({ view }) => {
      const table = view.table(this.#name);
      if (table.id !== undefined)
        throw serverError(48, `Collection ${this.namespace} already exists.`);
      table.create();
    });
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
  const [shown = null] = doc === undefined ? [] : projected([doc], projection, filter);
  return withReferences(shown);
}

function answer(done: Modification, filter: Doc, options: Options): unknown {
  const doc = options.returnDocument === "after" ? done.after : done.before;
  const value = shownAs(doc, filter, options);
  return options.includeResultMetadata === true ? withMetadata(value, done) : value;
}
