import { MongoInvalidArgumentError } from "mongodb";
import { documentOf, filterOf, replacementOf, withIdFirst } from "./arguments.ts";
import type { Change } from "../store/engine.ts";
import type { Modification, Options } from "./options.ts";
import { findFirst, findRows, type Query } from "../store/queries.ts";
import { statements, type BulkOutcome } from "./results.ts";
import type { Row } from "../store/row.ts";
import { encoded } from "../store/table.ts";
import { tooLarge } from "../values/errors.ts";
import { planOf } from "../language/update-plan.ts";
import {
  refuseUnstorable,
  replaced,
  updated,
  upserted,
  upsertedReplacement,
} from "../language/updates.ts";
import {
  isDoc,
  maxDocumentBytes,
  promoted,
  toExact,
  toPlainDoc,
  type Doc,
} from "../values/values.ts";
import type { View } from "../store/view.ts";

/** In the order in which the driver looks for them. */
const bulkKinds = [
  "insertOne",
  "replaceOne",
  "updateOne",
  "updateMany",
  "deleteOne",
  "deleteMany",
] as const;

/** Reads, or refuses, how a matching document, or none, becomes another. */
export type Modifier = () => { change(doc: Doc): Doc; insert(): Doc };

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

/** The writing half of a collection; every method runs, or returns what runs, inside one write. */
export class Writer {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  /** Stores a document. */
  insert(doc: Doc, { view, changes }: Work, value = encoded(doc, tooLarge.insert)): void {
    refuseUnstorable(doc);
    view.table(this.#name).insert(doc, value);
    changes.push({ collection: this.#name, kind: "insert", id: promoted(doc._id) });
  }

  /** Changes the first or all matching documents; inserts one when none matches and `upsert` is set. */
  modify(
    filter: Doc,
    options: Options & { many?: boolean },
    modifier: Modifier,
  ): (work: Work) => Modification {
    return (work) => {
      const { change, insert } = modifier();
      const query = queryOf(filter, options);
      const rows = (options.many ? findRows : findFirst)(work.view, this.#name, query);
      let modified = 0;
      let after: Doc | undefined;
      const table = work.view.table(this.#name);
      for (const row of rows) {
        const exact = table.exactly(row);
        after = change(exact.doc);
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
      const inserted = withIdFirst(insert());
      this.insert(inserted, work, encoded(inserted, tooLarge.upsert));
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
    return () => {
      const update = { plan: planOf(exact as Doc, arrayFilters), filter, now: new Date() };
      return { change: (doc) => updated(doc, update), insert: () => upserted(filter, update) };
    };
  }

  /** How a replacement takes a document's place. */
  replacing(filter: Doc, replacement: unknown, options: Options): Modifier {
    const exact = replacementOf(replacement, options.ignoreUndefined);
    if (isAtomic(exact))
      throw new MongoInvalidArgumentError("Replacement document must not contain atomic operators");
    return () => ({
      change: (doc) => replaced(doc, exact),
      insert: () => upsertedReplacement(filter, exact),
    });
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
    const refuse = (why: string) => new MongoInvalidArgumentError(why);
    if (typeof operation !== "object" || operation === null)
      throw refuse("Operation must be an object with an operation key");
    const kind = bulkKinds.find((name) => name in operation);
    if (kind === undefined)
      throw refuse(
        "bulkWrite only supports insertOne, updateOne, updateMany, deleteOne, deleteMany",
      );
    const body = (operation as Doc)[kind];
    if (!isDoc(body)) throw refuse("Operation must be an object with an operation key");
    const options: Options = {
      ...(body as Options),
      ignoreUndefined: outer.ignoreUndefined === true,
    };
    if (kind === "insertOne")
      return this.#bulkInsert((body.document ?? body) as Doc, index, options);
    if ("q" in body) throw refuse("Raw operations are not allowed");
    const many = kind.endsWith("Many");
    if (kind === "deleteOne" || kind === "deleteMany") {
      const query = queryOf(filterOf("delete", body.filter), options);
      const op = statements.ofDelete(body.filter, { ...options, limit: many ? 0 : 1 });
      const remove = this.remove(query, many);
      return { op, run: ({ raw }, work) => void (raw.nRemoved += remove(work).length) };
    }
    const change = kind === "replaceOne" ? body.replacement : body.update;
    const filter = filterOf("update", body.filter, change);
    if (kind === "replaceOne" && isAtomic(change))
      throw refuse("Replacement document must not use atomic operators");
    const modifier = this[kind === "replaceOne" ? "replacing" : "updating"](
      filter,
      change,
      options,
    );
    const modify = this.modify(filter, { ...options, many }, modifier);
    const op = statements.ofUpdate(body.filter, change, { ...options, multi: many });
    return { op, run: (bulk, work) => bulk.modified(index, modify(work)) };
  }

  #bulkInsert(doc: Doc, index: number, options: Options): BulkStep {
    const exact = documentOf(doc, options.ignoreUndefined);
    const refusal = `Document is larger than the maximum size ${maxDocumentBytes}`;
    const value = encoded(exact, () => new MongoInvalidArgumentError(refusal));
    const run = ({ raw }: BulkOutcome, work: Work) => {
      raw.insertedIds.push({ index, _id: doc._id });
      this.insert(exact, work, value);
      raw.nInserted++;
    };
    return { op: doc, run };
  }
}
