import { duplicateKey, serverError } from "./errors.ts";
import { idIndex, keysOf, keyValueOf, type IndexSpec } from "./indexes.ts";
import { afterPrefix, encodeValue, fitKey } from "./keys.ts";
import type { KeyRange, Kv } from "./kv.ts";
import type { Plan } from "./planner.ts";
import {
  fromBytes,
  fromBytesExactly,
  isDoc,
  maxDocumentBytes,
  toBytes,
  type Doc,
} from "./values.ts";

/** A stored document with the number that orders it by insertion. */
export interface Row {
  readonly record: Buffer;
  readonly doc: Doc;
}

/** A collection in the catalog. */
export interface CatalogEntry {
  readonly id: number;
  readonly name: string;
  readonly indexes: readonly IndexSpec[];
}

/** Hands out numbers that no other table, or document of the table, has or will have. */
export interface Numbers {
  table(): number;
  record(table: number): number;
}

const catalogPrefix = Buffer.alloc(4);
const catalogRange: KeyRange = { start: catalogPrefix, end: afterPrefix(catalogPrefix) };
const recordBytes = 6;

/** Whether a key belongs to the catalog: collections and their indexes. */
export function isCatalogKey(key: Buffer): boolean {
  return key.readUInt32BE(0) === 0;
}

/** The key of a collection in the catalog. */
export function catalogKey(name: string): Buffer {
  return Buffer.concat([catalogPrefix, fitKey(Buffer.from(name))]);
}

/** The highest record number a table ever stored and still has; 0 for none. */
export function lastRecord(kv: Kv, table: number): number {
  const start = prefixOf(table, 0);
  for (const { key } of kv.entries({ start, end: afterPrefix(start), reverse: true })) {
    return key.readUIntBE(4, recordBytes);
  }
  return 0;
}

/** Beginning of the keys of an index of a table; index 0 holds the documents. */
export function prefixOf(table: number, index: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt16BE(table, 0);
  prefix.writeUInt16BE(index, 2);
  return prefix;
}

function readCatalogEntry(bytes: Uint8Array): CatalogEntry {
  const { id, name, indexes } = fromBytes(bytes);
  if (typeof id !== "number" || typeof name !== "string" || !Array.isArray(indexes)) {
    throw serverError(8, "The catalog of the embedded database is damaged.");
  }
  return { id, name, indexes: (indexes as unknown[]).filter(isDoc) as unknown as IndexSpec[] };
}

/** Every collection in the catalog. @throws {MongoServerError} 8 — when it is damaged */
export function readCatalog(kv: Kv): CatalogEntry[] {
  return [...kv.entries(catalogRange)].map(({ value }) => readCatalogEntry(value));
}

/** Storage of one collection: documents by record number and its indexes, all in one ordered key space. */
export class Table {
  readonly name: string;
  readonly #kv: Kv;
  readonly #numbers: Numbers;
  #entry: CatalogEntry | undefined;
  #documents: Buffer = Buffer.alloc(0);

  constructor(kv: Kv, name: string, numbers: Numbers) {
    this.#kv = kv;
    this.name = name;
    this.#numbers = numbers;
    this.reload();
  }

  /** The catalog's entries. */
  static list(kv: Kv): { id: number; name: string }[] {
    return readCatalog(kv);
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
    if (this.#entry !== undefined) this.#documents = prefixOf(this.#entry.id, 0);
  }

  #saveCatalog(indexes: readonly IndexSpec[]): void {
    const id = this.#entry?.id ?? this.#numbers.table();
    this.#entry = { id, name: this.name, indexes };
    this.#documents = prefixOf(id, 0);
    this.#kv.put(catalogKey(this.name), Buffer.from(toBytes(this.#entry, true)));
  }

  /** Makes sure the collection exists. Inside a write. */
  create(): void {
    if (this.#entry === undefined) this.#saveCatalog([{ ...idIndex }]);
  }

  #indexKey(spec: IndexSpec, key: Buffer, record: Buffer): Buffer {
    const parts = [prefixOf(this.#entry?.id ?? 0, spec.id), key];
    return Buffer.concat(spec.unique ? parts : [...parts, record]);
  }

  #entriesOf(record: Buffer, doc: Doc): Map<string, { key: Buffer; spec: IndexSpec }> {
    const entries = new Map<string, { key: Buffer; spec: IndexSpec }>();
    for (const spec of this.indexes) {
      const { keys } = this.#keys(spec, doc);
      for (const plain of keys) {
        const key = this.#indexKey(spec, plain, record);
        entries.set(key.toString("latin1"), { key, spec });
      }
    }
    return entries;
  }

  #keys(spec: IndexSpec, doc: Doc): { keys: readonly Buffer[] } {
    const found = keysOf(spec, doc);
    const roots = found.multikeyRoots.filter((root) => !spec.multikeyRoots.includes(root));
    if (roots.length > 0 || (found.hasLongKeys && !spec.hasLongKeys)) {
      spec.multikeyRoots = [...spec.multikeyRoots, ...roots];
      spec.hasLongKeys ||= found.hasLongKeys;
      this.#saveCatalog(this.indexes);
    }
    return found;
  }

  #refuseDuplicates(
    entries: Map<string, { key: Buffer; spec: IndexSpec }>,
    record: Buffer,
    doc: Doc,
  ): void {
    for (const { key, spec } of entries.values()) {
      if (!spec.unique) continue;
      const holder = this.#kv.get(key);
      if (holder && !holder.equals(record))
        throw duplicateKey(`embedded.${this.name}`, spec.name, keyValueOf(spec, doc));
    }
  }

  /**
   * Stores a new document. Inside a write.
   * @throws {MongoServerError} 11000 — when a unique index already holds its key; 10334 — when larger than 16 MiB
   */
  insert(doc: Doc): void {
    this.#add(doc, this.#encode(doc));
  }

  /** Stores a new document as the bytes it has elsewhere. Inside a write. @throws {MongoServerError} as {@link insert} */
  insertBytes(bytes: Buffer): void {
    this.#add(fromBytes(bytes), bytes);
  }

  #add(doc: Doc, bytes: Buffer): void {
    this.create();
    const record = Buffer.alloc(recordBytes);
    record.writeUIntBE(this.#numbers.record(this.#entry?.id ?? 0), 0, recordBytes);
    const entries = this.#entriesOf(record, doc);
    this.#refuseDuplicates(entries, record, doc);
    this.#kv.put(Buffer.concat([this.#documents, record]), bytes);
    for (const { key } of entries.values()) this.#kv.put(key, record);
  }

  #encode(doc: Doc): Buffer {
    const bytes = Buffer.from(toBytes(doc));
    if (bytes.length > maxDocumentBytes)
      throw serverError(10334, `BSONObj size: ${bytes.length} is too large`);
    return bytes;
  }

  /** A row with the type of each number, as a change must keep it. */
  exactly({ record, doc }: Row): Row {
    const bytes = this.#kv.get(Buffer.concat([this.#documents, record]));
    return { record, doc: bytes === undefined ? doc : fromBytesExactly(bytes) };
  }

  /**
   * Replaces a document, read {@link exactly}; tells whether anything changed. Inside a write.
   * @throws {MongoServerError} as {@link insert}
   */
  update(row: Row, next: Doc): boolean {
    const bytes = this.#encode(next);
    const documentKey = Buffer.concat([this.#documents, row.record]);
    if (this.#kv.get(documentKey)?.equals(bytes)) return false;
    const before = this.#entriesOf(row.record, row.doc);
    const after = this.#entriesOf(row.record, next);
    this.#refuseDuplicates(after, row.record, next);
    this.#kv.put(documentKey, bytes);
    for (const [name, { key }] of before) if (!after.has(name)) this.#kv.remove(key);
    for (const [name, { key }] of after) if (!before.has(name)) this.#kv.put(key, row.record);
    return true;
  }

  /** Removes a document. Inside a write. */
  remove(row: Row): void {
    const { doc } = this.exactly(row);
    for (const { key } of this.#entriesOf(row.record, doc).values()) this.#kv.remove(key);
    this.#kv.remove(Buffer.concat([this.#documents, row.record]));
  }

  /** The document with that `_id`. */
  findById(id: unknown): Row | undefined {
    if (this.#entry === undefined) return undefined;
    const record = this.#kv.get(this.#indexKey(idIndex, fitKey(encodeValue(id)), Buffer.alloc(0)));
    return record === undefined ? undefined : this.#row(record);
  }

  #row(record: Buffer): Row | undefined {
    const bytes = this.#kv.get(Buffer.concat([this.#documents, record]));
    return bytes === undefined ? undefined : { record, doc: fromBytes(bytes) };
  }

  /** Rows of a plan in its order, each once; `resume` continues behind the key a former call gave. */
  *rows(plan: Plan, resume?: Resume): Generator<Row & { at: Resume }> {
    if (this.#entry === undefined) return;
    if (plan.index === undefined) yield* this.#allRows(plan.reverse, resume);
    else yield* this.#indexedRows(plan.index, plan, resume);
  }

  *#allRows(reverse: boolean, resume?: Resume): Generator<Row & { at: Resume }> {
    const range = { start: this.#documents, end: afterPrefix(this.#documents) };
    for (const { key, value } of this.#kv.entries({ ...range, reverse, after: resume?.key })) {
      yield { record: key.subarray(4), doc: fromBytes(value), at: { key, range: 0 } };
    }
  }

  *#indexedRows(spec: IndexSpec, plan: Plan, resume?: Resume): Generator<Row & { at: Resume }> {
    const prefix = prefixOf(this.#entry?.id ?? 0, spec.id);
    for (const [i, range] of plan.ranges.entries()) {
      if (resume !== undefined && i < resume.range) continue;
      const start = Buffer.concat([prefix, range.start]);
      const end = Buffer.concat([prefix, range.end]);
      const after = resume?.range === i ? resume.key : undefined;
      for (const { key, value } of this.#kv.entries({ start, end, reverse: plan.reverse, after })) {
        const row = this.#row(value);
        if (row) yield { ...row, at: { key, range: i } };
      }
    }
  }

  /** How many documents there are, without reading them. */
  count(): number {
    if (this.#entry === undefined) return 0;
    return this.#kv.count({ start: this.#documents, end: afterPrefix(this.#documents) });
  }

  /**
   * Adds an index and fills it. Inside a write.
   * @throws {MongoServerError} 11000 — when existing documents share a unique key; 86 — when the name is taken by another definition
   */
  addIndex(make: (id: number) => IndexSpec): string {
    this.create();
    const spec = make(Math.max(...this.indexes.map(({ id }) => id)) + 1);
    const existing = this.indexes.find(({ name }) => name === spec.name);
    if (existing) {
      if (isSameDefinition(existing, spec)) return spec.name;
      throw serverError(
        86,
        `An existing index has the same name as the requested index: ${spec.name}`,
      );
    }
    this.clearIndex(spec.id);
    const entries: { key: Buffer; record: Buffer }[] = [];
    const holders = new Set<string>();
    for (const { record, doc } of this.#allRows(false)) {
      const found = keysOf(spec, doc);
      spec.multikeyRoots = [...new Set([...spec.multikeyRoots, ...found.multikeyRoots])];
      spec.hasLongKeys ||= found.hasLongKeys;
      for (const plain of found.keys) {
        const key = this.#indexKey(spec, plain, record);
        const name = key.toString("latin1");
        if (holders.has(name))
          throw duplicateKey(`embedded.${this.name}`, spec.name, keyValueOf(spec, doc));
        if (spec.unique) holders.add(name);
        entries.push({ key, record });
      }
    }
    for (const { key, record } of entries) this.#kv.put(key, record);
    this.#saveCatalog([...this.indexes, spec]);
    return spec.name;
  }

  /** Takes an index out of use and tells its number. Inside a write. */
  dropIndex(name: string): number {
    const spec = this.indexes.find((index) => index.name === name);
    if (spec === undefined || spec.id === idIndex.id)
      throw serverError(27, `index not found with name [${name}]`);
    this.#saveCatalog(this.indexes.filter((index) => index !== spec));
    return spec.id;
  }

  /** Removes the keys that an index number no longer used has left. Inside a write. */
  clearIndex(id: number): void {
    if (this.indexes.every((index) => index.id !== id))
      this.#clear(prefixOf(this.#entry?.id ?? 0, id));
  }

  /** Removes the collection. Inside a write. */
  drop(): void {
    if (this.#entry === undefined) return;
    this.#clear(prefixOf(this.#entry.id, 0).subarray(0, 2));
    this.#kv.remove(catalogKey(this.name));
    this.#entry = undefined;
  }

  #clear(prefix: Buffer): void {
    const entries = [...this.#kv.entries({ start: prefix, end: afterPrefix(prefix) })];
    for (const { key } of entries) this.#kv.remove(key);
  }
}

/** Where a reading stopped. */
export interface Resume {
  readonly key: Buffer;
  readonly range: number;
}

function isSameDefinition(a: IndexSpec, b: IndexSpec): boolean {
  const definition = ({ fields, unique, sparse, partial, expireAfterSeconds }: IndexSpec) =>
    encodeValue({
      fields,
      unique,
      sparse,
      partial: partial ?? null,
      ttl: expireAfterSeconds ?? null,
    });
  return definition(a).equals(definition(b));
}
