import type { Kv } from "./kv.ts";
import { readCatalog } from "./layout.ts";
import { Table, type Ground } from "./table.ts";
import type { Doc } from "../values/values.ts";

/** A query that had to read a whole collection, or to sort many documents in memory. */
export interface FullScan {
  readonly collection: string;
  /** Top-level keys of its filter. */
  readonly paths: readonly string[];
  /** The winning plan, as `explain()` shows it. */
  readonly plan: Doc;
  /** How many documents were sorted in memory, if that is why. */
  readonly sorted?: number;
}

/** The collections as one reader or writer sees them. */
export class View {
  readonly #ground: Ground;
  readonly #tables = new Map<string, Table>();
  /** Remembers a costly read. */
  readonly noteFullScan: (scan: FullScan) => void;

  constructor(ground: Ground, noteFullScan: (scan: FullScan) => void) {
    this.#ground = ground;
    this.noteFullScan = noteFullScan;
  }

  get kv(): Kv {
    return this.#ground.kv;
  }

  /** The table of that name, which comes to be with its first write. */
  table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Table(this.#ground, name);
      this.#tables.set(name, table);
    }
    return table;
  }

  /** Names of the tables that were asked for. */
  loaded(): Iterable<string> {
    return this.#tables.keys();
  }

  /** Names of stored tables. */
  tableNames(): string[] {
    return readCatalog(this.kv).map(({ name }) => name);
  }

  /** Reads the catalog again, when its key space changed under it. */
  reload(): void {
    for (const table of this.#tables.values()) table.reload();
  }
}
