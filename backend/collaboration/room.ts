import {
  closeCode,
  type CloseCode,
  type CollaborationLimits,
} from "../../domain/collaboration/protocol.ts";
import type { RefusalCode } from "../../domain/kernel/refusal.ts";
import { isRefusal, Refusal } from "../../domain/kernel/refusal.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import type { AccessLevel } from "./access.ts";
import { CommitQueue, type Author, type CommitListener, type LogHead } from "./commit.ts";
import { MissingDependency, type DraftState, type SharedDocument } from "./document.ts";
import {
  awarenessFrame,
  readFrame,
  step1Frame,
  step2Frame,
  updateFrame,
  type AwarenessEntry,
  type ClientFrame,
} from "./frames.ts";
import type { Peer } from "./peer.ts";
import { PresenceBoard } from "./presence.ts";
import { sha256, type CollaborationStore, type LogRecord } from "./store.ts";

/** What a room is made of. */
export interface RoomParts {
  readonly docId: string;
  readonly document: SharedDocument;
  readonly head: LogHead;
  /** Sequence number of the newest snapshot; 0 without one. */
  readonly snapshotSeq: number;
  readonly isWritable: boolean;
  readonly store: CollaborationStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: CollaborationLimits;
  /** Called when another process has taken the log over: the room is of no more use. */
  readonly lost: () => void;
}

const PRESENCE_MS = 40;
/** Updates with a gap that are put aside while we wait for what they build on. */
const MAX_SKIPPED = 100;
const SETTLE_MS = 10_000;

const closeOf: Partial<Record<RefusalCode, CloseCode>> = {
  "not-allowed": closeCode.notAllowed,
  "agreement-frozen": closeCode.locked,
};

/** One open agreement: its document, its log, and the sockets of those who are in it. */
export class Room implements CommitListener {
  isWritable: boolean;
  readonly peers = new Set<Peer>();
  private readonly parts: RoomParts;
  private readonly queue: CommitQueue;
  private readonly presence: PresenceBoard;
  private readonly senders = new Map<number, Peer>();
  /** Whose an awareness client id is, among those that have written nothing. */
  private readonly seats = new Map<number, string>();
  private readonly news = new Map<number, AwarenessEntry>();
  private newsTimer: NodeJS.Timeout | undefined;
  private durableHead: LogHead;
  private snapshotSeq: number;
  private snapshotting: Promise<void> | undefined;
  private isHealthy = true;

  constructor(parts: RoomParts) {
    this.parts = parts;
    this.isWritable = parts.isWritable;
    this.durableHead = parts.head;
    this.snapshotSeq = parts.snapshotSeq;
    this.presence = new PresenceBoard(parts.clock);
    const { docId, store, clock, log } = parts;
    this.queue = new CommitQueue({ docId, store, clock, log, listener: this }, parts.head);
  }

  /** Lets a socket in and starts the handshake. */
  join(peer: Peer): void {
    this.peers.add(peer);
    this.askAll(peer);
    const { entries } = this.presence;
    if (entries.length > 0) peer.send(awarenessFrame(entries));
    if (!this.isHealthy) peer.refuse("storage-full");
  }

  /** Forgets a socket; others see its person leave. */
  leave(peer: Peer): void {
    this.peers.delete(peer);
    const { clientId } = peer;
    if (clientId === undefined || [...this.peers].some((other) => other.clientId === clientId))
      return;
    this.tell(this.presence.hide(clientId));
  }

  /** Handles one frame of a socket; a refusal closes that socket and reaches nobody else. */
  receive(peer: Peer, bytes: Uint8Array, access: AccessLevel): void {
    try {
      this.handle(peer, readFrame(bytes, this.parts.limits.maxAwarenessBytes), access);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.sendAway(peer, error.code);
    }
  }

  /** Tells a socket why, and closes it. */
  sendAway(peer: Peer, code: RefusalCode): void {
    const { accountId } = peer.actor;
    this.parts.log.warn({ docId: this.parts.docId, accountId, code }, "collaboration refused");
    peer.refuse(code);
    peer.close(closeOf[code] ?? closeCode.malformed, code);
  }

  /**
   * Text and facts, once everything let in so far is on disk.
   * @throws {Refusal} too-busy — the disk does not keep up
   */
  async read(): Promise<DraftState> {
    await this.settled();
    return this.parts.document.read();
  }

  /**
   * Changes text or facts on behalf of the server, as everyone's next edit; resolves when it is on disk.
   * @throws {Refusal} agreement-frozen; stale-write — not at `expectedRevision` any more; update-invalid; too-busy
   */
  async edit(
    next: Parameters<SharedDocument["edit"]>[0],
    author: Author,
    expectedRevision?: string,
  ): Promise<void> {
    await this.settled();
    if (!this.isWritable)
      throw new Refusal("agreement-frozen", "The agreement is closed to edits.");
    if (expectedRevision && this.parts.document.read().revision !== expectedRevision) {
      throw new Refusal("stale-write", "Somebody changed this since you read it.");
    }
    const edit = this.parts.document.edit(next);
    if (edit) this.queue.add(edit, author);
    await this.settled();
  }

  /** Waits until nothing that was let in is missing on disk. */
  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Refusal("too-busy", "Not saved yet.")), SETTLE_MS);
    });
    const done = async (): Promise<void> => {
      while (this.queue.acceptedSeq > this.queue.seq) {
        if (this.queue.isAbandoned) throw new Refusal("too-busy", "Another process writes here.");
        await this.queue.flush();
      }
    };
    try {
      await Promise.race([done(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Checks every socket; `isPingDue` also pings. */
  tick(isPingDue: boolean): void {
    for (const peer of this.peers) {
      if (peer.lag && peer.isDrained) {
        const { vector } = peer.lag;
        peer.lag = undefined;
        peer.send(updateFrame(this.parts.document.since(vector)));
      }
      peer.check(isPingDue);
    }
  }

  /** Closes every socket. */
  closeAll(code: CloseCode, reason: string): void {
    for (const peer of this.peers) peer.close(code, reason);
  }

  /** Saves a snapshot if there is anything new in the log. */
  async snapshot(): Promise<void> {
    if (this.durableHead.seq === this.snapshotSeq) return;
    this.snapshotting ??= this.saveSnapshot().finally(() => (this.snapshotting = undefined));
    await this.snapshotting;
  }

  /** Frees the memory; nothing may be waiting for the disk. */
  destroy(): void {
    clearTimeout(this.newsTimer);
    this.queue.abandon();
    this.parts.document.destroy();
  }

  committed(records: readonly LogRecord[]): void {
    const { document } = this.parts;
    const vector = document.durableVector;
    const since = performance.now();
    for (const peer of this.peers) if (!peer.lag && peer.isSlow) peer.lag = { since, vector };
    for (const record of records) {
      document.settle(record.update);
      this.durableHead = record;
      const frame = updateFrame(record.update);
      const sender = this.senders.get(record.seq);
      this.senders.delete(record.seq);
      for (const peer of this.peers) if (peer !== sender && !peer.lag) peer.send(frame);
    }
    for (const peer of this.peers) peer.acknowledge(this.queue.seq);
    if (this.queue.seq - this.snapshotSeq >= this.parts.limits.snapshotEvery) this.snapshotSoon();
  }

  healthChanged(isHealthy: boolean): void {
    this.isHealthy = isHealthy;
    if (!isHealthy) for (const peer of this.peers) peer.refuse("storage-full");
  }

  ownershipLost(): void {
    this.isWritable = false;
    this.parts.lost();
    this.closeAll(closeCode.notOwner, "not-owner");
  }

  private handle(peer: Peer, frame: ClientFrame, access: AccessLevel): void {
    switch (frame.kind) {
      case "step1":
        return peer.send(step2Frame(this.parts.document.since(frame.stateVector)));
      case "update":
        return this.takeUpdate(peer, frame, access);
      case "awareness":
        return this.takePresence(peer, frame.entries, access);
      case "query-awareness":
        return peer.send(awarenessFrame(this.presence.entries));
      case "acknowledge":
        peer.ask(frame.seq);
        return peer.acknowledge(this.queue.seq);
    }
  }

  private takeUpdate(
    peer: Peer,
    frame: { readonly update: Uint8Array; readonly isReply: boolean },
    access: AccessLevel,
  ): void {
    if (access.level !== "write" || !this.isWritable) {
      if (frame.isReply) peer.caughtUp();
      if (this.parts.document.isKnown(frame.update)) return;
      throw new Refusal(this.isWritable ? "not-allowed" : "agreement-frozen");
    }
    if (this.queue.unsavedBytes > this.parts.limits.maxUnsavedBytes) {
      peer.refuse("storage-full");
      peer.close(closeCode.restarting, "storage-full");
      return;
    }
    try {
      this.admit(peer, frame.update);
      if (frame.isReply) {
        peer.caughtUp();
        peer.acknowledge(this.queue.seq);
      }
    } catch (error) {
      if (!(error instanceof MissingDependency)) throw error;
      this.putAside(peer, frame.isReply);
    }
  }

  private admit(peer: Peer, update: Uint8Array): void {
    const { accountId } = peer.actor;
    const mayBind = (clientId: number): boolean => {
      peer.boundClientIds += 1;
      if (peer.boundClientIds > this.parts.limits.maxClientIdsPerSocket) return false;
      return (this.seats.get(clientId) ?? accountId) === accountId;
    };
    const edit = this.parts.document.admit(update, { accountId, mayBind });
    if (!edit) return;
    peer.lastSeq = this.queue.add(edit, peer.actor);
    this.senders.set(peer.lastSeq, peer);
  }

  /**
   * An edit made just after reconnecting may arrive before the older ones it builds on, which the client
   * sends when it answers our step 1: that answer carries it again. After the answer a gap is a fault, or a
   * fuse: content held back so that it shows only later.
   */
  private putAside(peer: Peer, isReply: boolean): void {
    peer.skipped += 1;
    if (isReply || peer.skipped > MAX_SKIPPED) throw new Refusal("update-malformed", "A gap.");
    if (!peer.isAsked) this.askAll(peer);
  }

  private askAll(peer: Peer): void {
    peer.isAsked = true;
    peer.send(step1Frame(this.parts.document.stateVector));
  }

  private takePresence(peer: Peer, entries: readonly AwarenessEntry[], access: AccessLevel): void {
    peer.clientId ??= entries.find(
      ({ clientId, state }) => state && this.isTheirs(peer, clientId),
    )?.clientId;
    // A plain y-websocket client also repeats what it hears of others: only its own entry counts.
    const own = entries.find(({ clientId }) => clientId === peer.clientId);
    if (!own) return;
    this.seats.set(own.clientId, peer.actor.accountId);
    if (own.state === null) this.tell(this.presence.hide(own.clientId));
    else this.tell(this.presence.show(own.clientId, own.state, access));
  }

  private isTheirs(peer: Peer, clientId: number): boolean {
    const owner = this.parts.document.owners.get(clientId) ?? this.seats.get(clientId);
    return owner === undefined || owner === peer.actor.accountId;
  }

  private tell(entry: AwarenessEntry | undefined): void {
    if (!entry) return;
    this.news.set(entry.clientId, entry);
    this.newsTimer ??= setTimeout(() => this.spreadNews(), PRESENCE_MS);
  }

  private spreadNews(): void {
    this.newsTimer = undefined;
    const entries = [...this.news.values()];
    this.news.clear();
    const frame = awarenessFrame(entries);
    for (const peer of this.peers) {
      const others = entries.filter(({ clientId }) => clientId !== peer.clientId);
      if (others.length === entries.length) peer.send(frame);
      else if (others.length > 0) peer.send(awarenessFrame(others));
    }
  }

  private snapshotSoon(): void {
    this.snapshot().catch((error: unknown) =>
      this.parts.log.error({ err: error, docId: this.parts.docId }, "snapshot failed"),
    );
  }

  private async saveSnapshot(): Promise<void> {
    const { document, docId, store, clock } = this.parts;
    const { seq, hash } = this.durableHead;
    const state = document.since();
    const owners = [...document.owners].map(([clientId, accountId]) => ({ clientId, accountId }));
    await store.saveSnapshot({
      docId,
      uptoSeq: seq,
      state,
      sha256: sha256(state),
      headHash: hash,
      owners,
      at: clock.now(),
    });
    this.snapshotSeq = seq;
  }
}
