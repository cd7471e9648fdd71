import { createRequire } from "node:module";
import { MongoBulkWriteError, MongoServerError } from "mongodb";
import { isDoc, type Doc } from "../values/values.ts";
import type { Modification, Options } from "./options.ts";

/** What an update did, as the driver reports it. */
export interface UpdateOutcome {
  acknowledged: boolean;
  matchedCount: number;
  modifiedCount: number;
  upsertedCount: number;
  upsertedId: unknown;
}

/** False when the caller asked for no answer (`w: 0`); the write is durable all the same. */
export function isAcknowledged({ w, writeConcern }: Options): boolean {
  return w !== 0 && !(isDoc(writeConcern) && writeConcern.w === 0);
}

/** What a modification did, in the driver's words. */
export function updateOutcome(done: Modification, options: Options): UpdateOutcome {
  const { matched, modified, upsertedId } = done;
  return {
    acknowledged: isAcknowledged(options),
    matchedCount: matched,
    modifiedCount: modified,
    upsertedCount: upsertedId === null ? 0 : 1,
    upsertedId,
  };
}

interface IdAt {
  readonly index: number;
  readonly _id: unknown;
}

interface FailedAt {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
  readonly op: unknown;
}

/** The counts from which the driver makes its results. */
interface RawBulk {
  ok: 1;
  writeErrors: { readonly index: number; readonly err: FailedAt }[];
  writeConcernErrors: [];
  insertedIds: IdAt[];
  upserted: IdAt[];
  nInserted: number;
  nUpserted: number;
  nMatched: number;
  nModified: number;
  nRemoved: number;
}

/** The driver's own BulkWriteResult, which it keeps to itself and mongoose takes from there too. */
export interface BulkResult {
  readonly acknowledged?: boolean;
  readonly insertedCount: number;
  readonly insertedIds: Record<number, unknown>;
}

const require = createRequire(import.meta.url);
const driver = require("mongodb/lib/bulk/common") as {
  BulkWriteResult: new (raw: RawBulk, isOrdered: boolean) => BulkResult;
  WriteError: new (failed: FailedAt) => { readonly index: number; readonly err: FailedAt };
};
const updates = require("mongodb/lib/operations/update") as {
  makeUpdateStatement(filter: unknown, change: unknown, options: Options): Doc;
};
const deletes = require("mongodb/lib/operations/delete") as {
  makeDeleteStatement(filter: unknown, options: Options): Doc;
};

/** The operations of a bulk as the driver sends them, and shows them with their errors. */
export const statements = {
  ofUpdate: updates.makeUpdateStatement,
  ofDelete: deletes.makeDeleteStatement,
};

/** Counts and ids of a running bulk write. */
export class BulkOutcome {
  readonly raw: RawBulk = {
    ok: 1,
    writeErrors: [],
    writeConcernErrors: [],
    insertedIds: [],
    upserted: [],
    nInserted: 0,
    nUpserted: 0,
    nMatched: 0,
    nModified: 0,
    nRemoved: 0,
  };

  /** Notes what an update or replacement did. */
  modified(index: number, done: Modification): void {
    this.raw.nMatched += done.matched;
    this.raw.nModified += done.modified;
    if (done.upsertedId === null) return;
    this.raw.nUpserted++;
    this.raw.upserted.push({ index, _id: done.upsertedId });
  }

  /** Notes a failed operation. */
  fail(index: number, error: MongoServerError, op: unknown): void {
    const code = typeof error.code === "number" ? error.code : 8;
    this.raw.writeErrors.push(new driver.WriteError({ index, code, errmsg: error.message, op }));
  }

  /**
   * The result a caller gets.
   * @throws {MongoBulkWriteError} when an operation failed; it carries the result
   */
  result(isOrdered: boolean): BulkResult {
    const result = new driver.BulkWriteResult(this.raw, isOrdered);
    const [first] = this.raw.writeErrors;
    if (first === undefined) return result;
    const { errmsg: message, code } = first.err;
    const shape = { message, code, writeErrors: this.raw.writeErrors };
    throw new MongoBulkWriteError(shape as never, result as never);
  }
}

/** True for errors that a bulk write collects; anything else stops it. */
export function isWriteError(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError;
}

/** An error of the one operation of a write command, with the fields that the driver gives it. */
export function asWriteError(error: unknown): unknown {
  if (!isWriteError(error) || error.errorLabels.length > 0) return error;
  const { ok: _ok, codeName: _codeName, ...fields } = error.errorResponse;
  return new MongoServerError({ index: 0, ...fields });
}

/** A found document as `findOneAndX` gives it: alone, or with how it was found. */
export function withMetadata(value: unknown, done: Modification): Doc {
  const upserted = done.upsertedId === null ? {} : { upserted: done.upsertedId };
  const n = done.matched || (done.upsertedId === null ? 0 : 1);
  return { value, ok: 1, lastErrorObject: { n, updatedExisting: done.matched > 0, ...upserted } };
}
