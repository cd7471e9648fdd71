import { ObjectId } from "mongodb";
import { EmbeddedCursor, type FindOptions } from "./cursor.ts";
import type { Change, Engine } from "./engine.ts";
import { serverError, unsupported } from "./errors.ts";
import { describeIndex, indexSpec } from "./indexes.ts";
import { aggregated, distinctValues, projected } from "./matching.ts";
import { candidatesAt } from "./paths.ts";
import { findFirst, findRows, openQuery, readSort } from "./queries.ts";
import { BulkOutcome, isWriteError, type UpdateOutcome } from "./results.ts";
import type { Row, Table } from "./table.ts";
import { replaced, updated, upserted, upsertedReplacement, type Update } from "./updates.ts";
import { hasOperators, isDoc, toPlain, toPlainDoc, type Doc } from "./values.ts";

/** Options of the driver's methods that the engine honours; the others concern servers. */
export interface Options extends FindOptions {
  upsert?: boolean;
  arrayFilters?: unknown[];
  ordered?: boolean;
  ignoreUndefined?: boolean;
  returnDocument?: "before" | "after";
  includeResultMetadata?: boolean;
  session?: unknown;
  [other: string]: unknown;
}

interface Modification {
  readonly matched: number;
  readonly modified: number;
  readonly before: Doc | undefined;
  readonly after: Doc | undefined;
  readonly upsertedId: unknown;
}

/** How a matching document, or none, becomes another. */
interface Modifier {
  change(doc: Doc): Doc;
  insert(): Doc;
}

function refuseSession(options: Options): void {
  if (options.session !== undefined && options.session !== null)
    throw unsupported("sessions and transactions");
}

/** The methods of the driver's Collection that mongoose and our stores call. */
export class EmbeddedCollection {
  readonly #engine: Engine;
  readonly collectionName: string;
  #indexed: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, name: string) {
    this.#engine = engine;
    this.collectionName = name;
  }

  get namespace(): string {
    return this.collectionName;
  }

  /** Holds documents back until indexes are made; a failed index is the model's error to report. */
  waitFor(indexes: Promise<unknown>): void {
    this.#indexed = Promise.allSettled([this.#indexed, indexes]);
  }

  get #table(): Table {
    return this.#engine.table(this.collectionName);
  }

  /** Runs one operation in a durable transaction and then tells listeners. */
  async #write<T>(options: Options, action: (changes: Change[]) => T): Promise<T> {
    refuseSession(options);
    await this.#indexed;
    const changes: Change[] = [];
    const result = await this.#engine.write(() => action(changes));
    this.#engine.announce(changes);
    return result;
  }

  #insert(doc: Doc, changes: Change[]): void {
    if (Array.isArray(doc._id)) throw serverError(53, "The '_id' value cannot be of type array");
    this.#table.insert(doc);
    changes.push({ collection: this.collectionName, kind: "insert", id: doc._id });
  }

  async insertOne(
    doc: Doc,
    options: Options = {},
  ): Promise<{ acknowledged: true; insertedId: unknown }> {
    doc._id ??= new ObjectId();
    const plain = withIdFirst(toPlainDoc(doc, options.ignoreUndefined));
    await this.#write(options, (changes) => this.#insert(plain, changes));
    return { acknowledged: true, insertedId: doc._id };
  }

  async insertMany(docs: Doc[], options: Options = {}): Promise<BulkOutcome> {
    return this.bulkWrite(
      docs.map((document) => ({ insertOne: { document } })),
      options,
    );
  }

  find(filter: unknown = {}, options: Options = {}): EmbeddedCursor {
    refuseSession(options);
    const plain = toPlainDoc(filter);
    return new EmbeddedCursor(
      (wanted) => openQuery(this.#engine, this.#table, { filter: plain, ...wanted }),
      options,
    );
  }

  async findOne(filter: unknown = {}, options: Options = {}): Promise<unknown> {
    return this.find(filter, { ...options, limit: 1 }).next();
  }

  #modify(
    filter: Doc,
    options: Options & { many?: boolean },
    modifier: Modifier,
  ): (changes: Change[]) => Modification {
    return (changes) => {
      const query = { filter, sort: options.sort };
      const rows = options.many
        ? findRows(this.#engine, this.#table, query)
        : findFirst(this.#engine, this.#table, query);
      let modified = 0;
      let after: Doc | undefined;
      for (const row of rows) {
        after = modifier.change(row.doc);
        if (this.#table.update(row, after)) {
          modified++;
          changes.push({ collection: this.collectionName, kind: "update", id: after._id });
        }
      }
      if (rows.length > 0 || !options.upsert) {
        return { matched: rows.length, modified, before: rows[0]?.doc, after, upsertedId: null };
      }
      const inserted = withIdFirst(modifier.insert());
      this.#insert(inserted, changes);
      return {
        matched: 0,
        modified: 0,
        before: undefined,
        after: inserted,
        upsertedId: inserted._id,
      };
    };
  }

  #updating(filter: Doc, change: unknown, options: Options): Modifier {
    const plain = toPlain(change, options.ignoreUndefined);
    if (!Array.isArray(plain) && !hasOperators(plain)) {
      throw serverError(9, "Update document requires atomic operators");
    }
    const arrayFilters = (options.arrayFilters ?? []).map((part) => toPlainDoc(part));
    const update: Update = {
      change: plain as Doc,
      positions: { filter, arrayFilters },
      now: new Date(),
    };
    return { change: (doc) => updated(doc, update), insert: () => upserted(filter, update) };
  }

  #replacing(filter: Doc, replacement: unknown, options: Options): Modifier {
    const plain = toPlainDoc(replacement, options.ignoreUndefined);
    if (hasOperators(plain))
      throw serverError(9, "Replacement document must not contain atomic operators");
    return {
      change: (doc) => replaced(doc, plain),
      insert: () => upsertedReplacement(filter, plain),
    };
  }

  async updateOne(filter: unknown, change: unknown, options: Options = {}): Promise<UpdateOutcome> {
    const plain = toPlainDoc(filter);
    return outcome(
      await this.#write(
        options,
        this.#modify(plain, options, this.#updating(plain, change, options)),
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
      await this.#write(options, this.#modify(plain, many, this.#updating(plain, change, options))),
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
        this.#modify(plain, options, this.#replacing(plain, replacement, options)),
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
      this.#modify(plain, options, this.#updating(plain, change, options)),
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
      this.#modify(plain, options, this.#replacing(plain, replacement, options)),
    );
    return this.#answer(done, plain, options);
  }

  async findOneAndDelete(filter: unknown, options: Options = {}): Promise<unknown> {
    const plain = toPlainDoc(filter);
    const [row] = await this.#write(
      options,
      this.#remove({ filter: plain, sort: options.sort }, false),
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

  #remove(query: { filter: Doc; sort?: unknown }, many: boolean): (changes: Change[]) => Row[] {
    return (changes) => {
      const rows = many
        ? findRows(this.#engine, this.#table, query)
        : findFirst(this.#engine, this.#table, query);
      for (const row of rows) {
        this.#table.remove(row);
        changes.push({ collection: this.collectionName, kind: "delete", id: row.doc._id });
      }
      return rows;
    };
  }

  async deleteOne(
    filter: unknown = {},
    options: Options = {},
  ): Promise<{ acknowledged: true; deletedCount: number }> {
    const rows = await this.#write(options, this.#remove({ filter: toPlainDoc(filter) }, false));
    return { acknowledged: true, deletedCount: rows.length };
  }

  async deleteMany(
    filter: unknown = {},
    options: Options = {},
  ): Promise<{ acknowledged: true; deletedCount: number }> {
    const rows = await this.#write(options, this.#remove({ filter: toPlainDoc(filter) }, true));
    return { acknowledged: true, deletedCount: rows.length };
  }

  /** One transaction, operation by operation; an ordered bulk stops at its first failure. */
  async bulkWrite(operations: Doc[], options: Options = {}): Promise<BulkOutcome> {
    const steps = operations.map((operation, index) => this.#bulkStep(operation, index, options));
    const result = await this.#write(options, (changes) => {
      const bulk = new BulkOutcome();
      for (const [index, step] of steps.entries()) {
        try {
          step(bulk, changes);
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

  #bulkStep(
    operation: Doc,
    index: number,
    outer: Options,
  ): (bulk: BulkOutcome, changes: Change[]) => void {
    const [kind, body] = Object.entries(operation)[0] ?? [];
    if (kind === undefined || !isDoc(body))
      throw serverError(9, "A bulk operation must name what it does");
    const options: Options = {
      ...(body as Options),
      ignoreUndefined: outer.ignoreUndefined === true,
    };
    if (kind === "insertOne") return this.#bulkInsert(body.document as Doc, index, options);
    const filter = toPlainDoc(body.filter);
    if (kind === "deleteOne" || kind === "deleteMany") {
      const remove = this.#remove({ filter }, kind === "deleteMany");
      return (bulk, changes) => void (bulk.deletedCount += remove(changes).length);
    }
    if (kind !== "updateOne" && kind !== "updateMany" && kind !== "replaceOne")
      throw unsupported(`bulk ${kind}`);
    const modifier =
      kind === "replaceOne"
        ? this.#replacing(filter, body.replacement, options)
        : this.#updating(filter, body.update, options);
    const modify = this.#modify(filter, { ...options, many: kind === "updateMany" }, modifier);
    return (bulk, changes) => {
      const done = modify(changes);
      bulk.matchedCount += done.matched;
      bulk.modifiedCount += done.modified;
      if (done.upsertedId === null) return;
      bulk.upsertedCount++;
      bulk.upsertedIds[index] = done.upsertedId;
    };
  }

  #bulkInsert(
    doc: Doc,
    index: number,
    options: Options,
  ): (bulk: BulkOutcome, changes: Change[]) => void {
    doc._id ??= new ObjectId();
    const plain = withIdFirst(toPlainDoc(doc, options.ignoreUndefined));
    return (bulk, changes) => {
      this.#insert(plain, changes);
      bulk.insertedCount++;
      bulk.insertedIds[index] = doc._id;
    };
  }

  async countDocuments(filter: unknown = {}, options: Options = {}): Promise<number> {
    const plain = toPlainDoc(filter);
    if (Object.keys(plain).length === 0 && !options.limit && !options.skip)
      return this.#table.count();
    return (await this.find(plain, { ...pageOf(options), projection: { _id: 1 } }).toArray())
      .length;
  }

  async estimatedDocumentCount(): Promise<number> {
    return this.#table.count();
  }

  async distinct(path: string, filter: unknown = {}): Promise<unknown[]> {
    const rows = findRows(this.#engine, this.#table, { filter: toPlainDoc(filter) });
    const values = rows.flatMap(({ doc }) =>
      candidatesAt(doc, path).filter((value) => !Array.isArray(value)),
    );
    return distinctValues(values);
  }

  /** Stages run in memory; a leading `$match` (and `$sort` behind it) reads through an index. */
  aggregate(pipeline: unknown[] = [], options: Options = {}): EmbeddedCursor {
    refuseSession(options);
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
        findRows(this.#engine, this.#engine.table(name), { filter: {} }).map(({ doc }) => doc);
      let pending = true;
      return {
        next: () => {
          if (!pending) return [];
          pending = false;
          const rows = findRows(this.#engine, this.#table, { filter, sort });
          return aggregated(
            rows.map(({ doc }) => doc),
            sort ? rest.slice(1) : rest,
            all,
          );
        },
        explain: () => openQuery(this.#engine, this.#table, { filter, sort }).explain(),
      };
    });
  }

  async createIndex(keys: unknown, options: Options = {}): Promise<string> {
    const definition = { ...options };
    return this.#engine.write(() => this.#table.addIndex((id) => indexSpec(id, keys, definition)));
  }

  async dropIndex(name: string): Promise<void> {
    await this.#engine.write(() => this.#table.dropIndex(name));
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
    await this.#write({}, () => this.#table.drop());
    return true;
  }

  /** Creates the collection, so that it exists before its first document. */
  async create(): Promise<void> {
    if (this.#table.id === undefined) await this.#engine.write(() => this.#table.create());
  }
}

function pageOf({ sort, skip, limit }: Options): FindOptions {
  return {
    ...(sort === undefined ? {} : { sort: readSort(sort) }),
    ...(skip === undefined ? {} : { skip }),
    ...(limit === undefined ? {} : { limit }),
  };
}

function withIdFirst(doc: Doc): Doc {
  const { _id, ...rest } = doc;
  return { _id, ...rest };
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
