import type { Kv } from "./kv.ts";
import { firstTable, lastRecord, readCatalog } from "./layout.ts";
import type { Numbers } from "./table.ts";

/** Numbers that count up from what is stored; one that a failed or an abandoned write took stays unused. */
export class Counters implements Numbers {
  readonly #committed: Kv;
  readonly #records = new Map<number, number>();
  #lastTable: number | undefined;

  constructor(committed: Kv) {
    this.#committed = committed;
  }

  table(): number {
    this.#lastTable ??= Math.max(
      firstTable - 1,
      ...readCatalog(this.#committed).map(({ id }) => id),
    );
    return ++this.#lastTable;
  }

  record(table: number): number {
    const next = (this.#records.get(table) ?? lastRecord(this.#committed, table)) + 1;
    this.#records.set(table, next);
    return next;
  }
}
