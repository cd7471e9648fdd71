import { MongoInvalidArgumentError, ObjectId } from "mongodb";
import { serverError } from "../values/errors.ts";
import { bsonType, isDoc, toExactDoc, toPlain, toPlainDoc } from "../values/values.ts";
import { typeName, type Doc } from "../values/values.ts";

interface Door {
  /** What the server calls the filter. */
  readonly field: string;
  /** What the driver says of a filter, and of a change, that is no object; it leaves the others to the server. */
  readonly filter?: string;
  readonly change?: string;
}

const findAndModify = {
  field: "findAndModify.query",
  filter: 'Argument "filter" must be an object',
};
const doors = {
  find: { field: "find.filter" },
  distinct: { field: "distinct.query" },
  delete: { field: "delete.deletes.q" },
  update: {
    field: "update.updates.q",
    filter: "Selector must be a valid JavaScript object",
    change: "Document must be a valid JavaScript object",
  },
  findOneAndDelete: findAndModify,
  findOneAndUpdate: { ...findAndModify, change: 'Argument "update" must be an object' },
  findOneAndReplace: { ...findAndModify, change: 'Argument "replacement" must be an object' },
} satisfies Record<string, Door>;

function assertObject(value: unknown, refusal: string | undefined): void {
  if (refusal !== undefined && (typeof value !== "object" || value === null))
    throw new MongoInvalidArgumentError(refusal);
}

function wrongType(field: string, value: unknown): Error {
  const types = `wrong type '${typeName(value)}', expected type 'object'`;
  return serverError(14, `BSON field '${field}' is the ${types}`);
}

/**
 * A command's filter as plain values. What is none must never pass for `{}`, which everything matches.
 * @throws {MongoInvalidArgumentError} for what the driver refuses of a filter, or of the change beside it
 * @throws {MongoServerError} 14 or 40414 — for what the server does
 */
export function filterOf(command: keyof typeof doors, filter: unknown, change?: unknown): Doc {
  const door: Door = doors[command];
  assertObject(filter, door.filter);
  if (door.change !== undefined) assertObject(change, door.change);
  const plain = toPlainDoc(filter);
  if (Object.keys(plain).length > 0) return plain;
  const given = toPlain(filter);
  if (isDoc(given)) return plain;
  if (given !== null) throw wrongType(door.field, given);
  throw serverError(40414, `BSON field '${door.field}' is missing but a required field`);
}

/** The filter of a query, which may be null for all documents, or an ObjectId. @throws {MongoInvalidArgumentError} for others */
export function queryFilter(filter: unknown): Doc {
  if (filter === null) return {};
  if (typeof filter !== "object" || Array.isArray(filter))
    throw new MongoInvalidArgumentError("Query filter must be a plain object or ObjectId");
  return filterOf("find", bsonType(filter) === "ObjectId" ? { _id: filter } : filter);
}

/** A document as it is stored, `_id` in front; it gets one if it has none. @throws {MongoServerError} 14 — when it is no document */
export function documentOf(doc: Doc, ignoreUndefined: boolean | undefined): Doc {
  doc._id ??= new ObjectId();
  const exact = toExactDoc(doc, ignoreUndefined);
  if (exact._id === undefined) throw wrongType("insert.documents.0", doc);
  return withIdFirst(exact);
}

/** A replacement's fields. @throws {MongoServerError} 9 — when it is no document */
export function replacementOf(replacement: unknown, ignoreUndefined: boolean | undefined): Doc {
  const exact = toExactDoc(replacement, ignoreUndefined);
  if (Object.keys(exact).length === 0 && !isDoc(toPlain(replacement)))
    throw serverError(9, "Update argument must be either an object or an array");
  return exact;
}

/** A document as it is stored: `_id` in front. */
export function withIdFirst(doc: Doc): Doc {
  const { _id, ...rest } = doc;
  return { _id, ...rest };
}
