import { ObjectId } from "mongodb";
import { EmbeddedCursor, type FindOptions } from "./cursor.ts";
import type { Change, Engine } from "./engine.ts";
import { unsupported } from "./errors.ts";
import { describeIndex, indexSpec } from "./indexes.ts";
import { aggregated, distinctValues, projected } from "./matching.ts";
import { candidatesAt } from "./paths.ts";
import { findRows, openQuery, readSort } from "./queries.ts";
import { BulkOutcome, isWriteError, type UpdateOutcome } from "./results.ts";
import { transactionOf } from "./session.ts";
import type { Table } from "./table.ts";
import { isDoc, toExactDoc, toPlainDoc, type Doc } from "./values.ts";
import type { View } from "./view.ts";
import { withIdFirst, Writer, type Modification, type Options, type Work } from "./writer.ts";

/** The methods of the driver's Collection that mongoose and our stores call. */
export class EmbeddedCollection {
  readonly #engine: Engine;
  readonly #writer: Writer;
  readonly collectionName: string;
  #indexed: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, name: string) {
    this.#engine = engine;
    this.#writer = new Writer(name);
    this.collectionName = name;
  }

  get namespace(): string {
    return `embedded.${this.collectionName}`;
  }

  /** Holds documents back until indexes are made; a failed index is the model's error to report. */
  waitFor(indexes: Promise<unknown>): void {
    this.#indexed = Promise.allSettled([this.#indexed, indexes]);
  }

  get #table(): Table {
    return this.#engine.view.table(this.collectionName);
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
  ): Promise<{ acknowledged: true; insertedId: unknown }> {
    doc._id ??= new ObjectId();
    const exact = withIdFirst(toExactDoc(doc, options.ignoreUndefined));
    await this.#write(options, (work) => this.#writer.insert(exact, work));
    return { acknowledged: true, insertedId: doc._id };
  }

  async insertMany(docs: Doc[], options: Options = {}): Promise<BulkOutcome> {
    return this.bulkWrite(
      docs.map((document) => ({ insertOne: { document } })),
      options,
    );
  }

  find(filter: unknown = {}, options: Options = {}): EmbeddedCursor {
    const plain = toPlainDoc(filter);
    return new EmbeddedCursor(
      (wanted) => openQuery(this.#view(options), this.collectionName, { filter: plain, ...wanted }),
      options,
    );
  }

  async findOne(filter: unknown = {}, options: Options = {}): Promise<unknown> {
    return this.find(filter, { ...options, limit: 1 }).next();
  }

  async updateOne(filter: unknown, change: unknown, options: Options = {}): Promise<UpdateOutcome> {
    const plain = toPlainDoc(filter);
    return outcome(
      await this.#write(
        options,
        this.#writer.modify(plain, options, this.#writer.updating(plain, change, options)),
      ),
    );
  }

  async updateMany(
    filter: unknown,
    change: unknown,
    options: Options = {},
  ): Promise<UpdateOutcome> {
    const plain = toPlainDoc(filter);
    const many = { ...options, many: true };
    return outcome(
      await this.#write(
        options,
        this.#writer.modify(plain, many, this.#writer.updating(plain, change, options)),
      ),
    );
  }

  async replaceOne(
    filter: unknown,
    replacement: unknown,
    options: Options = {},
  ): Promise<UpdateOutcome> {
    const plain = toPlainDoc(filter);
    return outcome(
      await this.#write(
        options,
        this.#writer.modify(plain, options, this.#writer.replacing(plain, replacement, options)),
      ),
    );
  }

  async findOneAndUpdate(
    filter: unknown,
    change: unknown,
    options: Options = {},
  ): Promise<unknown> {
    const plain = toPlainDoc(filter);
    const done = await this.#write(
      options,
      this.#writer.modify(plain, options, this.#writer.updating(plain, change, options)),
    );
    return this.#answer(done, plain, options);
  }

  async findOneAndReplace(
    filter: unknown,
    replacement: unknown,
    options: Options = {},
  ): Promise<unknown> {
    const plain = toPlainDoc(filter);
    const done = await this.#write(
      options,
      this.#writer.modify(plain, options, this.#writer.replacing(plain, replacement, options)),
    );
    return this.#answer(done, plain, options);
  }

  async findOneAndDelete(filter: unknown, options: Options = {}): Promise<unknown> {
    const plain = toPlainDoc(filter);
    const [row] = await this.#write(
      options,
      this.#writer.remove({ filter: plain, sort: options.sort }, false),
    );
    const done = {
      matched: row ? 1 : 0,
      modified: 0,
      before: row?.doc,
      after: undefined,
      upsertedId: null,
    };
    return this.#answer(done, plain, { ...options, returnDocument: "before" });
  }

  #answer(done: Modification, filter: Doc, options: Options): unknown {
    const doc = options.returnDocument === "after" ? done.after : done.before;
    const value =
      doc === undefined ? null : (projected([doc], options.projection, filter)[0] ?? null);
    if (options.includeResultMetadata !== true) return value;
    const upserted = done.upsertedId === null ? {} : { upserted: done.upsertedId };
    const n = done.matched || (done.upsertedId === null ? 0 : 1);
    return { value, ok: 1, lastErrorObject: { n, updatedExisting: done.matched > 0, ...upserted } };
  }

  async deleteOne(
    filter: unknown = {},
    options: Options = {},
  ): Promise<{ acknowledged: true; deletedCount: number }> {
    const rows = await this.#write(
      options,
      this.#writer.remove({ filter: toPlainDoc(filter) }, false),
    );
    return { acknowledged: true, deletedCount: rows.length };
  }

  async deleteMany(
    filter: unknown = {},
    options: Options = {},
  ): Promise<{ acknowledged: true; deletedCount: number }> {
    const rows = await this.#write(
      options,
      this.#writer.remove({ filter: toPlainDoc(filter) }, true),
    );
    return { acknowledged: true, deletedCount: rows.length };
  }

  /** One transaction, operation by operation; an ordered bulk stops at its first failure. */
  async bulkWrite(operations: Doc[], options: Options = {}): Promise<BulkOutcome> {
    const steps = operations.map((operation, index) =>
      this.#writer.bulkStep(operation, index, options),
    );
    const result = await this.#write(options, (work) => {
      const bulk = new BulkOutcome();
      for (const [index, step] of steps.entries()) {
        try {
          step(bulk, work);
        } catch (error) {
          if (!isWriteError(error)) throw error;
          bulk.fail(index, error, operations[index]);
          if (options.ordered !== false) break;
        }
      }
      return bulk;
    });
    const error = result.toError();
    if (error) throw error;
    return result;
  }

  async countDocuments(filter: unknown = {}, options: Options = {}): Promise<number> {
    const plain = toPlainDoc(filter);
    if (Object.keys(plain).length === 0 && !options.limit && !options.skip)
      return this.#view(options).table(this.collectionName).count();
    const { session } = options;
    const found = this.find(plain, { ...pageOf(options), session, projection: { _id: 1 } });
    return (await found.toArray()).length;
  }

  async estimatedDocumentCount(): Promise<number> {
    return this.#table.count();
  }

  async distinct(path: string, filter: unknown = {}, options: Options = {}): Promise<unknown[]> {
    const rows = findRows(this.#view(options), this.collectionName, { filter: toPlainDoc(filter) });
    const values = rows.flatMap(({ doc }) =>
      candidatesAt(doc, path).filter((value) => !Array.isArray(value)),
    );
    return distinctValues(values);
  }

  /** Stages run in memory; a leading `$match` (and `$sort` behind it) reads through an index. */
  aggregate(pipeline: unknown[] = [], options: Options = {}): EmbeddedCursor {
    const stages = pipeline.map((stage) => toPlainDoc(stage));
    const refused = stages
      .flatMap((stage) => Object.keys(stage))
      .find((name) => name === "$out" || name === "$merge");
    if (refused) throw unsupported(`the aggregation stage ${refused}`);
    return new EmbeddedCursor(() => {
      const first = stages[0]?.$match;
      const filter = isDoc(first) ? first : {};
      const rest = isDoc(first) ? stages.slice(1) : stages;
      const sort = isDoc(rest[0]?.$sort) ? rest[0].$sort : undefined;
      const all = (name: string) =>
        findRows(this.#view(options), name, { filter: {} }).map(({ doc }) => doc);
      let pending = true;
      return {
        next: () => {
          if (!pending) return [];
          pending = false;
          const rows = findRows(this.#view(options), this.collectionName, { filter, sort });
          return aggregated(
            rows.map(({ doc }) => doc),
            sort ? rest.slice(1) : rest,
            all,
          );
        },
        explain: () =>
          openQuery(this.#view(options), this.collectionName, { filter, sort }).explain(),
      };
    });
  }

  async createIndex(keys: unknown, options: Options = {}): Promise<string> {
    const definition = { ...options };
    return this.#engine.write((view) =>
      view.table(this.collectionName).addIndex((id) => indexSpec(id, keys, definition)),
    );
  }

  async dropIndex(name: string): Promise<void> {
    const dropped = await this.#engine.write((view) =>
      view.table(this.collectionName).dropIndex(name),
    );
    // Only when no reader uses the index any more may its keys go.
    await this.#engine.write((view) => view.table(this.collectionName).clearIndex(dropped));
  }

  async dropIndexes(): Promise<boolean> {
    for (const { name } of this.#table.indexes.slice(1)) await this.dropIndex(name);
    return true;
  }

  listIndexes(): EmbeddedCursor {
    let pending = this.#table.indexes.map((spec) => describeIndex(spec));
    return new EmbeddedCursor(() => ({ next: () => pending.splice(0), explain: () => ({}) }));
  }

  async indexes(): Promise<unknown[]> {
    return this.listIndexes().toArray();
  }

  async indexInformation(): Promise<Doc> {
    return Object.fromEntries(this.#table.indexes.map(({ name, fields }) => [name, fields]));
  }

  async drop(): Promise<boolean> {
    await this.#write({}, ({ view }) => view.table(this.collectionName).drop());
    return true;
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
      await this.#engine.write((view) => view.table(this.collectionName).create());
  }
}

function pageOf({ sort, skip, limit }: Options): FindOptions {
  return {
    ...(sort === undefined ? {} : { sort: readSort(sort) }),
    ...(skip === undefined ? {} : { skip }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function outcome(done: Modification): UpdateOutcome {
  return {
    acknowledged: true,
    matchedCount: done.matched,
    modifiedCount: done.modified,
    upsertedCount: done.upsertedId === null ? 0 : 1,
    upsertedId: done.upsertedId,
  };
}
