import { readExactly } from "../values/bson-reader.ts";
import type { Cache } from "./cache.ts";
import { duplicateKey, serverError, shown, tooLarge } from "../values/errors.ts";
import { idIndex, keyPatternOf, keysOf, keyValueOf, type IndexSpec } from "./indexes.ts";
import { encodeValue, fitKey } from "../values/keys.ts";
import type { Entry, KeyRange, Kv } from "./kv.ts";
import {
  catalogBytes,
  catalogKey,
  checkedBytes,
  documentKey,
  indexKeysIn,
  keysIn,
  prefixOf,
  readCatalogEntry,
  recordAt,
  recordOf,
  withChecksum,
  type CatalogEntry,
} from "./layout.ts";
import { namespaceOf } from "../values/names.ts";
import type { Row } from "./row.ts";
import { RowReader, type Resume, type Scan } from "./rows.ts";
import { isDoc, maxDocumentBytes, toBytes, type Doc } from "../values/values.ts";

/** Hands out numbers that no other table, or document of the table, has or will have. */
export interface Numbers {
  table(): number;
  record(table: number): number;
}

/** What a table stands on. A cache may only stand beside the latest durable state. */
export interface Ground {
  readonly kv: Kv;
  readonly numbers: Numbers;
  readonly cache: Cache | undefined;
}

interface IndexEntry {
  readonly key: Buffer;
  readonly spec: IndexSpec;
}

/** Storage of one collection: documents by record number, and its indexes. */
export class Table {
  readonly name: string;
  readonly #kv: Kv;
  readonly #numbers: Numbers;
  readonly #rows: RowReader;
  #entry: CatalogEntry | undefined;
  #prefixes: (Buffer | undefined)[] = [];

  constructor({ kv, numbers, cache }: Ground, name: string) {
    this.name = name;
    this.#kv = kv;
    this.#numbers = numbers;
    this.#rows = new RowReader(kv, cache);
    this.reload();
  }

  /** Its number in the key space; undefined before the first write. */
  get id(): number | undefined {
    return this.#entry?.id;
  }

  /** Its indexes, `_id_` first. */
  get indexes(): readonly IndexSpec[] {
    return this.#entry?.indexes ?? [idIndex];
  }

  /** Reads the catalog again. */
  reload(): void {
    const bytes = this.#kv.get(catalogKey(this.name));
    this.#entry = bytes === undefined ? undefined : readCatalogEntry(bytes);
    this.#prefixes = [];
  }

  #saveCatalog(indexes: readonly IndexSpec[]): number {
    const id = this.#entry?.id ?? this.#numbers.table();
    this.#entry = { id, name: this.name, indexes };
    this.#prefixes = [];
    this.#kv.put(catalogKey(this.name), catalogBytes(this.#entry));
    return id;
  }

  /** Makes sure the collection exists and tells its number. Inside a write. */
  create(): number {
    return this.#entry?.id ?? this.#saveCatalog([{ ...idIndex }]);
  }

  #documentKey(record: number): Buffer {
    return documentKey(this.#entry?.id ?? 0, record);
  }

  #prefix(index: number): Buffer {
    let prefix = this.#prefixes[index];
    if (prefix === undefined) {
      prefix = prefixOf(this.#entry?.id ?? 0, index);
      this.#prefixes[index] = prefix;
    }
    return prefix;
  }

  #entriesOf(record: Buffer, doc: Doc): IndexEntry[] {
    return this.indexes.flatMap((spec) => {
      const prefix = this.#prefix(spec.id);
      return this.#keys(spec, doc).map((key) => ({
        key: Buffer.concat(spec.unique ? [prefix, key] : [prefix, key, record]),
        spec,
      }));
    });
  }

  #keys(spec: IndexSpec, doc: Doc): readonly Buffer[] {
    const found = keysOf(spec, doc);
    const roots = found.multikeyRoots.filter((root) => !spec.multikeyRoots.includes(root));
    if (roots.length > 0 || (found.hasLongKeys && !spec.hasLongKeys)) {
      spec.multikeyRoots = [...spec.multikeyRoots, ...roots];
      spec.hasLongKeys ||= found.hasLongKeys;
      this.#saveCatalog(this.indexes);
    }
    return found.keys;
  }

  #refuseDuplicates(entries: readonly IndexEntry[], record: Buffer, doc: Doc): void {
    for (const { key, spec } of entries) {
      if (!spec.unique) continue;
      const holder = recordAt(this.#kv, key);
      if (holder !== undefined && holder !== recordOf(record))
        throw duplicateKey(this.name, spec, keyValueOf(spec, doc));
    }
  }

  /**
   * Stores a new document, which is given {@link encoded} too. Inside a write.
   * @throws {MongoServerError} 11000 — when a unique index already holds its key
   */
  insert(doc: Doc, value: Buffer): void {
    this.#add(doc, value);
  }

  /** Stores a new document as the bytes it has elsewhere. Inside a write. @throws {MongoServerError} as {@link insert} */
  insertBytes(bytes: Buffer): void {
    this.#add(readExactly(bytes), withChecksum(bytes));
  }

  #add(doc: Doc, value: Buffer): void {
    const key = this.#documentKey(this.#numbers.record(this.create()));
    const record = key.subarray(4);
    const entries = this.#entriesOf(record, doc);
    this.#refuseDuplicates(entries, record, doc);
    this.#kv.put(key, value);
    for (const entry of entries) this.#kv.put(entry.key, record);
  }

  /** A row with the type of each number, as a change must keep it. */
  exactly(row: Row): Row {
    const value = this.#kv.get(this.#documentKey(row.record));
    if (value === undefined) return row;
    return { ...row, doc: readExactly(checkedBytes(value)), isKept: false };
  }

  /**
   * Replaces a document, read {@link exactly}; tells whether anything changed. Inside a write.
   * @throws {MongoServerError} as {@link insert}; 17419 — when larger than 16 MiB
   */
  update(row: Row, next: Doc): boolean {
    const value = encoded(next, tooLarge.update);
    const key = this.#documentKey(row.record);
    if (this.#kv.get(key)?.equals(value)) return false;
    const record = key.subarray(4);
    const before = this.#entriesOf(record, row.doc);
    const after = this.#entriesOf(record, next);
    this.#refuseDuplicates(after, record, next);
    this.#kv.put(key, value);
    for (const entry of missingFrom(after, before)) this.#kv.remove(entry.key);
    for (const entry of missingFrom(before, after)) this.#kv.put(entry.key, record);
    return true;
  }

  /** Removes a document. Inside a write. */
  remove(row: Row): void {
    const { doc } = this.exactly(row);
    const key = this.#documentKey(row.record);
    for (const entry of this.#entriesOf(key.subarray(4), doc)) this.#kv.remove(entry.key);
    this.#kv.remove(key);
  }

  /** The document with that `_id`. Nobody may change it: see {@link Ground}. */
  findById(id: unknown): Row | undefined {
    if (this.#entry === undefined) return undefined;
    const key = Buffer.concat([this.#prefix(idIndex.id), fitKey(encodeValue(id))]);
    const record = recordAt(this.#kv, key);
    return record === undefined ? undefined : this.#rows.row(this.#entry.id, record);
  }

  /**
   * Visits rows in the plan's order until a visit gives false; tells where it stopped, or undefined at the end.
   * Nobody may change a row's document: see {@link Ground}.
   */
  scan(scan: Scan, visit: (row: Row) => boolean): Resume | undefined {
    return this.#entry && this.#rows.scan(this.#entry.id, scan, visit);
  }

  /** How many documents there are, without reading them. */
  count(): number {
    if (this.#entry === undefined) return 0;
    return this.#kv.count(keysIn(this.#entry.id, 0));
  }

  /**
   * Adds an index and fills it. Inside a write.
   * @throws {MongoServerError} 11000 — when existing documents share a unique key; 85 — when it is there by another name
   * or lifetime; 86 — when the name is taken by another index
   */
  addIndex(make: (id: number) => IndexSpec): string {
    this.create();
    const spec = make(Math.max(...this.indexes.map(({ id }) => id)) + 1);
    // Every collection has the index on `_id`, whatever name it is asked for by.
    if (hasKey(spec, { _id: 1 })) return spec.name;
    const named = this.indexes.find(({ name }) => name === spec.name);
    const alike = this.indexes.filter((index) => identityOf(index).equals(identityOf(spec)));
    const existing = named ?? alike[0];
    if (existing === undefined) return this.#build(spec);
    if (!alike.includes(existing))
      throw serverError(86, `An existing index has the same name: ${spec.name}`);
    if (existing !== named)
      throw serverError(85, `Index already exists with a different name: ${existing.name}`);
    if (existing.expireAfterSeconds !== spec.expireAfterSeconds)
      throw serverError(85, `An equivalent index has other options: ${existing.name}`);
    return spec.name;
  }

  #build(spec: IndexSpec): string {
    this.clearIndex(spec.id);
    this.#fill(spec);
    this.#saveCatalog([...this.indexes, spec]);
    return spec.name;
  }

  #fill(spec: IndexSpec): void {
    const reading = keysIn(this.create(), 0);
    for (let after: Buffer | undefined = reading.start; after;) {
      const batch: Entry[] = take(this.#kv.entries({ ...reading, after }), fillBatch);
      for (const entry of batch) this.#fillOne(spec, entry);
      after = batch.at(-1)?.key;
    }
  }

  #fillOne(spec: IndexSpec, entry: Entry): void {
    const record = entry.key.subarray(4);
    const doc = readExactly(checkedBytes(entry.value));
    const found = keysOf(spec, doc);
    spec.multikeyRoots = [...new Set([...spec.multikeyRoots, ...found.multikeyRoots])];
    spec.hasLongKeys ||= found.hasLongKeys;
    for (const plain of found.keys) {
      const key = Buffer.concat([this.#prefix(spec.id), plain, ...(spec.unique ? [] : [record])]);
      this.#refuseDuplicates([{ key, spec }], record, doc);
      this.#kv.put(key, record);
    }
  }

  /**
   * Takes the index of a name or a key out of use, or all but `_id_` for `*`; tells their numbers. Inside a write.
   * @throws {MongoServerError} 26, 27 — when there is none; 72 — for `_id_`; 181 — when several have the key
   */
  dropIndexes(wanted: unknown): number[] {
    if (this.id === undefined) throw serverError(26, `ns not found ${namespaceOf(this.name)}`);
    const isWanted = (spec: IndexSpec) =>
      isDoc(wanted) ? hasKey(spec, wanted) : wanted === spec.name;
    const found = wanted === "*" ? this.indexes.slice(1) : this.indexes.filter(isWanted);
    if (found[0]?.id === idIndex.id) throw serverError(72, "cannot drop _id index");
    if (isDoc(wanted) && found.length > 1)
      throw serverError(181, `${found.length} indexes found for key: ${shown(wanted)}`);
    if (found.length === 0 && wanted !== "*")
      throw serverError(
        27,
        isDoc(wanted)
          ? `can't find index with key: ${shown(wanted)}`
          : `index not found with name [${String(wanted)}]`,
      );
    this.#saveCatalog(this.indexes.filter((spec) => !found.includes(spec)));
    return found.map(({ id }) => id);
  }

  /** Removes the keys that an index number no longer used has left. Inside a write. */
  clearIndex(id: number): void {
    const isInUse = this.indexes.some((index) => index.id === id);
    if (!isInUse) this.#clear(keysIn(this.#entry?.id ?? 0, id));
  }

  /** Gives the collection another name; tables must be read again. Inside a write. */
  rename(name: string): void {
    if (this.#entry === undefined) return;
    this.#kv.remove(catalogKey(this.name));
    this.#kv.put(catalogKey(name), catalogBytes({ ...this.#entry, name }));
  }

  /** Removes the collection. Inside a write. */
  drop(): void {
    if (this.#entry === undefined) return;
    this.#clear(keysIn(this.#entry.id, 0));
    this.#clear(indexKeysIn(this.#entry.id));
    this.#kv.remove(catalogKey(this.name));
    this.#entry = undefined;
  }

  #clear(range: KeyRange): void {
    const entries = [...this.#kv.entries(range)];
    for (const { key } of entries) this.#kv.remove(key);
  }
}

const fillBatch = 1_000;

function take<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) if (taken.push(item) === count) break;
  return taken;
}

/** A document as it is stored, unless it is larger than 16 MiB. */
export function encoded(doc: Doc, refusal: (size: number) => Error): Buffer {
  const bytes = toBytes(doc);
  if (bytes.length > maxDocumentBytes) throw refusal(bytes.length);
  return withChecksum(bytes);
}

function missingFrom(some: readonly IndexEntry[], others: readonly IndexEntry[]): IndexEntry[] {
  return others.filter(({ key }) => !some.some((entry) => entry.key.equals(key)));
}

function hasKey(spec: IndexSpec, key: Doc): boolean {
  return JSON.stringify(Object.entries(keyPatternOf(spec))) === JSON.stringify(Object.entries(key));
}

/** What tells indexes apart, whatever their names. */
function identityOf(spec: IndexSpec): Buffer {
  const { unique, sparse, partial = null } = spec;
  return encodeValue([Object.entries(keyPatternOf(spec)), unique, sparse, partial]);
}
