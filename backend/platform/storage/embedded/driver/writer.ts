import { MongoInvalidArgumentError, ObjectId } from "mongodb";
import type { Change } from "../store/engine.ts";
import type { Modification, Options } from "./options.ts";
import { findFirst, findRows, type Query } from "../store/queries.ts";
import type { BulkOutcome } from "./results.ts";
import type { Row } from "../store/row.ts";
import {
  refuseUnstorable,
  replaced,
  updated,
  upserted,
  upsertedReplacement,
  type Update,
} from "../language/updates.ts";
import { isDoc, promoted, toExact, toExactDoc, toPlainDoc, type Doc } from "../values/values.ts";
import type { View } from "../store/view.ts";

/** How a matching document, or none, becomes another. */
export interface Modifier {
  change(doc: Doc): Doc;
  insert(): Doc;
}

/** Where a step runs, and what it tells of afterwards. */
export interface Work {
  readonly view: View;
  readonly changes: Change[];
}

/** An operation of a bulk, and what the driver remembers of it with an error. */
export interface BulkStep {
  readonly op: unknown;
  run(bulk: BulkOutcome, work: Work): void;
}

/** What of an operation's options decides which documents it meets. */
export function queryOf(filter: Doc, { sort, hint, collation }: Options): Query {
  return { filter, sort, hint, collation };
}

/** The driver looks at the first key only; a pipeline is an update too. */
function isAtomic(change: unknown): boolean {
  if (Array.isArray(change)) return change.some(isAtomic);
  return isDoc(change) && (Object.keys(change)[0]?.startsWith("$") ?? false);
}

/** A document as it is stored: `_id` in front. */
export function withIdFirst(doc: Doc): Doc {
  const { _id, ...rest } = doc;
  return { _id, ...rest };
}

/** The writing half of a collection; every method runs, or returns what runs, inside one write. */
export class Writer {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Stores a document. */
  insert(doc: Doc, { view, changes }: Work): void {
    refuseUnstorable(doc);
    view.table(this.#name).insert(doc);
    changes.push({ collection: this.#name, kind: "insert", id: promoted(doc._id) });
  }

  /** Changes the first or all matching documents; inserts one when none matches and `upsert` is set. */
  modify(
    filter: Doc,
    options: Options & { many?: boolean },
    modifier: Modifier,
  ): (work: Work) => Modification {
    return (work) => {
      const query = queryOf(filter, options);
      const rows = (options.many ? findRows : findFirst)(work.view, this.#name, query);
      let modified = 0;
      let after: Doc | undefined;
      const table = work.view.table(this.#name);
      for (const row of rows) {
        const exact = table.exactly(row);
        after = modifier.change(exact.doc);
        refuseUnstorable(after);
        if (table.update(exact, after)) {
          modified++;
          work.changes.push({ collection: this.#name, kind: "update", id: row.doc._id });
        }
      }
      after = promoted(after);
      if (rows.length > 0 || !options.upsert) {
        return { matched: rows.length, modified, before: rows[0]?.doc, after, upsertedId: null };
      }
      const inserted = withIdFirst(modifier.insert());
      this.insert(inserted, work);
      return {
        matched: 0,
        modified: 0,
        before: undefined,
        after: promoted(inserted),
        upsertedId: promoted(inserted._id),
      };
    };
  }

  /** How update operators, or a pipeline, change a document. */
  updating(filter: Doc, change: unknown, options: Options): Modifier {
    const exact = toExact(change, options.ignoreUndefined);
    if (!isAtomic(exact))
      throw new MongoInvalidArgumentError("Update document requires atomic operators");
    const arrayFilters = (options.arrayFilters ?? []).map((part) => toPlainDoc(part));
    const update: Update = { change: exact as Doc, filter, arrayFilters, now: new Date() };
    return { change: (doc) => updated(doc, update), insert: () => upserted(filter, update) };
  }

  /** How a replacement takes a document's place. */
  replacing(filter: Doc, replacement: unknown, options: Options): Modifier {
    const exact = toExactDoc(replacement, options.ignoreUndefined);
    if (isAtomic(exact))
      throw new MongoInvalidArgumentError("Replacement document must not contain atomic operators");
    return {
      change: (doc) => replaced(doc, exact),
      insert: () => upsertedReplacement(filter, exact),
    };
  }

  /** Removes the first or all matching documents and tells which. */
  remove(query: Query, many: boolean): (work: Work) => Row[] {
    return ({ view, changes }) => {
      const rows = (many ? findRows : findFirst)(view, this.#name, query);
      for (const row of rows) {
        view.table(this.#name).remove(row);
        changes.push({ collection: this.#name, kind: "delete", id: row.doc._id });
      }
      return rows;
    };
  }

  /** One operation of a bulk write, checked now and run later. */
  bulkStep(operation: unknown, index: number, outer: Options): BulkStep {
    const [kind, body] = isDoc(operation) ? (Object.entries(operation)[0] ?? []) : [];
    if (kind === undefined || !isDoc(body))
      throw new MongoInvalidArgumentError("Operation must be an object with an operation key");
    const ignoreUndefined = outer.ignoreUndefined === true;
    const options: Options = { ...(body as Options), ignoreUndefined };
    if (kind === "insertOne")
      return this.#bulkInsert((body.document ?? body) as Doc, index, options);
    const filter = toPlainDoc(body.filter);
    if (kind === "deleteOne" || kind === "deleteMany") {
      const remove = this.remove(queryOf(filter, options), kind === "deleteMany");
      const op = { q: body.filter, limit: kind === "deleteMany" ? 0 : 1 };
      return { op, run: ({ raw }, work) => void (raw.nRemoved += remove(work).length) };
    }
    if (kind !== "updateOne" && kind !== "updateMany" && kind !== "replaceOne")
      throw new MongoInvalidArgumentError(
        "bulkWrite only supports insertOne, updateOne, updateMany, deleteOne, deleteMany",
      );
    const isReplacement = kind === "replaceOne";
    const modifier = isReplacement
      ? this.replacing(filter, body.replacement, options)
      : this.updating(filter, body.update, options);
    const many = kind === "updateMany";
    const modify = this.modify(filter, { ...options, many }, modifier);
    const u = isReplacement ? body.replacement : body.update;
    const op = { q: body.filter, u, multi: many, upsert: options.upsert ?? false };
    return { op, run: (bulk, work) => bulk.modified(index, modify(work)) };
  }

  #bulkInsert(doc: Doc, index: number, options: Options): BulkStep {
    doc._id ??= new ObjectId();
    const exact = withIdFirst(toExactDoc(doc, options.ignoreUndefined));
    const run = ({ raw }: BulkOutcome, work: Work) => {
      raw.insertedIds.push({ index, _id: doc._id });
      this.insert(exact, work);
      raw.nInserted++;
    };
    return { op: doc, run };
  }
}
