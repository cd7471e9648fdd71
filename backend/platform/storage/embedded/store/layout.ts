import { crc32 } from "node:zlib";
import { readDocument } from "../values/bson-reader.ts";
import { serverError } from "../values/errors.ts";
import type { IndexSpec } from "./indexes.ts";
import { afterPrefix, fitKey } from "../values/keys.ts";
import type { KeyRange, Kv } from "./kv.ts";
import { isDoc, toBytes } from "../values/values.ts";

/** A collection in the catalog. */
export interface CatalogEntry {
  readonly id: number;
  readonly name: string;
  readonly indexes: readonly IndexSpec[];
}

const checksumBytes = 4;
const advice = "Run `entente check` and restore a backup.";

/** A document as it is stored: its BSON, and behind it the CRC-32 of that. */
export function withChecksum(bytes: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(bytes.length + checksumBytes);
  value.set(bytes);
  value.writeUInt32BE(crc32(bytes), bytes.length);
  return value;
}

/**
 * The BSON of a stored document. One that was stored without a checksum, as by version 0.1.0, is its own length.
 * @throws {MongoServerError} 8 — when it is not what was stored
 */
export function checkedBytes(value: Buffer): Buffer {
  const size = value.length < checksumBytes ? 0 : value.readInt32LE(0);
  const bytes = value.subarray(0, Math.max(size, 0));
  if (size === value.length) return bytes;
  if (value.length !== size + checksumBytes || value.readUInt32BE(size) !== crc32(bytes))
    throw serverError(8, `A stored document is damaged: its checksum is another. ${advice}`);
  return bytes;
}

/** Bytes of a record number, which orders documents by insertion. */
export const recordBytes = 6;

const catalogPrefix = Buffer.alloc(4);
const catalogRange: KeyRange = { start: catalogPrefix, end: afterPrefix(catalogPrefix) };

/** Where the keys of tables begin. */
export const behindCatalog = catalogRange.end;

/** The first number of a table. Lower ones are of format 1, which kept documents among the indexes. */
export const firstTable = 0x8000;

/** Beginning of the keys of an index of a table; index 0 holds the documents. */
export function prefixOf(table: number, index: number): Buffer {
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt16BE(table, 0);
  prefix.writeUInt16BE(index, 2);
  return prefix;
}

/** The keys of an index of a table, or of its documents. */
export function keysIn(table: number, index: number): KeyRange {
  const start = prefixOf(table, index);
  return { start, end: afterPrefix(start) };
}

/** The keys of all indexes of a table. */
export function indexKeysIn(table: number): KeyRange {
  const start = prefixOf(table, 1);
  return { start, end: afterPrefix(start.subarray(0, 2)) };
}

/** The key of a document. */
export function documentKey(table: number, record: number): Buffer {
  const key = Buffer.allocUnsafe(4 + recordBytes);
  key.writeUInt16BE(table, 0);
  key.writeUInt16BE(0, 2);
  key.writeUIntBE(record, 4, recordBytes);
  return key;
}

/** Which tree of documents a key belongs to, counted without end; undefined for the main tree. */
export function documentTreeOf(key: Buffer): number | undefined {
  const table = key.readUInt16BE(0);
  return table < firstTable || key.readUInt16BE(2) !== 0 ? undefined : table - firstTable;
}

/** A record number as an index holds it. */
export function recordOf(bytes: Buffer, at = 0): number {
  return bytes.readUIntBE(at, recordBytes);
}

/** The record number under a key of an index. @throws {MongoServerError} 8 — when something else is there */
export function recordAt(kv: Kv, key: Buffer): number | undefined {
  const value = kv.peek(key);
  if (value === undefined) return undefined;
  // What lies behind a shorter value is another reading's.
  if (value.length !== recordBytes)
    throw serverError(8, `A stored index entry is damaged. ${advice}`);
  return recordOf(value);
}

/** The table and record of a document's key, or undefined for any other key. */
export function documentOf(key: Buffer): { table: number; record: number } | undefined {
  if (key.readUInt16BE(2) !== 0 || isCatalogKey(key)) return undefined;
  return { table: key.readUInt16BE(0), record: recordOf(key, 4) };
}

/** Whether a key belongs to the catalog: collections and their indexes. */
export function isCatalogKey(key: Buffer): boolean {
  return key.readUInt32BE(0) === 0;
}

/** The key of a collection in the catalog. */
export function catalogKey(name: string): Buffer {
  return Buffer.concat([catalogPrefix, fitKey(Buffer.from(name))]);
}

/** A collection's entry as it is stored: as a document is. */
export function catalogBytes(entry: CatalogEntry): Buffer {
  return withChecksum(toBytes(entry, true));
}

function catalogDamaged(): Error {
  return serverError(8, `The catalog of the embedded database is damaged. ${advice}`);
}

/** Reads a collection's entry. @throws {MongoServerError} 8 — when it is damaged */
export function readCatalogEntry(value: Buffer): CatalogEntry {
  const { id, name, indexes } = readDocument(checkedBytes(value));
  if (typeof id !== "number" || typeof name !== "string" || !Array.isArray(indexes))
    throw catalogDamaged();
  return { id, name, indexes: (indexes as unknown[]).filter(isDoc) as unknown as IndexSpec[] };
}

/** Every collection in the catalog. @throws {MongoServerError} 8 — when it is damaged */
export function readCatalog(kv: Kv): CatalogEntry[] {
  return [...kv.entries(catalogRange)].map(({ key, value }) => {
    const entry = readCatalogEntry(value);
    if (!key.equals(catalogKey(entry.name))) throw catalogDamaged();
    return entry;
  });
}

/** The highest record number a table stores; 0 for none. */
export function lastRecord(kv: Kv, table: number): number {
  for (const { key } of kv.entries({ ...keysIn(table, 0), reverse: true })) return recordOf(key, 4);
  return 0;
}
