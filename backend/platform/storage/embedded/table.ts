import type { RootDatabase } from "lmdb";
import { duplicateKey, serverError } from "./errors.ts";
import { idIndex, keysOf, keyValueOf, type IndexSpec } from "./indexes.ts";
import { afterPrefix, encodeValue, fitKey } from "./keys.ts";
import type { KeyRange, Plan } from "./planner.ts";
import { fromBytes, isDoc, maxDocumentBytes, toBytes, type Doc } from "./values.ts";

/** A stored document with the number that orders it by insertion. */
export interface Row {
  readonly record: Buffer;
  readonly doc: Doc;
}

interface CatalogEntry {
  readonly id: number;
  readonly name: string;
  readonly indexes: readonly IndexSpec[];
}

type Db = RootDatabase<Buffer, Buffer>;

const catalogPrefix = Buffer.alloc(4);
const recordBytes = 6;

function prefixOf(table: number, index: number): Buffer {
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

/** Storage of one collection: documents by record number and its indexes, all in one ordered key space. */
export class Table {
  readonly name: string;
  readonly #db: Db;
  readonly #newId: () => number;
  #entry: CatalogEntry | undefined;
  #documents: Buffer = Buffer.alloc(0);
  #nextRecord = 1;

  constructor(db: Db, name: string, newId: () => number) {
    this.#db = db;
    this.name = name;
    this.#newId = newId;
    this.reload();
  }

  /** The catalog's entries. */
  static list(db: Db): { id: number; name: string }[] {
    return [...db.getRange({ start: catalogPrefix, end: afterPrefix(catalogPrefix) })].map(
      ({ value }) => readCatalogEntry(value),
    );
  }

  /** Its number in the key space; undefined before the first write. */
  get id(): number | undefined {
    return this.#entry?.id;
  }

  /** Its indexes, `_id_` first. */
  get indexes(): readonly IndexSpec[] {
    return this.#entry?.indexes ?? [idIndex];
  }

  /** Reads the catalog again: at opening, and after a commit that failed. */
  reload(): void {
    const bytes = this.#db.get(this.#catalogKey());
    this.#entry = bytes === undefined ? undefined : readCatalogEntry(bytes);
    this.#nextRecord = 1;
    if (this.#entry === undefined) return;
    this.#documents = prefixOf(this.#entry.id, 0);
    const range = {
      start: afterPrefix(this.#documents),
      end: this.#documents,
      reverse: true,
      limit: 1,
    };
    for (const key of this.#db.getKeys(range)) {
      this.#nextRecord = key.readUIntBE(4, recordBytes) + 1;
    }
  }

  #catalogKey(): Buffer {
    return Buffer.concat([catalogPrefix, fitKey(Buffer.from(this.name))]);
  }

  #saveCatalog(indexes: readonly IndexSpec[]): void {
    const id = this.#entry?.id ?? this.#newId();
    this.#entry = { id, name: this.name, indexes };
    this.#documents = prefixOf(id, 0);
    void this.#db.put(this.#catalogKey(), Buffer.from(toBytes(this.#entry, true)));
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
      const holder = this.#db.get(key);
      if (holder && !holder.equals(record))
        throw duplicateKey(`embedded.${this.name}`, spec.name, keyValueOf(spec, doc));
    }
  }

  /**
   * Stores a new document. Inside a write.
   * @throws {MongoServerError} 11000 — when a unique index already holds its key; 10334 — when larger than 16 MiB
   */
  insert(doc: Doc): void {
    const bytes = this.#encode(doc);
    this.create();
    const record = Buffer.alloc(recordBytes);
    record.writeUIntBE(this.#nextRecord, 0, recordBytes);
    const entries = this.#entriesOf(record, doc);
    this.#refuseDuplicates(entries, record, doc);
    this.#nextRecord++;
    void this.#db.put(Buffer.concat([this.#documents, record]), bytes);
    for (const { key } of entries.values()) void this.#db.put(key, record);
  }

  #encode(doc: Doc): Buffer {
    const bytes = Buffer.from(toBytes(doc));
    if (bytes.length > maxDocumentBytes)
      throw serverError(10334, `BSONObj size: ${bytes.length} is too large`);
    return bytes;
  }

  /**
   * Replaces a document; tells whether anything changed. Inside a write.
   * @throws {MongoServerError} as {@link insert}
   */
  update(row: Row, next: Doc): boolean {
    const bytes = this.#encode(next);
    const documentKey = Buffer.concat([this.#documents, row.record]);
    if (this.#db.get(documentKey)?.equals(bytes)) return false;
    const before = this.#entriesOf(row.record, row.doc);
    const after = this.#entriesOf(row.record, next);
    this.#refuseDuplicates(after, row.record, next);
    void this.#db.put(documentKey, bytes);
    for (const [name, { key }] of before) if (!after.has(name)) void this.#db.remove(key);
    for (const [name, { key }] of after) if (!before.has(name)) void this.#db.put(key, row.record);
    return true;
  }

  /** Removes a document. Inside a write. */
  remove(row: Row): void {
    for (const { key } of this.#entriesOf(row.record, row.doc).values()) void this.#db.remove(key);
    void this.#db.remove(Buffer.concat([this.#documents, row.record]));
  }

  /** The document with that `_id`. */
  findById(id: unknown): Row | undefined {
    if (this.#entry === undefined) return undefined;
    const record = this.#db.get(this.#indexKey(idIndex, fitKey(encodeValue(id)), Buffer.alloc(0)));
    return record === undefined ? undefined : this.#row(record);
  }

  #row(record: Buffer): Row | undefined {
    const bytes = this.#db.get(Buffer.concat([this.#documents, record]));
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
    for (const { key, value } of this.#db.getRange(directed(range, reverse, resume?.key))) {
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
      for (const { key, value } of this.#db.getRange(
        directed({ start, end }, plan.reverse, after),
      )) {
        const row = this.#row(value);
        if (row) yield { ...row, at: { key, range: i } };
      }
    }
  }

  /** How many documents there are, without reading them. */
  count(): number {
    if (this.#entry === undefined) return 0;
    return this.#db.getKeysCount({ start: this.#documents, end: afterPrefix(this.#documents) });
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
    for (const { key, record } of entries) void this.#db.put(key, record);
    this.#saveCatalog([...this.indexes, spec]);
    return spec.name;
  }

  /** Removes an index. Inside a write. */
  dropIndex(name: string): void {
    const spec = this.indexes.find((index) => index.name === name);
    if (spec === undefined || spec.id === idIndex.id)
      throw serverError(27, `index not found with name [${name}]`);
    this.#clear(prefixOf(this.#entry?.id ?? 0, spec.id));
    this.#saveCatalog(this.indexes.filter((index) => index !== spec));
  }

  /** Removes the collection. Inside a write. */
  drop(): void {
    if (this.#entry === undefined) return;
    this.#clear(prefixOf(this.#entry.id, 0).subarray(0, 2));
    void this.#db.remove(this.#catalogKey());
    this.#entry = undefined;
    this.#nextRecord = 1;
  }

  #clear(prefix: Buffer): void {
    const keys = [...this.#db.getKeys({ start: prefix, end: afterPrefix(prefix) })];
    for (const key of keys) void this.#db.remove(key);
  }
}

/** Where a reading stopped. */
export interface Resume {
  readonly key: Buffer;
  readonly range: number;
}

/** Ranges include their start and exclude their end, whichever way they are read. */
function directed(range: KeyRange, reverse: boolean, after: Buffer | undefined) {
  const zero = Buffer.from([0]);
  if (!reverse)
    return { start: after ? Buffer.concat([after, zero]) : range.start, end: range.end };
  return {
    start: after ?? range.end,
    end: range.start,
    reverse: true,
    exclusiveStart: true,
    inclusiveEnd: true,
  };
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
