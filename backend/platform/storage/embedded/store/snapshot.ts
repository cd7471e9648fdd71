import { existsSync } from "node:fs";
import { join } from "node:path";
import { readExactly } from "../values/bson-reader.ts";
import { doublyUsedPages, refuseDamaged, verifyPages } from "./folder.ts";
import { describeIndex, idIndex, keysOf, type IndexKeys, type IndexSpec } from "./indexes.ts";
import { Committed } from "./committed.ts";
import {
  checkedBytes,
  keysIn,
  prefixOf,
  readCatalog,
  recordOf,
  type CatalogEntry,
} from "./layout.ts";
import { openDatabase, Trees, type Db } from "./trees.ts";
import type { Doc } from "../values/values.ts";

/** A collection in a {@link StoredState}. */
export interface StoredCollection {
  readonly name: string;
  /** As `listIndexes` shows them. */
  readonly indexes: readonly Doc[];
}

/**
 * The durable state of a database folder at one moment, read beside the process that owns the folder: documents as the
 * bytes they are, and whether all of it fits together. Pages of that moment are kept until it is closed.
 */
export class StoredState {
  readonly #db: Db;
  readonly #kv: Committed;
  readonly #folder: string;

  /**
   * @throws {Error} when the folder holds no database
   * @throws {DatabaseDamaged} when a page of its file cannot be read; LMDB would end the process over it
   */
  constructor(folder: string) {
    // lmdb would create the folder before it fails.
    if (!existsSync(join(folder, "data.mdb"))) throw new Error(`There is no database in ${folder}`);
    refuseDamaged(folder);
    this.#folder = folder;
    this.#db = openDatabase(folder, { readOnly: true });
    // Keeps the pages of now, and so those of every later state that is read here.
    const held = this.#db.useReadTransaction();
    try {
      verifyPages(folder);
      this.#kv = new Committed(new Trees(this.#db, { readOnly: true }));
    } catch (error) {
      held.done();
      void this.#db.close();
      throw error;
    }
    held.done();
  }

  #entry(name: string): CatalogEntry | undefined {
    return readCatalog(this.#kv).find((entry) => entry.name === name);
  }

  /** Its collections, by name. */
  collections(): readonly StoredCollection[] {
    return readCatalog(this.#kv)
      .map(({ name, indexes }) => ({ name, indexes: indexes.map(describeIndex) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * A collection's documents as BSON, by `_id` in MongoDB's order.
   * @throws {Error} when a document is not in the index of `_id`, or the index names one that is not there
   */
  *documents(name: string): Generator<Buffer> {
    const entry = this.#entry(name);
    if (entry === undefined) return;
    const documents = prefixOf(entry.id, 0);
    let found = 0;
    for (const { value: record } of this.#kv.entries(keysIn(entry.id, idIndex.id))) {
      const bytes = this.#kv.get(Buffer.concat([documents, record]));
      if (bytes === undefined)
        throw new Error(`${name}: the index of _id names a missing document`);
      found++;
      yield checkedBytes(bytes);
    }
    const stored = this.#kv.count(keysIn(entry.id, 0));
    if (stored !== found) throw new Error(`${name}: ${stored - found} documents have no _id entry`);
  }

  /** What is wrong in the file, one sentence each: unreadable documents, index entries that are missing or too many. */
  *problems(): Generator<string> {
    const pages = doublyUsedPages(this.#folder);
    if (pages.length > 0)
      yield `${pages.length} pages are in use and free at once, page ${pages[0]} first: an older state is read in their place`;
    const entries = readCatalog(this.#kv);
    for (const entry of entries) yield* this.#problemsOf(entry);
    yield* this.#strays(new Set(entries.map(({ id }) => id)));
  }

  *#problemsOf(entry: CatalogEntry): Generator<string> {
    const counts = new Map(entry.indexes.map(({ id }) => [id, 0]));
    for (const { key, value } of this.#kv.entries(keysIn(entry.id, 0))) {
      const record = key.subarray(4);
      const doc = decoded(value);
      if (doc === undefined) {
        yield `${entry.name}: document number ${recordOf(record)} cannot be read`;
        continue;
      }
      for (const spec of entry.indexes) {
        const found = keysOf(spec, doc);
        counts.set(spec.id, (counts.get(spec.id) ?? 0) + found.keys.length);
        const keys = entryKeys(entry, spec, { found, record });
        if (!keys.every((key) => this.#kv.get(key)?.equals(record) === true))
          yield `${entry.name}: index ${spec.name} lacks ${nameOf(doc)}`;
        if (isUnderstated(spec, found))
          yield `${entry.name}: index ${spec.name} does not know that ${nameOf(doc)} holds a list or a long value`;
      }
    }
    for (const spec of entry.indexes) yield* this.#surplus(entry, spec, counts.get(spec.id) ?? 0);
  }

  /** Entries that no document accounts for; looked for one by one only when there are more or fewer than there should be. */
  *#surplus(entry: CatalogEntry, spec: IndexSpec, expected: number): Generator<string> {
    const range = keysIn(entry.id, spec.id);
    if (this.#kv.count(range) === expected) return;
    for (const { key, value: record } of this.#kv.entries(range)) {
      const bytes = this.#kv.get(Buffer.concat([prefixOf(entry.id, 0), record]));
      const doc = bytes && decoded(bytes);
      if (!doc)
        yield `${entry.name}: index ${spec.name} has an entry for a document that is not there`;
      else if (
        !entryKeys(entry, spec, { found: keysOf(spec, doc), record }).some((one) => one.equals(key))
      )
        yield `${entry.name}: index ${spec.name} has an entry that ${nameOf(doc)} does not account for`;
    }
  }

  /** Keys under table numbers that the catalog does not give out. */
  *#strays(known: ReadonlySet<number>): Generator<string> {
    for (const table of new Set(this.#kv.tables()))
      if (!known.has(table)) yield `table ${table} is in the file and not in the catalog`;
  }

  /** Lets the pages go. */
  async close(): Promise<void> {
    this.#kv.release();
    await this.#db.close();
  }
}

function decoded(bytes: Buffer): Doc | undefined {
  try {
    return readExactly(checkedBytes(bytes));
  } catch {
    return undefined;
  }
}

function nameOf(doc: Doc): string {
  return `document ${JSON.stringify(doc._id)}`;
}

function entryKeys(
  { id }: CatalogEntry,
  spec: IndexSpec,
  { found, record }: { found: IndexKeys; record: Buffer },
): Buffer[] {
  const prefix = prefixOf(id, spec.id);
  return found.keys.map((key) =>
    Buffer.concat(spec.unique ? [prefix, key] : [prefix, key, record]),
  );
}

/** An index that does not know of lists or long keys would be used for queries it cannot answer. */
function isUnderstated(spec: IndexSpec, { multikeyRoots, hasLongKeys }: IndexKeys): boolean {
  return (
    multikeyRoots.some((root) => !spec.multikeyRoots.includes(root)) ||
    (hasLongKeys && !spec.hasLongKeys)
  );
}
