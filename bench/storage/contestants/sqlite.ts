import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { indexes, type Entry, type IndexName } from "../documents.ts";
import type { Contestant } from "./contestant.ts";
import { requirePeer } from "./peer.ts";

interface Statement {
  run(...values: unknown[]): unknown;
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
}

interface Database {
  pragma(text: string): unknown;
  exec(text: string): void;
  prepare(text: string): Statement;
  transaction<T>(action: (argument: T) => void): (argument: T) => void;
  close(): void;
}

const columns: Record<IndexName, string> = {
  code: "code",
  agreement: "agreement",
  at: "at",
  authorAt: "author, at",
};

function prepareAll(db: Database) {
  const select = "SELECT body FROM entries WHERE";
  return {
    insert: db.prepare("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)"),
    update: db.prepare("UPDATE entries SET body = json_set(body, '$.weight', ?) WHERE id = ?"),
    remove: db.prepare("DELETE FROM entries WHERE id = ?"),
    byId: db.prepare(`${select} id = ?`),
    byCode: db.prepare(`${select} code = ?`),
    byAgreement: db.prepare(`${select} agreement = ?`),
    between: db.prepare(`${select} at >= ? AND at < ? ORDER BY at`),
    byAuthorBetween: db.prepare(`${select} author = ? AND at >= ? AND at < ?`),
  };
}

/** Dates are text in JSON; the reader gets the same document as from the others. */
function parsed(row: unknown): Entry {
  const doc = JSON.parse((row as { body: string }).body) as Entry & { at: Date };
  return { ...doc, at: new Date(doc.at) };
}

const one = (row: unknown) => (row === undefined ? undefined : parsed(row));

/** SQLite: indexed fields as columns, the document as JSON beside them; WAL with `synchronous=FULL`. */
class Sqlite implements Contestant {
  readonly #isGrouped: boolean;
  #db: Database | undefined;
  #statements: ReturnType<typeof prepareAll> | undefined;
  #waiting: { doc: Entry; done: () => void }[] = [];

  constructor(isGrouped: boolean) {
    this.#isGrouped = isGrouped;
  }

  get #prepared(): ReturnType<typeof prepareAll> {
    if (this.#statements === undefined) throw new Error("not open");
    return this.#statements;
  }

  async open(folder: string, names: readonly IndexName[]): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const Database = requirePeer("better-sqlite3") as new (path: string) => Database;
    const db = new Database(join(folder, "entries.sqlite"));
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.exec(
      "CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, agreement TEXT, author TEXT, code TEXT, at INTEGER, body TEXT)",
    );
    for (const name of names) {
      const unique = indexes[name].unique ? "UNIQUE" : "";
      db.exec(`CREATE ${unique} INDEX IF NOT EXISTS ${name}_i ON entries (${columns[name]})`);
    }
    this.#db = db;
    this.#statements = prepareAll(db);
  }

  #insertNow(doc: Entry): void {
    const { _id, agreement, author, code, at } = doc;
    this.#prepared.insert.run(_id, agreement, author, code, at.getTime(), JSON.stringify(doc));
  }

  async load(docs: Entry[]): Promise<void> {
    this.#db?.transaction((all: Entry[]) => {
      for (const doc of all) this.#insertNow(doc);
    })(docs);
  }

  insert(doc: Entry): void | Promise<void> {
    if (!this.#isGrouped) return this.#insertNow(doc);
    return new Promise((done) => {
      this.#waiting.push({ doc, done });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  /** Group commit made by hand: all that wait share one transaction. */
  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    void this.load(waiting.map(({ doc }) => doc));
    for (const { done } of waiting) done();
  }

  update(id: string, weight: number): void {
    this.#prepared.update.run(weight, id);
  }

  remove(id: string): void {
    this.#prepared.remove.run(id);
  }

  byId(id: string): Entry | undefined {
    return one(this.#prepared.byId.get(id));
  }

  byCode(code: string): Entry | undefined {
    return one(this.#prepared.byCode.get(code));
  }

  byAgreement(agreement: string): Entry[] {
    return this.#prepared.byAgreement.all(agreement).map((row) => parsed(row));
  }

  between(from: Date, to: Date): Entry[] {
    return this.#prepared.between.all(from.getTime(), to.getTime()).map((row) => parsed(row));
  }

  byAuthorBetween(author: string, from: Date, to: Date): Entry[] {
    const rows = this.#prepared.byAuthorBetween.all(author, from.getTime(), to.getTime());
    return rows.map((row) => parsed(row));
  }

  async close(): Promise<void> {
    this.#db?.close();
  }
}

/** SQLite with one transaction for each insert, or with those that wait sharing one. */
export function createSqlite(isGrouped: boolean): Contestant {
  return new Sqlite(isGrouped);
}
