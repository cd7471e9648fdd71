import { EmbeddedCursor } from "./cursor.ts";
import type { Engine } from "../store/engine.ts";
import { serverError } from "../values/errors.ts";
import { describeIndex, indexSpec, keyPatternOf } from "../store/indexes.ts";
import { namespaceOf } from "../values/names.ts";
import type { Options } from "./options.ts";
import { transactionOf } from "./session.ts";
import type { Table } from "../store/table.ts";
import { isDoc, toPlainDoc, type Doc } from "../values/values.ts";

/** The methods of the driver's Collection that concern indexes. */
export class IndexedCollection {
  readonly #engine: Engine;
  readonly #name: string;

  constructor(engine: Engine, name: string) {
    this.#engine = engine;
    this.#name = name;
  }

  get namespace(): string {
    return namespaceOf(this.#name);
  }

  get #table(): Table {
    return this.#engine.view.table(this.#name);
  }

  /** Options of the command may stand among the index's, or apart from them. */
  async createIndex(keys: unknown, options: Options = {}, command = options): Promise<string> {
    const [name] = await this.createIndexes([{ ...options, key: keys }], command);
    return name ?? "";
  }

  /** Makes all of them, or none; in a transaction only for a collection that is new in it and empty. */
  async createIndexes(definitions: readonly Doc[], options: Options = {}): Promise<string[]> {
    if (definitions.length === 0) throw serverError(2, "Must specify at least one index to create");
    const make = (table: Table) =>
      definitions.map(({ key, ...rest }) => table.addIndex((id) => indexSpec(id, key, rest)));
    const transaction = transactionOf(this.#engine, options);
    if (!transaction) return this.#engine.write((view) => make(view.table(this.#name)));
    return transaction.run(({ view }) => {
      const table = view.table(this.#name);
      const before = table.indexes.length;
      const names = make(table);
      if (table.indexes.length > before && (this.#table.id !== undefined || table.count() > 0))
        throw serverError(263, `Cannot create new indexes on ${this.namespace} in a transaction.`);
      return names;
    });
  }

  #assertExists(): void {
    if (this.#table.id === undefined) throw serverError(26, `ns does not exist: ${this.namespace}`);
  }

  /** Drops the index of a name or a key, or all but the one on `_id` for `*`. */
  async dropIndex(index: unknown): Promise<Doc> {
    const wanted = isDoc(index) ? toPlainDoc(index) : index;
    const nIndexesWas = this.#table.indexes.length;
    const dropped = await this.#engine.write((view) => view.table(this.#name).dropIndexes(wanted));
    // Only when no reader uses the indexes any more may their keys go.
    await this.#engine.write((view) => {
      for (const id of dropped) view.table(this.#name).clearIndex(id);
    });
    return { nIndexesWas, ok: 1 };
  }

  /** False, as from the driver, when there is no collection. */
  async dropIndexes(): Promise<boolean> {
    if (this.#table.id === undefined) return false;
    await this.dropIndex("*");
    return true;
  }

  listIndexes(): EmbeddedCursor {
    return EmbeddedCursor.over(() => {
      this.#assertExists();
      return this.#table.indexes.map(describeIndex);
    });
  }

  /** Definitions, or with `{full: false}` the keys by name. */
  async indexes({ full = true }: { full?: boolean } = {}): Promise<unknown> {
    if (full) return this.listIndexes().toArray();
    this.#assertExists();
    const keys = (spec: Parameters<typeof keyPatternOf>[0]) => Object.entries(keyPatternOf(spec));
    return Object.fromEntries(this.#table.indexes.map((spec) => [spec.name, keys(spec)]));
  }

  async indexInformation({ full = false }: { full?: boolean } = {}): Promise<unknown> {
    return this.indexes({ full });
  }

  async indexExists(names: string | string[]): Promise<boolean> {
    const known = new Set(this.#table.indexes.map(({ name }) => name));
    return [names].flat().every((name) => known.has(name));
  }
}
