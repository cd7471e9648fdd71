import { BSON, MongoServerError, ObjectId } from "mongodb";
import { namespaceOf } from "./names.ts";
import { isDoc, maxDocumentBytes, type Doc } from "./values.ts";

/** MongoDB's names for the codes the engine answers with. */
const codeNames: Readonly<Record<number, string>> = {
  2: "BadValue",
  8: "UnknownError",
  9: "FailedToParse",
  13: "Unauthorized",
  14: "TypeMismatch",
  20: "IllegalOperation",
  26: "NamespaceNotFound",
  27: "IndexNotFound",
  28: "PathNotViable",
  40: "ConflictingUpdateOperators",
  43: "CursorNotFound",
  48: "NamespaceExists",
  50: "MaxTimeMSExpired",
  52: "DollarPrefixedFieldName",
  53: "InvalidIdField",
  54: "NotSingleValueField",
  56: "EmptyFieldName",
  59: "CommandNotFound",
  66: "ImmutableField",
  67: "CannotCreateIndex",
  72: "InvalidOptions",
  73: "InvalidNamespace",
  85: "IndexOptionsConflict",
  86: "IndexKeySpecsConflict",
  112: "WriteConflict",
  115: "CommandNotSupported",
  168: "InvalidPipelineOperator",
  171: "CannotIndexParallelArrays",
  175: "QueryPlanKilled",
  181: "AmbiguousIndexKeyPattern",
  197: "InvalidIndexSpecificationOption",
  241: "ConversionFailure",
  251: "NoSuchTransaction",
  263: "OperationNotSupportedInTransaction",
  10334: "BSONObjectTooLarge",
  11000: "DuplicateKey",
  14031: "OutOfDiskSpace",
};

/** A server error with MongoDB's code and name for the same mistake. */
export function serverError(code: number, errmsg: string, more: Doc = {}): MongoServerError {
  const codeName = codeNames[code] ?? `Location${code}`;
  return new MongoServerError({ ok: 0, errmsg, code, codeName, ...more });
}

/** A value as the server's messages show it. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (Array.isArray(value)) return `[ ${(value as unknown[]).map(shown).join(", ")} ]`;
  if (isDoc(value)) return shownDoc(value);
  return typeof value === "object" ? BSON.EJSON.stringify(value) : JSON.stringify(value);
}

function shownDoc(doc: Doc): string {
  const fields = Object.entries(doc).map(([path, value]) => `${path}: ${shown(value)}`);
  return `{ ${fields.join(", ")} }`;
}

/** A unique index, as far as its errors name it. */
interface Unique {
  readonly name: string;
  readonly fields: readonly (readonly [string, unknown])[];
}

/** The error of a violated unique index, shaped as MongoDB's (code 11000). */
export function duplicateKey(table: string, index: Unique, keyValue: Doc): MongoServerError {
  const where = `collection: ${namespaceOf(table)} index: ${index.name}`;
  return serverError(11000, `E11000 duplicate key error ${where} dup key: ${shownDoc(keyValue)}`, {
    keyPattern: Object.fromEntries(index.fields),
    keyValue,
  });
}

/** What MongoDB says of documents that are larger than 16 MiB: of the command first, if it is not even read. */
export const tooLarge = {
  insert: (size: number): Error =>
    size > maxDocumentBytes + 16 * 1024
      ? serverError(
          10334,
          `BSONObj size: ${size} is invalid. Size must be between 0 and 16793600(16MB)`,
        )
      : serverError(2, `object to insert too large. size in bytes: ${size}, max size: 16777216`),
  update: (): Error =>
    serverError(17419, "Resulting document after update is larger than 16777216"),
  upsert: (): Error => serverError(17420, "Document to upsert is larger than 16777216"),
};

/** What the engine cannot do; the message names it. */
export function unsupported(what: string): MongoServerError {
  return serverError(115, `The embedded engine does not support ${what}.`);
}

/** MongoDB's OutOfDiskSpace: the write was not made and nothing else is affected. */
export function outOfDiskSpace(cause: Error): MongoServerError {
  return serverError(14031, `OutOfDiskSpace: ${cause.message}`);
}
