import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { MongoCursorExhaustedError, MongoCursorInUseError } from "mongodb";
import type { FindOptions, Source } from "../store/queries.ts";
import { toPlainDoc, type Doc } from "../values/values.ts";

type Transform = (doc: Doc) => unknown;

/** The driver's cursors, of queries and of aggregations. */
export class EmbeddedCursor extends EventEmitter {
  readonly #open: (options: FindOptions) => Source;
  readonly #options: FindOptions;
  #source: Source | undefined;
  #batch: Doc[] = [];
  #position = 0;
  #transform: Transform | undefined;
  /** True once closed or exhausted. */
  closed = false;
  /** True once closed before its end. */
  killed = false;

  constructor(open: (options: FindOptions) => Source, options: FindOptions = {}) {
    super();
    this.#open = open;
    this.#options = { ...options };
  }

  /** A cursor over documents that are all made at its start. */
  static over(docs: () => Doc[]): EmbeddedCursor {
    return new EmbeddedCursor(() => {
      const pending = [...docs()];
      return { next: () => pending.splice(0), explain: () => ({}) };
    });
  }

  #set(options: FindOptions): this {
    if (this.#source !== undefined) throw new MongoCursorInUseError();
    Object.assign(this.#options, options);
    return this;
  }

  filter(filter: unknown): this {
    return this.#set({ filter: toPlainDoc(filter) });
  }
  /** Orders the result: `{path: 1 | -1}`, pairs, a map, or a path and a direction. */
  sort(sort: unknown, direction?: unknown): this {
    return this.#set({ sort: direction === undefined ? sort : [[sort, direction]] });
  }
  skip(count: number): this {
    return this.#set({ skip: count });
  }
  limit(count: number): this {
    return this.#set({ limit: count });
  }
  project(projection: Doc): this {
    return this.#set({ projection });
  }
  /** The only index to use: its name or its key. */
  hint(hint: unknown): this {
    return this.#set({ hint });
  }
  collation(collation: unknown): this {
    return this.#set({ collation });
  }
  /** Applied to each document as it is read, after those given before. */
  map(transform: Transform): this {
    this.#set({});
    const before = this.#transform;
    this.#transform = before ? (doc) => transform(before(doc) as Doc) : transform;
    return this;
  }
  /** Hints to a server that mean nothing here. */
  batchSize(): this {
    return this.#set({});
  }
  addCursorFlag(): this {
    return this.#set({});
  }
  maxTimeMS(): this {
    return this.#set({});
  }
  maxAwaitTimeMS(): this {
    return this.#set({});
  }
  comment(): this {
    return this.#set({});
  }
  allowDiskUse(): this {
    return this.#set({});
  }
  withReadPreference(): this {
    return this.#set({});
  }
  withReadConcern(): this {
    return this.#set({});
  }
  /** The same query, not yet begun. */
  clone(): EmbeddedCursor {
    return new EmbeddedCursor(this.#open, this.#options);
  }

  /** Documents at hand without reading on. */
  bufferedCount(): number {
    return this.#batch.length - this.#position;
  }

  readBufferedDocuments(count = this.bufferedCount()): Doc[] {
    const docs = this.#batch.slice(this.#position, this.#position + count);
    this.#position += docs.length;
    return docs;
  }

  #fill(): boolean {
    if (this.#position < this.#batch.length) return true;
    if (this.closed) return false;
    this.#source ??= this.#open(this.#options);
    this.#batch = this.#source.next();
    this.#position = 0;
    if (this.#batch.length === 0) this.#end();
    return !this.closed;
  }

  #end(): void {
    if (this.closed) return;
    this.closed = true;
    this.emit("close");
  }

  async hasNext(): Promise<boolean> {
    return this.#fill();
  }

  /**
   * The next document, or null at the end.
   * @throws {MongoCursorExhaustedError} when it is closed
   */
  async next(): Promise<unknown> {
    if (this.killed) throw new MongoCursorExhaustedError();
    const doc = this.#fill() ? this.#batch[this.#position++] : undefined;
    if (doc === undefined) return null;
    return this.#transform ? this.#transform(doc) : doc;
  }

  async tryNext(): Promise<unknown> {
    return this.next();
  }

  async toArray(): Promise<unknown[]> {
    const all: Doc[] = [];
    while (this.#fill()) for (const doc of this.readBufferedDocuments()) all.push(doc);
    return this.#transform ? all.map(this.#transform) : all;
  }

  async forEach(visit: (doc: unknown) => unknown): Promise<void> {
    for await (const doc of this) if (visit(doc) === false) return;
  }

  async count(): Promise<number> {
    return (await this.clone().toArray()).length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator {
    if (this.killed) return;
    try {
      for (let doc = await this.next(); doc !== null; doc = await this.next()) yield doc;
    } finally {
      this.#end();
    }
  }

  stream(): Readable {
    return Readable.from(this);
  }

  /** Starts again from the first document. */
  rewind(): void {
    this.#source = undefined;
    this.#batch = [];
    this.#position = 0;
    this.closed = false;
    this.killed = false;
  }

  async close(): Promise<void> {
    this.killed ||= !this.closed;
    this.#batch = [];
    this.#position = 0;
    this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** How the query is answered: `queryPlanner.winningPlan` and `executionStats` as MongoDB names them. */
  async explain(): Promise<Doc> {
    return this.#open(this.#options).explain();
  }
}
