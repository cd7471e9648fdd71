import { existsSync } from "node:fs";
import { join } from "node:path";
import { readExactly } from "../values/bson-reader.ts";
import { refuseDamaged, verifyPages } from "./folder.ts";
import { describeIndex, idIndex, keysOf, type IndexKeys, type IndexSpec } from "./indexes.ts";
import { afterPrefix } from "../values/keys.ts";
import { Committed, openDatabase, type Db } from "./kv.ts";
import { checkedBytes, prefixOf, readCatalog, type CatalogEntry } from "./layout.ts";
import type { Doc } from "../values/values.ts";

const recordBytes = 6;

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
   * @throws {DatabaseDamaged} when its file is cut short or has no sound root
   */
  constructor(folder: string) {
    // lmdb would create the folder before it fails.
    if (!existsSync(join(folder, "data.mdb"))) throw new Error(`There is no database in ${folder}`);
    refuseDamaged(folder);
    this.#folder = folder;
    this.#db = openDatabase(folder, { readOnly: true });
    this.#kv = new Committed(this.#db);
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
    for (const { value: record } of this.#range(prefixOf(entry.id, idIndex.id))) {
      const bytes = this.#kv.get(Buffer.concat([documents, record]));
      if (bytes === undefined)
        throw new Error(`${name}: the index of _id names a missing document`);
      found++;
      yield checkedBytes(bytes);
    }
    const stored = this.#kv.count({ start: documents, end: afterPrefix(documents) });
    if (stored !== found) throw new Error(`${name}: ${stored - found} documents have no _id entry`);
  }

  #range(prefix: Buffer) {
    return this.#kv.entries({ start: prefix, end: afterPrefix(prefix) });
  }

  /**
   * What is wrong in the file, one sentence each: unreadable documents, index entries that are missing or too many.
   * @throws {DatabaseDamaged} when a page cannot be read; LMDB would end the process over it
   */
  *problems(): Generator<string> {
    const entries = readCatalog(this.#kv);
    // Now that this moment's pages are held.
    verifyPages(this.#folder);
    for (const entry of entries) yield* this.#problemsOf(entry);
    yield* this.#strays(new Set(entries.map(({ id }) => id)));
  }

  *#problemsOf(entry: CatalogEntry): Generator<string> {
    const counts = new Map(entry.indexes.map(({ id }) => [id, 0]));
    for (const { key, value } of this.#range(prefixOf(entry.id, 0))) {
      const record = key.subarray(4);
      const doc = decoded(value);
      if (doc === undefined) {
        yield `${entry.name}: document number ${record.readUIntBE(0, recordBytes)} cannot be read`;
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
    const prefix = prefixOf(entry.id, spec.id);
    if (this.#kv.count({ start: prefix, end: afterPrefix(prefix) }) === expected) return;
    for (const { key, value: record } of this.#range(prefix)) {
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
    let start: Buffer = Buffer.from([0, 1]);
    const end = Buffer.from([0xff, 0xff]);
    for (;;) {
      const first = firstOf(this.#kv.entries({ start, end }));
      if (first === undefined) return;
      const table = first.key.readUInt16BE(0);
      if (!known.has(table)) yield `table ${table} is in the file and not in the catalog`;
      start = afterPrefix(first.key.subarray(0, 2));
    }
  }

  /** Lets the pages go. */
  async close(): Promise<void> {
    this.#kv.release();
    await this.#db.close();
  }
}

function firstOf<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
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
