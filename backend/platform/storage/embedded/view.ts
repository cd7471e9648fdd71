import type { Kv } from "./kv.ts";
import { Table, type Numbers } from "./table.ts";

/** A query that had to read a whole collection. */
export interface FullScan {
  readonly collection: string;
  readonly paths: readonly string[];
}

/** The collections as one reader or writer sees them. */
export class View {
  readonly kv: Kv;
  readonly #numbers: Numbers;
  readonly #tables = new Map<string, Table>();
  /** Remembers a whole-collection read. */
  readonly noteFullScan: (scan: FullScan) => void;

  constructor(kv: Kv, numbers: Numbers, noteFullScan: (scan: FullScan) => void) {
    this.kv = kv;
    this.#numbers = numbers;
    this.noteFullScan = noteFullScan;
  }

  /** The table of that name, which comes to be with its first write. */
  table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Table(this.kv, name, this.#numbers);
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
    return Table.list(this.kv).map(({ name }) => name);
  }

  /** Reads the catalog again, when its key space changed under it. */
  reload(): void {
    for (const table of this.#tables.values()) table.reload();
  }
}
