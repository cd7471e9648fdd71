import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import {
  CURSOR_FLAGS,
  MongoAPIError,
  MongoCursorExhaustedError,
  MongoCursorInUseError,
  MongoInvalidArgumentError,
  ReadPreference,
} from "mongodb";
import { readSort, type Source } from "../store/queries.ts";
import { serverError } from "../values/errors.ts";
import { isDoc, toPlainDoc, type Doc } from "../values/values.ts";
import { queryFilter } from "./arguments.ts";
import type { Options } from "./options.ts";

type Transform = (doc: Doc) => unknown;

const nullRefused =
  "Cursor returned a `null` document, but the cursor is not exhausted.  Mapping documents to `null` is not supported in the cursor transform.";

/** A method that sets an option: its name, and what the driver says of a value that is no number. */
type Setters = Readonly<Record<string, readonly [option: string, refusal?: string]>>;

function defineSetters(cursor: typeof EmbeddedCursor, setters: Setters): void {
  for (const [method, [option, refusal]] of Object.entries(setters)) {
    const value = function set(this: EmbeddedCursor, given: unknown) {
      if (refusal !== undefined && typeof given !== "number")
        throw new MongoInvalidArgumentError(refusal);
      return this.set({ [option]: given });
    };
    Object.defineProperty(cursor.prototype, method, { value });
  }
}

/** The driver's cursors, as if each needed one more question to the server to know its end. */
export class EmbeddedCursor extends EventEmitter {
  readonly #open: (options: Options) => Source;
  /** What is asked for, until the first document is read. */
  readonly options: Options;
  #source: Source | undefined;
  #batch: Doc[] = [];
  #position = 0;
  #transform: Transform | undefined;
  #isBegun = false;
  #isEnded = false;
  /** True once closed before its end: it gives nothing more. */
  killed = false;

  /** The options become the cursor's own. */
  constructor(open: (options: Options) => Source, options: Options = {}) {
    super();
    this.#open = open;
    this.options = options;
  }

  /** A cursor over documents that are all made at its start. */
  static over(docs: () => Doc[]): EmbeddedCursor {
    return new EmbeddedCursor(() => {
      const pending = [...docs()];
      return { next: () => pending.splice(0), explain: () => ({}) };
    });
  }

  /** True once closed or at its end, and all that it had at hand was taken. */
  get closed(): boolean {
    return this.#isEnded && this.bufferedCount() === 0;
  }

  get readPreference(): unknown {
    return this.options.readPreference ?? ReadPreference.primary;
  }

  /** @throws {MongoCursorInUseError} once reading has begun */
  set(options: Options): this {
    if (this.#isBegun) throw new MongoCursorInUseError();
    Object.assign(this.options, options);
    return this;
  }

  /** Applied to each document as it is read, after those given before. */
  map(transform: Transform): this {
    this.set({});
    const before = this.#transform;
    this.#transform = before ? (doc) => transform(before(doc) as Doc) : transform;
    return this;
  }
  addCursorFlag(flag: string, value: unknown): this {
    if (!CURSOR_FLAGS.some((known) => known === flag))
      throw new MongoInvalidArgumentError(`Flag ${flag} is not one of ${CURSOR_FLAGS.join(",")}`);
    if (typeof value !== "boolean")
      throw new MongoInvalidArgumentError(`Flag ${flag} must be a boolean value`);
    return this.set({ [flag]: value });
  }
  withReadPreference(given: unknown): this {
    const readPreference = typeof given === "string" ? ReadPreference.fromString(given) : given;
    if (!(readPreference instanceof ReadPreference))
      throw new MongoInvalidArgumentError(`Invalid read preference: ${String(given)}`);
    return this.set({ readPreference });
  }

  /** The same question, not yet asked. */
  clone(): EmbeddedCursor {
    return new (this.constructor as typeof EmbeddedCursor)(this.#open, { ...this.options });
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
    const { signal } = this.options;
    if (signal?.aborted) {
      this.#kill();
      signal.throwIfAborted();
    }
    if (this.killed) return false;
    if (this.#position < this.#batch.length) return true;
    if (this.#isEnded) return false;
    this.#isBegun = true;
    this.#batch = this.#read();
    this.#position = 0;
    if (this.#batch.length === 0) this.#end();
    return !this.#isEnded;
  }

  #read(): Doc[] {
    try {
      this.#source ??= this.#open(this.options);
      return this.#source.next();
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.emit("close");
  }

  #kill(): void {
    this.killed ||= this.#isBegun && !this.#isEnded;
    this.#end();
  }

  #transformed(doc: Doc): unknown {
    if (this.#transform === undefined) return doc;
    try {
      const made = this.#transform(doc);
      if (made === null) throw new MongoAPIError(nullRefused);
      return made;
    } catch (error) {
      this.#kill();
      throw error;
    }
  }

  async hasNext(): Promise<boolean> {
    return this.#fill();
  }

  /**
   * The next document, or null at the end.
   * @throws {MongoCursorExhaustedError} when it was closed before its end
   */
  async next(): Promise<unknown> {
    const doc = this.#fill() ? this.#batch[this.#position++] : undefined;
    if (this.killed) throw new MongoCursorExhaustedError();
    return doc === undefined ? null : this.#transformed(doc);
  }

  async tryNext(): Promise<unknown> {
    return this.next();
  }

  async toArray(): Promise<unknown[]> {
    const all: unknown[] = [];
    if (this.#transform) for await (const made of this) all.push(made);
    else while (this.#fill()) for (const doc of this.readBufferedDocuments()) all.push(doc);
    return all;
  }

  async forEach(visit: (doc: unknown) => unknown): Promise<void> {
    if (typeof visit !== "function")
      throw new MongoInvalidArgumentError('Argument "iterator" must be a function');
    for await (const doc of this) if (visit(doc) === false) return;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator {
    try {
      while (this.#fill()) yield await this.next();
    } finally {
      this.#kill();
    }
  }

  stream(): Readable {
    return Readable.from(this);
  }

  /** Starts again from the first document. */
  rewind(): void {
    if (!this.#isBegun) return;
    this.#source = undefined;
    this.#batch = [];
    this.#position = 0;
    this.#isBegun = false;
    this.#isEnded = false;
    this.killed = false;
  }

  async close(): Promise<void> {
    this.#kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
  }

  /**
   * How the query is answered: `queryPlanner.winningPlan` and, unless only the plan is asked for, `executionStats`
   * as MongoDB names them.
   */
  async explain(verbosity: unknown = true): Promise<Doc> {
    const asked = isDoc(verbosity) ? (verbosity.verbosity ?? true) : verbosity;
    const levels: unknown[] = [true, "executionStats", "allPlansExecution", false, "queryPlanner"];
    const level = levels.indexOf(asked);
    if (level < 0)
      throw serverError(
        2,
        `Enumeration value '${String(asked)}' for field 'explain.verbosity' is not a valid value.`,
      );
    const { executionStats, ...plan } = this.#open(this.options).explain();
    return level > 2 || executionStats === undefined ? plan : { ...plan, executionStats };
  }
}

defineSetters(EmbeddedCursor, {
  batchSize: ["batchSize", 'Operation "batchSize" requires an integer'],
  maxTimeMS: ["maxTimeMS", "Argument for maxTimeMS must be a number"],
  withReadConcern: ["readConcern"],
});

/** The cursor of a query. */
export class EmbeddedFindCursor extends EmbeddedCursor {
  /** @throws {MongoInvalidArgumentError} for a sort that is none */
  constructor(open: (options: Options) => Source, options: Options) {
    super(open, options);
    if (options.sort !== undefined) options.sort = readSort(options.sort);
  }

  filter(filter: unknown): this {
    return this.set({ filter: queryFilter(filter) });
  }
  /** Orders the result: `{path: 1 | -1}`, pairs, a map, or a path and a direction. */
  sort(sort: unknown, direction?: unknown): this {
    return this.set({ sort: readSort(sort, direction) });
  }
  async count(): Promise<number> {
    return (await this.clone().toArray()).length;
  }
}

defineSetters(EmbeddedFindCursor, {
  allowDiskUse: ["allowDiskUse"],
  collation: ["collation"],
  comment: ["comment"],
  hint: ["hint"],
  limit: ["limit", 'Operation "limit" requires an integer'],
  max: ["max"],
  maxAwaitTimeMS: ["maxAwaitTimeMS", "Argument for maxAwaitTimeMS must be a number"],
  min: ["min"],
  project: ["projection"],
  returnKey: ["returnKey"],
  showRecordId: ["showRecordId"],
  skip: ["skip", 'Operation "skip" requires an integer'],
});

/** The cursor of a pipeline, to which a method of its name adds each stage. */
export class EmbeddedAggregationCursor extends EmbeddedCursor {
  addStage(stage: unknown): this {
    return this.set({ stages: [...(this.options.stages ?? []), toPlainDoc(stage)] });
  }

  static {
    const stages = "geoNear group limit lookup match out project redact skip sort unwind";
    for (const stage of stages.split(" ")) {
      const value = function add(this: EmbeddedAggregationCursor, operand: unknown) {
        return this.addStage({ [`$${stage}`]: operand });
      };
      Object.defineProperty(this.prototype, stage, { value });
    }
  }
}
