import type { CollaborationLimits } from "../../domain/collaboration/protocol.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Clock } from "../platform/clock.ts";
import type { Log } from "../platform/log.ts";
import { SERVER, SharedDocument } from "./document.ts";
import { Room } from "./room.ts";
import {
  NO_HASH,
  recordHash,
  sha256,
  type CollaborationStore,
  type LogRecord,
  type Snapshot,
} from "./store.ts";

/** A hold on a room: it stays in memory until `release`. */
export interface Hold {
  readonly room: Room;
  release(): void;
}

interface Entry {
  readonly room: Promise<Room>;
  holders: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * The agreements that are open. Each is loaded once, however many come at the same time; it leaves memory
 * some time after the last holder, once everything is on disk, and whoever comes meanwhile keeps it.
 */
export class Rooms {
  private readonly parts: {
    readonly store: CollaborationStore;
    readonly clock: Clock;
    readonly log: Log;
    readonly limits: CollaborationLimits;
  };
  private readonly entries = new Map<string, Entry>();

  constructor(parts: Rooms["parts"]) {
    this.parts = parts;
  }

  /**
   * Opens the room of an agreement and holds it.
   * @throws {Refusal} not-found — there is no such draft; blob-corrupt — its log or snapshots are damaged
   */
  async hold(docId: string): Promise<Hold> {
    const entry = this.entries.get(docId) ?? this.open(docId);
    entry.holders += 1;
    clearTimeout(entry.idle);
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      entry.holders -= 1;
      if (entry.holders === 0) this.idleSoon(docId, entry);
    };
    try {
      return { room: await entry.room, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Runs `act` in the room of an agreement. */
  async within<T>(docId: string, act: (room: Room) => Promise<T>): Promise<T> {
    const hold = await this.hold(docId);
    try {
      return await act(hold.room);
    } finally {
      hold.release();
    }
  }

  /** Rooms that are loaded. */
  async list(): Promise<Room[]> {
    const loaded = await Promise.allSettled([...this.entries.values()].map(({ room }) => room));
    return loaded.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  }

  /** Number of agreements in memory. */
  get size(): number {
    return this.entries.size;
  }

  /** Brings everything to disk and lets go of it. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.entries].map(([docId, entry]) => this.drain(docId, entry)));
  }

  private open(docId: string): Entry {
    const entry: Entry = { room: this.load(docId), holders: 0, idle: undefined };
    this.entries.set(docId, entry);
    entry.room.catch(() => this.entries.delete(docId));
    return entry;
  }

  private idleSoon(docId: string, entry: Entry): void {
    clearTimeout(entry.idle);
    entry.idle = setTimeout(() => void this.drain(docId, entry), this.parts.limits.idleMs);
    entry.idle.unref();
  }

  private async drain(docId: string, entry: Entry): Promise<void> {
    clearTimeout(entry.idle);
    try {
      const room = await entry.room;
      await room.settled();
      await room.snapshot();
      if (entry.holders > 0 || this.entries.get(docId) !== entry) return;
      this.entries.delete(docId);
      room.destroy();
    } catch (error) {
      this.parts.log.error({ err: error, docId }, "agreement kept in memory");
      if (this.entries.get(docId) === entry && entry.holders === 0) this.idleSoon(docId, entry);
    }
  }

  private async load(docId: string): Promise<Room> {
    const { store, clock, log, limits } = this.parts;
    const snapshot = (await store.listSnapshots(docId)).find(isSound);
    const from = { seq: snapshot?.uptoSeq ?? 0, hash: snapshot?.headHash ?? NO_HASH };
    const records = await store.listRecords(docId, from.seq);
    if (!snapshot && records.length === 0)
      throw new Refusal("not-found", "There is no such draft.");
    verifyChain(records, from);
    const owners = new Map(snapshot?.owners.map((owner) => [owner.clientId, owner.accountId]));
    for (const record of records) {
      for (const clientId of record.clientIds) owners.set(clientId, record.accountId);
    }
    const updates = [...(snapshot ? [snapshot.state] : []), ...records.map(({ update }) => update)];
    const document = new SharedDocument(limits, { updates, owners });
    const isWritable = await store.isWritable(docId);
    const head = records.at(-1) ?? from;
    log.debug({ docId, seq: head.seq, replayed: records.length }, "agreement opened");
    const snapshotSeq = from.seq;
    const lost = (): void => void this.entries.delete(docId);
    const where = { docId, document, head, snapshotSeq, isWritable };
    return new Room({ ...where, store, clock, log, limits, lost });
  }
}

function isSound(snapshot: Snapshot): boolean {
  return sha256(snapshot.state) === snapshot.sha256;
}

function verifyChain(records: readonly LogRecord[], from: { seq: number; hash: string }): void {
  let { seq, hash } = from;
  for (const record of records) {
    const { hash: claimed, ...rest } = record;
    if (record.seq !== seq + 1 || record.prevHash !== hash || recordHash(rest) !== claimed) {
      throw new Refusal("blob-corrupt", `The log of edits is damaged at record ${record.seq}.`);
    }
    seq = record.seq;
    hash = claimed;
  }
}

/** Author of the server's own edits. */
export const serverAuthor = { accountId: SERVER, sessionId: "" } as const;
