import { open, type RootDatabase } from "lmdb";
import { EventEmitter } from "node:events";
import { isDiskFull } from "./disk.ts";
import { outOfDiskSpace } from "./errors.ts";
import { Table } from "./table.ts";

/** One change that is on disk, told to listeners in this process. */
export interface Change {
  readonly collection: string;
  readonly kind: "insert" | "update" | "delete";
  readonly id: unknown;
}

/** A query that had to read a whole collection. */
export interface FullScan {
  readonly collection: string;
  readonly paths: readonly string[];
}

/** LMDB with binary keys and values. */
export type Db = RootDatabase<Buffer, Buffer>;

/** Thrown once a commit could not be made durable: nothing is acknowledged any more until the process restarts. */
export class EngineFailed extends Error {
  constructor(cause: unknown) {
    super(
      "Storage stopped: a write could not be made durable. Restart to recover from the last durable state.",
      {
        cause,
      },
    );
    this.name = "EngineFailed";
  }
}

const maxRememberedScans = 200;
/** lmdb gives a commit's cause as a promise that rejects with it. */
async function causeOf(commitError: unknown): Promise<unknown> {
  try {
    return await commitError;
  } catch (cause) {
    return cause;
  }
}

/**
 * One LMDB environment: one file, one writer, many tables.
 * `write` runs its action alone and resolves after fdatasync; actions queued meanwhile share one commit.
 */
export class Engine {
  readonly #db: Db;
  readonly #tables = new Map<string, Table>();
  readonly #changes = new EventEmitter();
  readonly #scans: FullScan[] = [];
  readonly #path: string;
  readonly #onExit = (code: number) => this.#leave(code);
  #failure: EngineFailed | undefined;
  #isClosed = false;
  #pending = 0;

  /** Opens or creates the database folder; the map grows by itself. */
  constructor(path: string) {
    // With overlapping sync a commit resolves before it is flushed: acknowledged must mean durable.
    // Event-turn batching leaves a rejected promise unhandled when a commit fails.
    const options = {
      overlappingSync: false,
      eventTurnBatching: false,
      noSubdir: false,
      maxReaders: 126,
    };
    this.#db = open<Buffer, Buffer>({
      path,
      encoding: "binary",
      keyEncoding: "binary",
      ...options,
    });
    this.#path = path;
    this.#changes.setMaxListeners(0);
    process.on("exit", this.#onExit);
  }

  /** lmdb's writer waits for its actions for ever, and a process that exits waits for lmdb's writer. */
  #leave(code: number): void {
    if (code !== 0 && this.#pending > 0) process.kill(process.pid, "SIGKILL");
  }

  /** The database, for reading; writes go through {@link write}. */
  get db(): Db {
    return this.#db;
  }

  /** Why the engine stopped acknowledging, if it did. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Whole-collection reads since start (the latest 200), for tests that forbid them. */
  get fullScans(): readonly FullScan[] {
    return this.#scans;
  }

  /** Remembers a whole-collection read. */
  noteFullScan(scan: FullScan): void {
    if (this.#scans.length === maxRememberedScans) this.#scans.shift();
    this.#scans.push(scan);
  }

  /** The table of that name, created on its first write. */
  table(name: string): Table {
    let table = this.#tables.get(name);
    if (table === undefined) {
      table = new Table(this.#db, name, () => this.#nextTableId());
      this.#tables.set(name, table);
    }
    return table;
  }

  #nextTableId(): number {
    const used = Table.list(this.#db).map(({ id }) => id);
    const open = [...this.#tables.values()].map((table) => table.id ?? 0);
    return Math.max(0, ...used, ...open) + 1;
  }

  /** Names of stored tables. */
  tableNames(): string[] {
    return Table.list(this.#db).map(({ name }) => name);
  }

  /**
   * Runs an action as part of a durable transaction. The action must check before its first put: what it has
   * put when it throws stays.
   * @throws {EngineFailed} when this or an earlier commit could not be flushed
   */
  async write<T>(action: () => T): Promise<T> {
    if (this.#failure) throw this.#failure;
    if (this.#isClosed) throw new EngineFailed("closed");
    this.#pending++;
    try {
      return await this.#db.transaction(action);
    } catch (error) {
      if (!(error instanceof Error) || !("commitError" in error)) throw error;
      throw await this.#afterFailedCommit(causeOf(error.commitError));
    } finally {
      this.#pending--;
    }
  }

  /** A full disk loses only this commit; after any other failure the kernel's cache cannot be trusted (ATC'20). */
  async #afterFailedCommit(commitError: Promise<unknown>): Promise<Error> {
    const silence = new Promise((resolve) => setTimeout(resolve, 50, new Error("commit failed")));
    const cause = await Promise.race([commitError, silence]);
    try {
      for (const table of this.#tables.values()) table.reload();
      if (isDiskFull(cause, this.#path)) return outOfDiskSpace(cause);
    } catch {
      // The environment itself is lost: the full disk hit its root page.
    }
    this.#failure ??= new EngineFailed(cause);
    return this.#failure;
  }

  /** Tells listeners about durable changes. */
  announce(changes: readonly Change[]): void {
    for (const change of changes) this.#changes.emit("change", change);
  }

  /** Calls back after every durable change in this process; returns how to stop. */
  onChange(listener: (change: Change) => void): () => void {
    this.#changes.on("change", listener);
    return () => this.#changes.off("change", listener);
  }

  /** Copies a consistent snapshot into a folder while work goes on. */
  async backup(path: string): Promise<void> {
    await this.#db.backup(path, true);
  }

  /** Waits for running writes and closes. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    process.off("exit", this.#onExit);
    // After a failed flush, lmdb may wait for commits that will never end.
    const patience = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    await (this.#failure ? Promise.race([this.#db.close(), patience]) : this.#db.close());
  }
}
