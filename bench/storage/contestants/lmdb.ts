import { open, type RootDatabase } from "lmdb";
import { BSON } from "mongodb";
import { indexes, type Entry, type IndexName } from "../documents.ts";
import type { Answer, Contestant } from "./contestant.ts";

type Db = RootDatabase<Buffer, Buffer>;

const documents = Buffer.from([0]);
const ids = Buffer.from([9]);
const numbers: Record<IndexName, number> = { code: 1, agreement: 2, at: 3, authorAt: 4 };

function timeKey(at: Date): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(at.getTime()));
  return bytes;
}

const textKey = (text: string) => Buffer.from(`${text}\0`, "latin1");
const documentKey = (id: string) => Buffer.concat([documents, Buffer.from(id, "latin1")]);
const idKey = (id: Buffer) => Buffer.concat([ids, id]);
const under = (name: IndexName, ...parts: Buffer[]) =>
  Buffer.concat([Buffer.from([numbers[name]]), ...parts]);

function indexKey(name: IndexName, doc: Entry): Buffer {
  const parts = indexes[name].fields.map((field) =>
    field === "at" ? timeKey(doc.at) : textKey(doc[field]),
  );
  const key = under(name, ...parts);
  return indexes[name].unique ? key : Buffer.concat([key, Buffer.from(doc._id, "latin1")]);
}

function after(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end[end.length - 1] ?? 0) + 1;
  return end;
}

/**
 * LMDB by hand: the document under its `_id` as BSON and one entry for each further index. An entry for the `_id` is
 * written too, though never read, so that a change puts as many records as the engine's.
 */
class RawLmdb implements Contestant {
  readonly #inTransactions: boolean;
  #names: readonly IndexName[] = [];
  #db: Db | undefined;

  constructor(inTransactions: boolean) {
    this.#inTransactions = inTransactions;
  }

  get #open(): Db {
    if (this.#db === undefined) throw new Error("not open");
    return this.#db;
  }

  async open(path: string, names: readonly IndexName[]): Promise<void> {
    this.#names = names;
    // The engine's own options.
    this.#db = open<Buffer, Buffer>({
      path,
      encoding: "binary",
      keyEncoding: "binary",
      overlappingSync: false,
      eventTurnBatching: false,
      noSubdir: false,
      maxReaders: 126,
    });
  }

  #put(doc: Entry): Promise<boolean> {
    const db = this.#open;
    const id = Buffer.from(doc._id, "latin1");
    const done = db.put(documentKey(doc._id), Buffer.from(BSON.serialize(doc)));
    void db.put(idKey(id), id);
    for (const name of this.#names) void db.put(indexKey(name, doc), id);
    return done;
  }

  async load(docs: Entry[]): Promise<void> {
    await this.#open.transaction(() => {
      for (const doc of docs) void this.#put(doc);
    });
  }

  insert(doc: Entry): Promise<unknown> {
    if (this.#inTransactions) return this.#open.transaction(() => void this.#put(doc));
    return this.#put(doc);
  }

  update(id: string, weight: number): Promise<unknown> {
    return this.#open.transaction(() => {
      const doc = this.byId(id);
      if (doc) {
        const next = Buffer.from(BSON.serialize({ ...doc, weight }));
        void this.#open.put(documentKey(id), next);
      }
    });
  }

  remove(id: string): Promise<unknown> {
    return this.#open.transaction(() => {
      const doc = this.byId(id);
      if (doc === undefined) return;
      for (const name of this.#names) void this.#open.remove(indexKey(name, doc));
      void this.#open.remove(idKey(Buffer.from(id, "latin1")));
      void this.#open.remove(documentKey(id));
    });
  }

  byId(id: string): Entry | undefined {
    const bytes = this.#open.get(documentKey(id));
    return bytes && (BSON.deserialize(bytes) as Entry);
  }

  #behind(id: Buffer): Entry | undefined {
    const bytes = this.#open.get(Buffer.concat([documents, id]));
    return bytes && (BSON.deserialize(bytes) as Entry);
  }

  #range(start: Buffer, end: Buffer): Entry[] {
    const found: Entry[] = [];
    for (const { value } of this.#open.getRange({ start, end })) {
      const doc = this.#behind(value);
      if (doc) found.push(doc);
    }
    return found;
  }

  byCode(code: string): Answer<Entry | undefined> {
    const id = this.#open.get(under("code", textKey(code)));
    return id && this.#behind(id);
  }

  byAgreement(agreement: string): Entry[] {
    const prefix = under("agreement", textKey(agreement));
    return this.#range(prefix, after(prefix));
  }

  between(from: Date, to: Date): Entry[] {
    return this.#range(under("at", timeKey(from)), under("at", timeKey(to)));
  }

  byAuthorBetween(author: string, from: Date, to: Date): Entry[] {
    const key = textKey(author);
    return this.#range(under("authorAt", key, timeKey(from)), under("authorAt", key, timeKey(to)));
  }

  async close(): Promise<void> {
    await this.#open.close();
  }
}

/** Raw LMDB: single puts, or one transaction for each change as an atomic write needs. */
export function createLmdb(inTransactions: boolean): Contestant {
  return new RawLmdb(inTransactions);
}
