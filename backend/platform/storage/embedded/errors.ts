import { MongoServerError } from "mongodb";
import type { Doc } from "./values.ts";

/** The error of a violated unique index, shaped as MongoDB's (code 11000). */
export function duplicateKey(collection: string, index: string, keyValue: Doc): MongoServerError {
  const shown = Object.entries(keyValue).map(
    ([path, value]) => `${path}: ${JSON.stringify(value)}`,
  );
  return new MongoServerError({
    message: `E11000 duplicate key error collection: ${collection} index: ${index} dup key: { ${shown.join(", ")} }`,
    code: 11000,
    keyPattern: Object.fromEntries(Object.keys(keyValue).map((path) => [path, 1])),
    keyValue,
    index: 0,
  });
}

/** A server error with MongoDB's code for the same mistake. */
export function serverError(code: number, message: string): MongoServerError {
  return new MongoServerError({ message, code });
}

/** What the engine cannot do; the message names it. */
export function unsupported(what: string): MongoServerError {
  return serverError(115, `The embedded engine does not support ${what}.`);
}

/** MongoDB's OutOfDiskSpace: the write was not made and nothing else is affected. */
export function outOfDiskSpace(cause: Error): MongoServerError {
  return serverError(14031, `OutOfDiskSpace: ${cause.message}`);
}
