import { createHash } from "node:crypto";
import { Binary, Decimal128, Long, ObjectId, Timestamp } from "mongodb";
import { compareToDouble, doubleOf, scientific } from "./decimal.ts";
import { bsonType, type Doc } from "./values.ts";

/**
 * First byte of every encoded value: MongoDB's comparison order of types
 * (manual, "Comparison/Sort Order"), with gaps. An empty array sorts as `empty`.
 */
export const rank = {
  minKey: 0x01,
  empty: 0x05,
  null: 0x0a,
  number: 0x10,
  string: 0x20,
  object: 0x30,
  array: 0x40,
  binary: 0x50,
  objectId: 0x60,
  boolean: 0x70,
  date: 0x80,
  timestamp: 0x90,
  regex: 0xa0,
  other: 0xb0,
  maxKey: 0xf0,
} as const;

const ranksByBsonType: Record<string, number> = {
  ObjectId: rank.objectId,
  Binary: rank.binary,
  Decimal128: rank.number,
  Long: rank.number,
  Int32: rank.number,
  Double: rank.number,
  Timestamp: rank.timestamp,
  MinKey: rank.minKey,
  MaxKey: rank.maxKey,
  BSONRegExp: rank.regex,
  BSONSymbol: rank.string,
};

/** The type order of a value; two values are comparable by `$lt` and friends when their ranks are equal. */
export function rankOf(value: unknown): number {
  if (value === null || value === undefined) return rank.null;
  if (typeof value === "number" || typeof value === "bigint") return rank.number;
  if (typeof value === "string") return rank.string;
  if (typeof value === "boolean") return rank.boolean;
  if (Array.isArray(value)) return rank.array;
  if (value instanceof Date) return rank.date;
  if (value instanceof RegExp) return rank.regex;
  const type = bsonType(value);
  return type === undefined ? rank.object : (ranksByBsonType[type] ?? rank.other);
}

function escaped(text: string): Buffer {
  const raw = Buffer.from(text, "utf8");
  if (!raw.includes(0)) return Buffer.concat([raw, Buffer.from([0, 0])]);
  const out: number[] = [];
  for (const byte of raw) {
    out.push(byte);
    if (byte === 0) out.push(0xff);
  }
  return Buffer.from([...out, 0, 0]);
}

const signBit = 1n << 63n;

/** A positive double orders by its bits with the sign set, a negative one by their complement; NaN comes first. */
function orderedDouble(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  if (Number.isNaN(value)) return bytes.fill(0);
  bytes.writeDoubleBE(value === 0 ? 0 : value);
  if (value >= 0) bytes[0] = (bytes[0] ?? 0) | 0x80;
  else for (let i = 0; i < 8; i++) bytes[i] = (bytes[i] ?? 0) ^ 0xff;
  return bytes;
}

/** What follows the nearest double: nothing more to say, or a value below or above it in full. */
const exactly = Buffer.from([0x80, 0x00, 0x80]);
const below = Buffer.from([0x7f]);
const above = Buffer.from([0x81]);

/** A decimal's power of ten, then its digits; all bits flipped where it is negative. */
function exactBytes(value: Decimal128 | bigint): Buffer {
  const { isNegative, digits, power } = scientific(value);
  const head = Buffer.allocUnsafe(2);
  head.writeUInt16BE(0x8000 + power);
  const bytes = Buffer.concat([head, escaped(digits)]);
  return isNegative ? inverted(bytes) : bytes;
}

function beside(double: number, order: number, value: Decimal128 | bigint): Buffer[] {
  const body = orderedDouble(double);
  return order === 0 ? [body, exactly] : [body, order < 0 ? below : above, exactBytes(value)];
}

/** Numbers order by the double nearest to them; those that no double holds then by their exact value. */
function encodeNumber(value: unknown): Buffer[] {
  if (value instanceof Decimal128) {
    const double = doubleOf(value);
    return beside(double, compareToDouble(value, double), value);
  }
  if (typeof value === "bigint" || value instanceof Long) {
    const exact = typeof value === "bigint" ? value : value.toBigInt();
    const double = Number(exact);
    const nearest = BigInt(double);
    return beside(double, exact < nearest ? -1 : exact > nearest ? 1 : 0, exact);
  }
  const double = Number(value);
  return [orderedDouble(double), exactly];
}

function encodeDate(value: Date): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value.getTime()) + signBit);
  return bytes;
}

function encodeBinary(value: Binary): Buffer[] {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(value.position);
  head.writeUInt8(value.sub_type, 4);
  return [head, Buffer.from(value.buffer.subarray(0, value.position))];
}

function encodeObject(value: Doc, out: Buffer[]): void {
  for (const [name, item] of Object.entries(value)) {
    out.push(Buffer.from([1, rankOf(item)]), escaped(name));
    push(item, out);
  }
  out.push(Buffer.from([0]));
}

function encodeOther(value: object, out: Buffer[]): void {
  if (value instanceof Date) out.push(encodeDate(value));
  else if (value instanceof RegExp) out.push(escaped(value.source), escaped(value.flags));
  else if (value instanceof ObjectId) out.push(Buffer.from(value.id));
  else if (value instanceof Timestamp) out.push(orderedTimestamp(value));
  else if (value instanceof Binary) out.push(...encodeBinary(value));
  else if (Array.isArray(value)) {
    for (const item of value) {
      out.push(Buffer.from([1]));
      push(item, out);
    }
    out.push(Buffer.from([0]));
  } else if (bsonType(value) === undefined) encodeObject(value as Doc, out);
  else out.push(escaped(JSON.stringify(value)));
}

function orderedTimestamp(value: Timestamp): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32BE(value.t, 0);
  bytes.writeUInt32BE(value.i, 4);
  return bytes;
}

function push(value: unknown, out: Buffer[]): void {
  const type = rankOf(value);
  out.push(Buffer.from([type]));
  if (type === rank.number) out.push(...encodeNumber(value));
  else if (type === rank.string) out.push(escaped(String(value)));
  else if (typeof value === "boolean") out.push(Buffer.from([value ? 1 : 0]));
  else if (
    typeof value === "object" &&
    value !== null &&
    type !== rank.minKey &&
    type !== rank.maxKey
  ) {
    encodeOther(value, out);
  }
}

const maxFastCharacters = 256;
const scratch = Buffer.allocUnsafe(maxFastCharacters * 3 + 3);

/** Short strings without NUL, the usual case, in one piece. */
function encodeShortString(text: string): Buffer | undefined {
  const end = 1 + scratch.write(text, 1, "utf8");
  for (let i = 1; i < end; i++) if (scratch[i] === 0) return undefined;
  scratch[0] = rank.string;
  scratch[end] = 0;
  scratch[end + 1] = 0;
  return Buffer.from(scratch.subarray(0, end + 2));
}

/**
 * Encodes a value so that byte order is MongoDB's order and no encoding is a prefix of another.
 * Strings order by UTF-8 bytes; decimals that no double holds order among themselves by text.
 */
export function encodeValue(value: unknown): Buffer {
  const short =
    typeof value === "string" && value.length <= maxFastCharacters
      ? encodeShortString(value)
      : undefined;
  if (short) return short;
  const out: Buffer[] = [];
  push(value, out);
  return Buffer.concat(out);
}

/** Key bytes of the empty array, which an index stores in place of elements. */
export const emptyArrayKey: Buffer = Buffer.from([rank.empty]);

/** Total order of values, as `sort` and the comparison operators see it. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number" && !Number.isNaN(a) && !Number.isNaN(b))
    return a - b;
  if (typeof a === "string" && a === b) return 0;
  return Buffer.compare(encodeValue(a), encodeValue(b));
}

/** Equality of values: numbers by value whatever their type, the rest by type and content. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a === "string" || typeof b === "string") return false;
  return rankOf(a) === rankOf(b) && compareValues(a, b) === 0;
}

/** Flips every byte, which turns ascending into descending order. */
export function inverted(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 0xff));
}

/** The smallest key greater than every key that starts with `prefix`. */
export function afterPrefix(prefix: Uint8Array): Buffer {
  const out = Buffer.from(prefix);
  for (let i = out.length - 1; i >= 0; i--) {
    const byte = out[i] ?? 0;
    if (byte < 0xff) {
      out[i] = byte + 1;
      return out.subarray(0, i + 1);
    }
  }
  return Buffer.from([...prefix, 0xff]);
}

/** Longest key stored as it is; LMDB's own limit is 1,978 bytes. */
export const maxPlainKeyBytes = 1024;
/** What remains of a longer key in front of its SHA-256. */
export const longKeyPrefixBytes = 900;

/** Cuts a long key to its first bytes and its SHA-256: equality stays exact, order only coarse. */
export function fitKey(key: Buffer): Buffer {
  if (key.length <= maxPlainKeyBytes) return key;
  const digest = createHash("sha256").update(key).digest();
  return Buffer.concat([key.subarray(0, longKeyPrefixBytes), digest]);
}
