import { Binary, BSON, BSONSymbol, Double, Int32, Long, ObjectId, UUID } from "mongodb";

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

const promotedMax = Long.fromNumber(2 ** 53);
const promotedMin = promotedMax.negate();
const intMin = -0x80000000;
const intMax = 0x7fffffff;

/** True for the numbers that BSON encodes as 32-bit integers when it meets them as JavaScript numbers. */
export function isInt(value: number): boolean {
  return Number.isInteger(value) && value >= intMin && value <= intMax && !Object.is(value, -0);
}

/** Puts a JavaScript number wherever encoding it again gives the same bytes. */
function simplified(value: unknown): unknown {
  if (value instanceof Int32) return value.value;
  if (value instanceof Double) return isInt(value.value) ? value : value.value;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      if (typeof item === "object") value[i] = simplified(item);
    }
  } else if (isDoc(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === "object") put(value, key, simplified(item));
    }
  }
  return value;
}

/** Sets an own property even when the key is `__proto__`. */
export function put(holder: Doc, key: string, value: unknown): void {
  if (key !== "__proto__") holder[key] = value;
  else
    Object.defineProperty(holder, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

/**
 * Decodes BSON so that encoding gives the same bytes again: a whole double stays `Double`, a 64-bit integer
 * `Long`, a symbol `BSONSymbol`; every other number is a JavaScript number.
 */
export function fromBytesExactly(bytes: Uint8Array): Doc {
  const doc = BSON.deserialize(bytes, {
    promoteBuffers: false,
    promoteLongs: false,
    promoteValues: false,
  });
  simplified(doc);
  return doc;
}

/** As {@link toPlain}, keeping each number's type. */
export function toExact(value: unknown, ignoreUndefined = false): unknown {
  return fromBytesExactly(toBytes({ v: value }, ignoreUndefined)).v;
}

/** As {@link toPlainDoc}, keeping each number's type. */
export function toExactDoc(value: unknown, ignoreUndefined = false): Doc {
  if (isPlain(value) && isDoc(value)) return copyOf(value);
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
  return fromBytes(toBytes({ v: value }, ignoreUndefined)).v;
}

/** True when encoding and decoding a value would only copy it. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object")
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  if (value === null || value instanceof ObjectId) return true;
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  if (Array.isArray(value)) return value.every((item) => isPlain(item));
  return (
    Object.getPrototypeOf(value) === Object.prototype &&
    !("_bsontype" in value) &&
    Object.values(value).every((item) => isPlain(item))
  );
}

/** As {@link toPlain}, for a whole document or filter. */
export function toPlainDoc(value: unknown, ignoreUndefined = false): Doc {
  if (isPlain(value) && isDoc(value)) return copyOf(value);
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
