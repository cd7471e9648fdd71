import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { Admitted } from "./document.ts";
import { NotOwner, recordHash, type CollaborationStore, type LogRecord } from "./store.ts";

/** Who an edit is logged under. */
export interface Author {
  readonly accountId: string;
  readonly sessionId: string;
}

/** Where the log stands. */
export interface LogHead {
  readonly seq: number;
  readonly hash: string;
}

/** What the log tells its room. */
export interface CommitListener {
  /** The records are on disk, in this order. */
  committed(records: readonly LogRecord[]): void;
  /** The disk fails (`false`) or works again (`true`). */
  healthChanged(isHealthy: boolean): void;
  /** Another process writes this log: nothing more can be saved here. */
  ownershipLost(): void;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/**
 * Writes an agreement's edits to its log in order. What arrives while a write is under way goes out
 * together with the next one, so that a slow disk makes larger groups, not longer queues. A failing write is tried
 * again for ever: giving up would lose edits that people still see.
 */
export class CommitQueue {
  private readonly parts: {
    readonly docId: string;
    readonly store: CollaborationStore;
    readonly clock: Clock;
    readonly log: Log;
    readonly listener: CommitListener;
  };
  private accepted: LogHead;
  private durableSeq: number;
  private waiting: LogRecord[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;
  private isLost = false;

  /** @param head where the log stands on disk */
  constructor(parts: CommitQueue["parts"], head: LogHead) {
    this.parts = parts;
    this.accepted = head;
    this.durableSeq = head.seq;
  }

  /** Sequence number of the last record on disk. */
  get seq(): number {
    return this.durableSeq;
  }

  /** Sequence number of the last record taken in. */
  get acceptedSeq(): number {
    return this.accepted.seq;
  }

  /** The last record taken in; on disk too once `flush` has resolved. */
  get head(): LogHead {
    return this.accepted;
  }

  /** Bytes of edits that are not on disk. */
  get unsavedBytes(): number {
    return this.waitingBytes;
  }

  /** Whether nothing more can be written from here. */
  get isAbandoned(): boolean {
    return this.isLost;
  }

  /** Takes an edit in. Returns its sequence number at once; `flush` tells when it is on disk. */
  add(edit: Admitted, author: Author): number {
    const unsealed = {
      docId: this.parts.docId,
      seq: this.accepted.seq + 1,
      update: edit.update,
      accountId: author.accountId,
      sessionId: author.sessionId,
      clientIds: edit.clientIds,
      at: this.parts.clock.now(),
      prevHash: this.accepted.hash,
    };
    const record = { ...unsealed, hash: recordHash(unsealed) };
    this.accepted = record;
    this.waiting.push(record);
    this.waitingBytes += record.update.length;
    this.running ??= this.run();
    return record.seq;
  }

  /** Resolves when everything taken in so far is on disk, or can never be. */
  async flush(): Promise<void> {
    await this.running;
  }

  /** Stops trying; what is not on disk was never acknowledged. */
  abandon(): void {
    this.isLost = true;
  }

  private async run(): Promise<void> {
    await Promise.resolve();
    while (this.waiting.length > 0 && !this.isLost) {
      const batch = this.waiting;
      this.waiting = [];
      await this.write(batch);
    }
    this.running = undefined;
  }

  private async write(batch: readonly LogRecord[]): Promise<void> {
    for (
      let retryMs = FIRST_RETRY_MS;
      !this.isLost;
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
    ) {
      try {
        await this.parts.store.append(batch);
        if (retryMs > FIRST_RETRY_MS) this.parts.listener.healthChanged(true);
        this.settle(batch);
        return;
      } catch (error) {
        await this.endure(error, retryMs);
      }
    }
  }

  private settle(batch: readonly LogRecord[]): void {
    const last = batch.at(-1);
    if (last) this.durableSeq = last.seq;
    for (const record of batch) this.waitingBytes -= record.update.length;
    this.parts.listener.committed(batch);
  }

  private async endure(error: unknown, retryMs: number): Promise<void> {
    const { docId, log, listener } = this.parts;
    if (error instanceof NotOwner) {
      log.error({ docId, seq: this.durableSeq }, "log has another writer");
      this.isLost = true;
      listener.ownershipLost();
      return;
    }
    log.error({ err: error, docId, seq: this.durableSeq, retryMs }, "edits not written");
    if (retryMs === FIRST_RETRY_MS) listener.healthChanged(false);
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}
