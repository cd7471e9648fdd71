import { MongoBulkWriteError, MongoServerError } from "mongodb";
import type { Doc } from "./values.ts";

/** What an update did, as the driver reports it. */
export interface UpdateOutcome {
  acknowledged: true;
  matchedCount: number;
  modifiedCount: number;
  upsertedCount: number;
  upsertedId: unknown;
}

/** One operation of a bulk that failed. */
export interface WriteFailure {
  readonly index: number;
  readonly code: number;
  readonly errmsg: string;
  readonly err: {
    index: number;
    code: number;
    errmsg: string;
    op: unknown;
    keyPattern?: unknown;
    keyValue?: unknown;
  };
}

/** Counts and ids of a bulk write, as the driver's BulkWriteResult shows them. */
export class BulkOutcome {
  readonly acknowledged = true;
  readonly ok = 1;
  insertedCount = 0;
  matchedCount = 0;
  modifiedCount = 0;
  deletedCount = 0;
  upsertedCount = 0;
  readonly insertedIds: Record<number, unknown> = {};
  readonly upsertedIds: Record<number, unknown> = {};
  readonly failures: WriteFailure[] = [];

  /** mongoose reads the raw shape of some results. */
  get result(): Doc {
    return {
      ok: 1,
      nInserted: this.insertedCount,
      nMatched: this.matchedCount,
      nModified: this.modifiedCount,
      nRemoved: this.deletedCount,
      nUpserted: this.upsertedCount,
      writeErrors: this.failures,
      insertedIds: Object.entries(this.insertedIds).map(([index, _id]) => ({
        index: Number(index),
        _id,
      })),
    };
  }

  hasWriteErrors(): boolean {
    return this.failures.length > 0;
  }
  getWriteErrors(): readonly WriteFailure[] {
    return this.failures;
  }

  /** Notes a failed operation. */
  fail(index: number, error: MongoServerError, op: unknown): void {
    const code = typeof error.code === "number" ? error.code : 8;
    const errmsg = error.message;
    const detail = {
      index,
      code,
      errmsg,
      op,
      keyPattern: error.keyPattern as unknown,
      keyValue: error.keyValue as unknown,
    };
    this.failures.push({ index, code, errmsg, err: detail });
  }

  /** The error a caller gets when an operation failed. */
  toError(): MongoBulkWriteError | undefined {
    const [first] = this.failures;
    if (first === undefined) return undefined;
    const { errmsg: message, code } = first;
    const { keyPattern, keyValue } = first.err;
    const fields = { message, code, keyPattern, keyValue, writeErrors: this.failures };
    return new MongoBulkWriteError(fields as never, this as never);
  }
}

/** True for errors that a bulk write collects; anything else stops it. */
export function isWriteError(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError;
}
