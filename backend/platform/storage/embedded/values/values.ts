import { Binary, BSON, BSONSymbol, DBRef, Double, Long, ObjectId, UUID } from "mongodb";
import { readDocument, readExactly } from "./bson-reader.ts";
import { isInt, put, type Doc } from "./docs.ts";

export { isInt, put, type Doc };

/** The largest document MongoDB stores, in bytes; the engine keeps the same limit. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** Encodes a document as BSON exactly as the MongoDB driver would. */
export function toBytes(doc: object, ignoreUndefined = false): Buffer {
  const { buffer, byteOffset, byteLength } = BSON.serialize(doc, { ignoreUndefined });
  return Buffer.from(buffer, byteOffset, byteLength);
}

const promotedMax = Long.fromNumber(2 ** 53);
const promotedMin = promotedMax.negate();
/** As {@link toPlain}, keeping each number's type. */
export function toExact(value: unknown, ignoreUndefined = false): unknown {
  return readExactly(toBytes({ v: value }, ignoreUndefined)).v;
}

/** As {@link toPlainDoc}, keeping each number's type. */
export function toExactDoc(value: unknown, ignoreUndefined = false): Doc {
  const copy = plainCopy(value, maxDepth);
  if (isDoc(copy)) return copy;
  const exact = toExact(value ?? {}, ignoreUndefined);
  return isDoc(exact) ? exact : {};
}

/** What the driver makes of an exact value when it reads: numbers for doubles and for the integers that they hold. */
export function promoted<T>(value: T): T {
  return promotedValue(value) as T;
}

function promotedValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Long) {
    const isPromoted = value.lessThanOrEqual(promotedMax) && value.greaterThanOrEqual(promotedMin);
    return isPromoted ? value.toNumber() : value;
  }
  if (value instanceof Double || value instanceof BSONSymbol) return value.valueOf();
  if (Array.isArray(value)) return value.map((item: unknown) => promotedValue(item));
  if (!isDoc(value)) return value;
  const out: Doc = {};
  for (const [key, item] of Object.entries(value)) put(out, key, promotedValue(item));
  return out;
}

/** Turns whatever mongoose hands over (its own arrays, documents, maps) into plain stored values. */
export function toPlain(value: unknown, ignoreUndefined = false): unknown {
  return readDocument(toBytes({ v: value }, ignoreUndefined)).v;
}

/** MongoDB's limit of levels in a stored document (`maxBSONDepth` less what it keeps for itself). */
export const maxDepth = 180;
const oddName = /[\0\ud800-\udfff]/;

/** A copy of a value that encoding and decoding would only copy; undefined for any other value. */
function plainCopy(value: unknown, levels: number): unknown {
  if (typeof value === "string") return value.isWellFormed() ? value : undefined;
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object" || levels === 0) return undefined;
  if (value instanceof ObjectId) return value;
  if ("toBSON" in value) return undefined;
  if (Array.isArray(value)) return plainItems(value, levels);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : copyOf(value);
  if (Object.getPrototypeOf(value) !== Object.prototype || "_bsontype" in value) return undefined;
  // An own `__proto__` is copied as an own property, and set as one.
  const copy: Doc = { ...value };
  for (const key in copy) {
    const item = plainCopy(copy[key], levels - 1);
    if (item === undefined || oddName.test(key)) return undefined;
    copy[key] = item;
  }
  return copy;
}

function plainItems(items: readonly unknown[], levels: number): unknown[] | undefined {
  const copy: unknown[] = [];
  // Holes too.
  for (const item of items) {
    const plain = plainCopy(item, levels - 1);
    if (plain === undefined) return undefined;
    copy.push(plain);
  }
  return copy;
}

/** As {@link toPlain}, for a whole document or filter. */
export function toPlainDoc(value: unknown, ignoreUndefined = false): Doc {
  const copy = plainCopy(value, maxDepth);
  if (isDoc(copy)) return copy;
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

/** True for the fields of a reference to a document (`DBRef`), which are no operators though they begin with a dollar. */
export function isReferenceField(name: string): boolean {
  return name === "$ref" || name === "$id" || name === "$db";
}

/** True when the object's keys are operators (`$gt`, …) and not field names: MongoDB looks at the first. */
export function hasOperators(value: unknown): value is Doc {
  if (!isDoc(value) || Object.keys(value)[0]?.startsWith("$") !== true) return false;
  return !Object.hasOwn(value, "$ref") || !Object.hasOwn(value, "$id");
}

/** A copy that shares nothing with the original that anybody could change. */
export function copyOf<T>(value: T): T;
export function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item));
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof Binary) {
    const copy = new Binary(Buffer.from(value.value()), value.sub_type);
    return value instanceof UUID ? copy.toUUID() : copy;
  }
  if (!isDoc(value)) return value;
  // An own `__proto__` is copied as an own property, and set as one.
  const copy: Doc = { ...value };
  for (const key in copy) {
    const item = copy[key];
    if (typeof item === "object" && item !== null) copy[key] = copyOf(item);
  }
  return copy;
}

/** A copy with a `DBRef` for each reference, as the driver reads them. */
export function withReferences<T>(value: T): T {
  return referring(value) as T;
}

function referring(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => referring(item));
  if (!isDoc(value)) return copyOf(value);
  const copy: Doc = {};
  for (const [key, item] of Object.entries(value)) put(copy, key, referring(item));
  const { $ref, $id, $db, ...fields } = copy;
  const isReference =
    typeof $ref === "string" &&
    $id !== undefined &&
    $id !== null &&
    (typeof $db === "string" || !("$db" in copy)) &&
    !Object.keys(fields).some((key) => key.startsWith("$"));
  return isReference ? new DBRef($ref, $id as ObjectId, $db as string, fields) : copy;
}

const typeNames: Record<string, string> = {
  ObjectId: "objectId",
  Binary: "binData",
  Decimal128: "decimal",
  Long: "long",
  Double: "double",
  Int32: "int",
  Timestamp: "timestamp",
  MinKey: "minKey",
  MaxKey: "maxKey",
  BSONRegExp: "regex",
  BSONSymbol: "symbol",
  Code: "javascript",
};

/** MongoDB's name of a value's type, as `$type` takes it and as errors show it. */
export function typeName(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (typeof value === "number") return isInt(value) ? "int" : "double";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (typeof value === "bigint") return "long";
  if (Array.isArray(value)) return "array";
  if (value instanceof Date) return "date";
  if (value instanceof RegExp) return "regex";
  return typeNames[bsonType(value) ?? ""] ?? "object";
}
