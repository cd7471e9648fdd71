import { Binary, BSON, Double, Long, ObjectId } from "mongodb";
import { isInt, put, type Doc } from "./docs.ts";

/** Element types of BSON 1.1 (bsonspec.org/spec.html); values of those below `int64` are left to the driver's reader. */
const kind = {
  double: 0x01,
  string: 0x02,
  document: 0x03,
  array: 0x04,
  binary: 0x05,
  objectId: 0x07,
  boolean: 0x08,
  date: 0x09,
  null: 0x0a,
  int32: 0x10,
  int64: 0x12,
  undefined: 0x06,
  pattern: 0x0b,
  pointer: 0x0c,
  code: 0x0d,
  symbol: 0x0e,
  scopedCode: 0x0f,
  decimal: 0x13,
  maxKey: 0x7f,
  minKey: 0xff,
} as const;

const twoTo32 = 2 ** 32;
const maxPromoted = 2 ** 53;
const dollar = "$".charCodeAt(0);
const nameSlots = 4096;

/** Thrown inside for what is damaged; made once, a stack would cost more than reading. */
const damaged = new Error("damaged BSON");

interface Name {
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Field names come again and again: each is made once, and compared by its bytes. */
const names: (Name | undefined)[] = Array.from({ length: nameSlots });

/** Documents with names that begin with a dollar, and how many such names were met. */
const dollarDocs = new WeakSet<Doc>();
let dollarNames = 0;

function nameAt(bytes: Buffer, start: number, end: number, hash: number): string {
  const slot = (hash + end - start) & (nameSlots - 1);
  const known = names[slot];
  if (known?.bytes.length === end - start) {
    let i = start;
    while (i < end && known.bytes[i - start] === bytes[i]) i++;
    if (i === end) return known.text;
  }
  // As a key it is the one string that every comparison and every object shares.
  const [text = ""] = Object.keys({ [bytes.toString(undefined, start, end)]: 0 });
  if (bytes[start] === dollar) dollarNames++;
  else names[slot] = { text, bytes: Uint8Array.prototype.slice.call(bytes, start, end) };
  return text;
}

function int64At(bytes: Buffer, at: number): number {
  return bytes.readInt32LE(at + 4) * twoTo32 + bytes.readUInt32LE(at);
}

/** Driver's promotion: a number as long as one holds it exactly. Sums near the limit are rounded: the driver reads these. */
function longAt(bytes: Buffer, at: number, isExact: boolean): unknown {
  if (isExact) return new Long(bytes.readInt32LE(at), bytes.readInt32LE(at + 4));
  const value = int64At(bytes, at);
  const isSure = value < maxPromoted && value > -maxPromoted;
  return isSure ? value : byDriver(kind.int64, bytes, at, isExact);
}

function doubleAt(bytes: Buffer, at: number, isExact: boolean): unknown {
  const value = bytes.readDoubleLE(at);
  return isExact && isInt(value) ? new Double(value) : value;
}

function binaryAt(bytes: Buffer, at: number, isExact: boolean): unknown {
  if (bytes[at + 4] !== Binary.SUBTYPE_DEFAULT) return byDriver(kind.binary, bytes, at, isExact);
  const start = at + 5;
  return new Binary(Buffer.from(bytes.subarray(start, start + bytes.readInt32LE(at))));
}

/** A rare value as the driver reads it, from a document of its own. */
function byDriver(type: number, bytes: Buffer, at: number, isExact: boolean): unknown {
  const end = behind(type, bytes, at);
  if (end > bytes.length) throw damaged;
  const own = Buffer.alloc(end - at + 7);
  own.writeInt32LE(own.length);
  own.writeUInt8(type, 4);
  bytes.copy(own, 6, at, end);
  return BSON.deserialize(own, { promoteBuffers: false, promoteValues: !isExact })[""];
}

function valueAt(type: number, bytes: Buffer, at: number, isExact: boolean): unknown {
  switch (type) {
    case kind.string:
      return bytes.toString(undefined, at + 4, at + 3 + bytes.readInt32LE(at));
    case kind.int32:
      return bytes.readInt32LE(at);
    case kind.double:
      return doubleAt(bytes, at, isExact);
    case kind.date:
      return new Date(int64At(bytes, at));
    case kind.boolean:
      return bytes[at] === 1;
    case kind.null:
      return null;
    case kind.document:
      return documentAt(bytes, at, isExact);
    case kind.array:
      return arrayAt(bytes, at, isExact);
    case kind.objectId:
      return new ObjectId(Uint8Array.prototype.slice.call(bytes, at, at + 12));
    case kind.int64:
      return longAt(bytes, at, isExact);
    case kind.binary:
      return binaryAt(bytes, at, isExact);
    default:
      return byDriver(type, bytes, at, isExact);
  }
}

function textEnd(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(0, start);
  if (end < 0) throw damaged;
  return end + 1;
}

function sizeAt(type: number, bytes: Buffer, at: number): number {
  switch (type) {
    case kind.string:
    case kind.code:
    case kind.symbol:
      return 4 + bytes.readInt32LE(at);
    case kind.int32:
      return 4;
    case kind.boolean:
      return 1;
    case kind.null:
    case kind.undefined:
    case kind.minKey:
    case kind.maxKey:
      return 0;
    case kind.document:
    case kind.array:
    case kind.scopedCode:
      return bytes.readInt32LE(at);
    case kind.objectId:
      return 12;
    case kind.binary:
      return 5 + bytes.readInt32LE(at);
    case kind.decimal:
      return 16;
    case kind.pointer:
      return 16 + bytes.readInt32LE(at);
    case kind.pattern:
      return textEnd(bytes, textEnd(bytes, at)) - at;
    default:
      return 8;
  }
}

/** Behind the value; a damaged size must not lead back. */
function behind(type: number, bytes: Buffer, at: number): number {
  const size = sizeAt(type, bytes, at);
  if (size < 0) throw damaged;
  return at + size;
}

function endOf(bytes: Buffer, start: number): number {
  const end = start + bytes.readInt32LE(start) - 1;
  if (end < start + 4 || bytes[end] !== 0) throw damaged;
  return end;
}

function documentAt(bytes: Buffer, start: number, isExact: boolean): Doc {
  const end = endOf(bytes, start);
  const doc: Doc = {};
  let at = start + 4;
  while (at < end) {
    const type = bytes[at++] ?? 0;
    const nameStart = at;
    let hash = 0;
    for (let byte = bytes[at]; byte; byte = bytes[++at]) hash = (hash * 31 + byte) | 0;
    const name = nameAt(bytes, nameStart, at, hash);
    at++;
    const value = valueAt(type, bytes, at, isExact);
    if (name === "__proto__") put(doc, name, value);
    else doc[name] = value;
    at = behind(type, bytes, at);
  }
  if (at !== end) throw damaged;
  return doc;
}

function arrayAt(bytes: Buffer, start: number, isExact: boolean): unknown[] {
  const end = endOf(bytes, start);
  const items: unknown[] = [];
  let at = start + 4;
  while (at < end) {
    const type = bytes[at++] ?? 0;
    while (bytes[at++]);
    items.push(valueAt(type, bytes, at, isExact));
    at = behind(type, bytes, at);
  }
  if (at !== end) throw damaged;
  return items;
}

function read(bytes: Buffer, isExact: boolean): Doc {
  const dollarsBefore = dollarNames;
  try {
    const doc = documentAt(bytes, 0, isExact);
    if (dollarNames !== dollarsBefore) dollarDocs.add(doc);
    return doc;
  } catch (error) {
    if (error !== damaged && !(error instanceof RangeError)) throw error;
    const size = bytes.length >= 4 ? bytes.readInt32LE(0) : 0;
    const copy = Buffer.from(bytes.subarray(0, Math.max(size, 0)));
    return BSON.deserialize(copy, { promoteBuffers: false });
  }
}

/**
 * Decodes stored BSON as the driver does with binary values kept `Binary`, about three times as fast, and keeps
 * nothing of the bytes: they may be longer than the document, and used again. Rare types go to the driver's own reader;
 * a reference stays the document that it is in storage: see {@link mayRefer}.
 * @throws {BSONError} when the bytes are no document; {SyntaxError} for a pattern that is none in JavaScript
 */
export function readDocument(bytes: Buffer): Doc {
  return read(bytes, false);
}

/**
 * As {@link readDocument}, so that encoding gives the same bytes again: a whole double stays `Double`, a 64-bit integer
 * `Long`, a symbol `BSONSymbol`; every other number is a JavaScript number.
 */
export function readExactly(bytes: Buffer): Doc {
  return read(bytes, true);
}

/** False for a document read here that holds no reference to another document. */
export function mayRefer(doc: Doc): boolean {
  return dollarDocs.has(doc);
}
