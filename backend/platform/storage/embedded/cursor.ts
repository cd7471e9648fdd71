import { Readable } from "node:stream";
import type { Doc } from "./values.ts";

/** Where a cursor gets its documents, batch after batch; an empty batch is the end. */
export interface Source {
  next(): Doc[];
  explain(): Doc;
}

/** What find() was asked for, until the first document is read. */
export interface FindOptions {
  sort?: unknown;
  skip?: number;
  limit?: number;
  projection?: Doc;
}

type Transform = (doc: Doc) => unknown;

/** The part of the driver's cursors that mongoose and our stores use. */
export class EmbeddedCursor {
  readonly #open: (options: FindOptions) => Source;
  readonly #options: FindOptions;
  #source: Source | undefined;
  #batch: Doc[] = [];
  #position = 0;
  #transform: Transform | undefined;
  /** True once closed or exhausted. */
  closed = false;

  constructor(open: (options: FindOptions) => Source, options: FindOptions = {}) {
    this.#open = open;
    this.#options = { ...options };
  }

  /** Orders the result: `{path: 1 | -1}`, pairs or a map. */
  sort(sort: unknown): this {
    this.#options.sort = sort;
    return this;
  }
  skip(count: number): this {
    this.#options.skip = count;
    return this;
  }
  limit(count: number): this {
    this.#options.limit = count;
    return this;
  }
  project(projection: Doc): this {
    this.#options.projection = projection;
    return this;
  }
  /** Applied to each document as it is read. */
  map(transform: Transform): this {
    this.#transform = transform;
    return this;
  }
  /** Hints to a server that mean nothing here. */
  batchSize(): this {
    return this;
  }
  addCursorFlag(): this {
    return this;
  }
  maxTimeMS(): this {
    return this;
  }

  #fill(): boolean {
    if (this.closed) return false;
    if (this.#position < this.#batch.length) return true;
    this.#source ??= this.#open(this.#options);
    this.#batch = this.#source.next();
    this.#position = 0;
    this.closed = this.#batch.length === 0;
    return !this.closed;
  }

  async hasNext(): Promise<boolean> {
    return this.#fill();
  }

  /** The next document, or null at the end. */
  async next(): Promise<unknown> {
    const doc = this.#fill() ? this.#batch[this.#position++] : undefined;
    if (doc === undefined) return null;
    return this.#transform ? this.#transform(doc) : doc;
  }

  async toArray(): Promise<unknown[]> {
    const all: Doc[] = [];
    while (this.#fill()) {
      for (; this.#position < this.#batch.length; this.#position++) {
        const doc = this.#batch[this.#position];
        if (doc) all.push(doc);
      }
    }
    return this.#transform ? all.map(this.#transform) : all;
  }

  async forEach(visit: (doc: unknown) => unknown): Promise<void> {
    for await (const doc of this) if (visit(doc) === false) return;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator {
    for (let doc = await this.next(); doc !== null; doc = await this.next()) yield doc;
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
  }

  async close(): Promise<void> {
    this.closed = true;
    this.#batch = [];
  }

  /** How the query is answered: `queryPlanner.winningPlan` and `executionStats` as MongoDB names them. */
  async explain(): Promise<Doc> {
    return this.#open(this.#options).explain();
  }
}
