import { BSON } from "mongodb";

/** A stored document as plain values: JavaScript primitives, Date, RegExp, arrays, objects and BSON classes. */
export type Doc = Record<string, unknown>;

/** The largest document MongoDB stores, in bytes; the engine keeps the same limit. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** Encodes a document as BSON exactly as the MongoDB driver would. */
export function toBytes(doc: object, ignoreUndefined = false): Uint8Array {
  return BSON.serialize(doc, { ignoreUndefined });
}

/** Decodes BSON; binary values stay `Binary`, as mongoose expects from the driver. */
export function fromBytes(bytes: Uint8Array): Doc {
  return BSON.deserialize(bytes, { promoteBuffers: false });
}

/** Turns whatever mongoose hands over (its own arrays, documents, maps) into plain stored values. */
export function toPlain(value: unknown, ignoreUndefined = false): unknown {
  return fromBytes(toBytes({ v: value }, ignoreUndefined)).v;
}

/** As {@link toPlain}, for a whole document or filter. */
export function toPlainDoc(value: unknown, ignoreUndefined = false): Doc {
  const plain = toPlain(value ?? {}, ignoreUndefined);
  return isDoc(plain) ? plain : {};
}

/** True for an embedded document: an object that is neither an array nor a scalar of BSON. */
export function isDoc(value: unknown): value is Doc {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp) &&
    bsonType(value) === undefined
  );
}

/** The `_bsontype` of a BSON class instance, or undefined. */
export function bsonType(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("_bsontype" in value)) return undefined;
  return typeof value._bsontype === "string" ? value._bsontype : undefined;
}

/** True when the object's keys are operators (`$gt`, …) and not field names. */
export function hasOperators(value: unknown): value is Doc {
  return isDoc(value) && Object.keys(value).some((key) => key.startsWith("$"));
}

/** A copy that shares nothing mutable with the original. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item)) as T;
  if (isDoc(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item)])) as T;
  }
  return value;
}
