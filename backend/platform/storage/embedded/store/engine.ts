import { EventEmitter } from "node:events";
import { Commits, EngineFailed } from "./commits.ts";
import { Cache } from "./cache.ts";
import { prepareFolder, settleFolder } from "./folder.ts";
import { Committed } from "./committed.ts";
import type { Kv } from "./kv.ts";
import { isCatalogKey } from "./layout.ts";
import { Counters } from "./numbers.ts";
import { Overlay, type Put } from "./overlay.ts";
import { openDatabase, Trees } from "./trees.ts";
import { View, type FullScan } from "./view.ts";

/** One change that is on disk, told to listeners in this process. */
export interface Change {
  readonly collection: string;
  readonly kind: "insert" | "update" | "delete";
  readonly id: unknown;
}

const maxRememberedScans = 200;
const cacheLimits = { documents: 48 * 1024 * 1024, ranges: 32 * 1024 * 1024 };

/** A state of the collections that stays as it is, to read and to try changes on. */
export interface Snapshot {
  readonly view: View;
  readonly changes: Overlay;
  /** What there is now, not yet durable changes included. */
  readonly latest: Kv;
  /** Must be called: LMDB keeps every page of the state until then. */
  release(): void;
}

/**
 * One LMDB environment: one file, one writer, many tables. Readers see what is durable; writers, one after the
 * other, see also what waits for its flush.
 */
export class Engine {
  readonly #trees: Trees;
  readonly #committed: Committed;
  readonly #commits: Commits;
  readonly #counters: Counters;
  readonly #pending: Overlay;
  readonly #reading: View;
  readonly #writing: View;
  readonly #cache = new Cache(cacheLimits);
  readonly #changes = new EventEmitter();
  readonly #scans: FullScan[] = [];
  readonly #onExit = (code: number) => this.#leave(code);
  /** States that transactions hold. */
  readonly #held = new Set<Committed>();
  #isClosed = false;

  /**
   * Opens or creates the database folder.
   * @throws {DatabaseDamaged} when what the folder held is missing, cut short or unreadable
   */
  constructor(path: string) {
    prepareFolder(path);
    const database = openDatabase(path, { readOnly: false });
    settleFolder(path);
    this.#trees = new Trees(database, { readOnly: false });
    this.#committed = new Committed(this.#trees);
    this.#counters = new Counters(this.#committed);
    this.#pending = new Overlay(this.#committed);
    this.#reading = this.#view(this.#committed, this.#cache);
    this.#writing = this.#view(this.#pending);
    this.#commits = new Commits(this.#trees, path, {
      committed: (puts) => this.#follow(puts),
      failed: () => this.#forget(),
    });
    this.#changes.setMaxListeners(0);
    process.on("exit", this.#onExit);
  }

  #view(kv: Kv, cache?: Cache): View {
    const ground = { kv, cache, numbers: this.#counters };
    return new View(ground, (scan) => this.#noteFullScan(scan));
  }

  #noteFullScan(scan: FullScan): void {
    if (this.#scans.length === maxRememberedScans) this.#scans.shift();
    this.#scans.push(scan);
    this.#changes.emit("scan", scan);
  }

  /** Readers, the cache and the catalog go over to the new state in one step. */
  #follow(puts: readonly Put[]): void {
    this.#committed.advance();
    this.#pending.settle(puts);
    for (const { key } of puts) this.#cache.forget(key);
    if (puts.some(({ key }) => isCatalogKey(key))) this.#reading.reload();
  }

  #forget(): void {
    // A lost environment is met here, and not by a commit that never ends.
    this.#committed.advance();
    this.#pending.clear();
    this.#writing.reload();
    this.#reading.reload();
  }

  /** lmdb's writer waits for its actions for ever, and a process that exits waits for lmdb's writer. */
  #leave(code: number): void {
    if (code !== 0 && this.#commits.isPending) process.kill(process.pid, "SIGKILL");
  }

  /** The durable state, for reading. */
  get view(): View {
    return this.#reading;
  }

  /** Why the engine stopped acknowledging, if it did. */
  get failure(): Error | undefined {
    return this.#commits.failure;
  }

  /** Calls back at every costly read in this process; returns how to stop. */
  onFullScan(listener: (scan: FullScan) => void): () => void {
    this.#changes.on("scan", listener);
    return () => this.#changes.off("scan", listener);
  }

  /** Whole-collection reads since start (the latest 200), for tests that forbid them. */
  get fullScans(): readonly FullScan[] {
    return this.#scans;
  }

  /**
   * Runs an action on its own and resolves when its changes are durable; an action that throws changes nothing.
   * Its result, and its refusal, wait for all that it saw to be durable too. `accept` may refuse its changes by throwing.
   * @throws {EngineFailed} when this or an earlier commit could not be flushed
   */
  async write<T>(action: (view: View) => T, accept?: (puts: readonly Put[]) => void): Promise<T> {
    if (this.failure) throw this.failure;
    if (this.#isClosed) throw new EngineFailed("closed");
    let done: { result: T; puts: Put[] };
    try {
      done = this.#pending.attempt(() => action(this.#writing), accept);
    } catch (error) {
      this.#writing.reload();
      await this.#commits.durable([]);
      throw error;
    }
    await this.#commits.durable(done.puts);
    return done.result;
  }

  /** Holds the durable state of now. */
  snapshot(): Snapshot {
    const committed = new Committed(this.#trees);
    this.#held.add(committed);
    const changes = new Overlay(committed);
    return {
      view: this.#view(changes),
      changes,
      latest: this.#pending,
      release: () => {
        this.#held.delete(committed);
        committed.release();
      },
    };
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

  /** Waits for running writes and closes. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    process.off("exit", this.#onExit);
    // After a failed flush, lmdb may wait for commits that will never end.
    const patience = new Promise((resolve) => setTimeout(resolve, 1_000).unref());
    const end = async () => {
      await this.#commits.idle();
      for (const committed of [...this.#held, this.#committed]) committed.release();
      await this.#trees.main.close();
    };
    await (this.failure ? Promise.race([end(), patience]) : end());
  }
}
