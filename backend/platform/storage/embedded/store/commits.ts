import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { isDiskFull, isFatallyFull } from "./disk.ts";
import { outOfDiskSpace } from "../values/errors.ts";
import type { Put } from "./overlay.ts";
import type { Trees } from "./trees.ts";

/** Thrown once a commit could not be made durable: nothing is acknowledged any more until the process restarts. */
export class EngineFailed extends Error {
  constructor(cause: unknown) {
    super(
      "Storage stopped: a write could not be made durable. Restart to recover from the last durable state.",
      { cause },
    );
    this.name = "EngineFailed";
  }
}

/** Changes that become durable together, and who waits for that. */
class Batch {
  readonly puts: Put[] = [];
  readonly durable: Promise<void>;
  resolve: () => void = () => {};
  reject: (error: Error) => void = () => {};

  constructor() {
    this.durable = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** What follows a commit, before those who wait for it go on. */
export interface Followers {
  committed(puts: readonly Put[]): void;
  failed(): void;
}

/** lmdb gives a commit's cause as a promise that rejects with it, or never settles. */
async function causeOf(failed: unknown): Promise<unknown> {
  if (!(failed instanceof Error) || !("commitError" in failed)) return failed;
  try {
    return await Promise.race([failed.commitError, wait(50, new Error("commit failed"))]);
  } catch (cause) {
    return cause;
  }
}

/** Group commit: one flush at a time; changes that arrive meanwhile share the next. */
export class Commits {
  readonly #trees: Trees;
  readonly #path: string;
  readonly #followers: Followers;
  #open: Batch | undefined;
  #flushing: Batch | undefined;
  #running: Promise<void> | undefined;
  #failure: EngineFailed | undefined;

  constructor(trees: Trees, path: string, followers: Followers) {
    this.#trees = trees;
    this.#path = path;
    this.#followers = followers;
  }

  /** Why nothing is acknowledged any more, if so. */
  get failure(): EngineFailed | undefined {
    return this.#failure;
  }

  /** Whether anybody waits for a flush. */
  get isPending(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Resolves when these changes, and all that were made before them, are durable.
   * @throws {MongoServerError} 14031 — when the disk is full; the changes are gone
   * @throws {EngineFailed} when the flush failed otherwise
   */
  async durable(puts: readonly Put[]): Promise<void> {
    if (puts.length === 0) return (this.#open ?? this.#flushing)?.durable;
    this.#open ??= new Batch();
    for (const put of puts) this.#open.puts.push(put);
    this.#running ??= this.#flush();
    return this.#open.durable;
  }

  async #flush(): Promise<void> {
    while (this.#open) {
      // Whoever was woken by the last commit gets the chance to join this one.
      await nextTurn();
      const batch = this.#open;
      this.#flushing = batch;
      this.#open = undefined;
      try {
        await this.#trees.main.transaction(() => this.#apply(batch.puts));
        this.#followers.committed(batch.puts);
        batch.resolve();
      } catch (error) {
        await this.#fail(batch, error);
      }
      this.#flushing = undefined;
    }
    this.#running = undefined;
  }

  #apply(puts: readonly Put[]): void {
    for (const { key, value } of puts) {
      const tree = this.#trees.of(key);
      if (value === undefined) void tree.remove(key);
      else void tree.put(key, value);
    }
  }

  /**
   * A full disk loses only what waits now; after any other failure the kernel's cache cannot be trusted (ATC'20).
   * Changes that came meanwhile may stand on the lost ones and go with them.
   */
  async #fail(batch: Batch, error: unknown): Promise<void> {
    const cause = await causeOf(error);
    let reason: Error | undefined;
    try {
      this.#followers.failed();
      if (!isFatallyFull(cause) && isDiskFull(cause, this.#path)) reason = outOfDiskSpace(cause);
    } catch {
      // The environment itself is lost: the full disk hit its root page.
    }
    reason ??= this.#failure ??= new EngineFailed(cause);
    const followers = this.#open;
    this.#open = undefined;
    batch.reject(reason);
    followers?.reject(reason);
  }

  /** Waits for running flushes. */
  async idle(): Promise<void> {
    await this.#running;
  }
}
