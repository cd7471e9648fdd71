import { createHash } from "node:crypto";
import { Schema, type Connection, trusted } from "mongoose";
import { canonicalJson } from "../../domain/kernel/canonical.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";

/** One edit in an agreement's log; `hash` covers the rest and, by `prevHash`, all records before it. */
export interface LogRecord {
  readonly docId: string;
  /** From 1, without gaps. */
  readonly seq: number;
  /** Yjs v1. */
  readonly update: Uint8Array;
  readonly accountId: string;
  readonly sessionId: string;
  /** Client ids that the update brings content of; they belong to the account from then on. */
  readonly clientIds: readonly number[];
  readonly at: Date;
  readonly prevHash: string;
  readonly hash: string;
}

/** The state after record `uptoSeq`, so that a load need not replay the log from the start. */
export interface Snapshot {
  readonly docId: string;
  readonly uptoSeq: number;
  readonly state: Uint8Array;
  readonly sha256: string;
  readonly headHash: string;
  readonly owners: readonly { readonly clientId: number; readonly accountId: string }[];
  readonly at: Date;
}

/** What a ticket lets in; kept under the ticket's SHA-256. */
export interface Ticket {
  readonly id: string;
  readonly accountId: string;
  readonly sessionId: string;
  readonly docId: string;
  readonly expiresAt: Date;
}

/** Somebody else has written to this agreement's log: this process is no longer its owner. */
export class NotOwner extends Error {}

/** Hash before the first record. */
export const NO_HASH = "0".repeat(64);

/** SHA-256 over the record's canonical JSON (RFC 8785), the update by its own SHA-256. */
export function recordHash(record: Omit<LogRecord, "hash">): string {
  const { update, at, ...rest } = record;
  const text = canonicalJson({ ...rest, at: at.toISOString(), update: sha256(update) });
  return createHash("sha256").update(text).digest("hex");
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

const DURABLE = { w: "majority", j: true } as const;
const KEPT_SNAPSHOTS = 3;
const bytes = { type: Buffer, required: true } as const;
const string = { type: String, required: true } as const;
const number = { type: Number, required: true } as const;
const date = { type: Date, required: true } as const;

type Stored<T> = { _id: string } & {
  -readonly [K in keyof T]: T[K] extends Uint8Array ? Buffer : T[K];
};

const recordSchema = new Schema<Stored<LogRecord>>(
  {
    _id: string,
    docId: string,
    seq: number,
    update: bytes,
    accountId: string,
    sessionId: { type: String, default: "" },
    clientIds: { type: [Number], required: true },
    at: date,
    prevHash: string,
    hash: string,
  },
  { versionKey: false, writeConcern: DURABLE },
).index({ docId: 1, seq: 1 }, { unique: true });

const snapshotSchema = new Schema<Stored<Snapshot>>(
  {
    _id: string,
    docId: string,
    uptoSeq: number,
    state: bytes,
    sha256: string,
    headHash: string,
    owners: [{ _id: false, clientId: number, accountId: string }],
    at: date,
  },
  { versionKey: false, writeConcern: DURABLE },
).index({ docId: 1, uptoSeq: 1 }, { unique: true });

const lockSchema = new Schema<{ _id: string; writable: boolean }>(
  { _id: string, writable: { type: Boolean, required: true } },
  { versionKey: false, writeConcern: DURABLE },
);

const ticketSchema = new Schema<Omit<Ticket, "id"> & { _id: string }>(
  { _id: string, accountId: string, sessionId: string, docId: string, expiresAt: date },
  { versionKey: false },
).index({ expiresAt: 1 });

/** Storage of collaboration; every promise resolves only once the write is on disk. */
export interface CollaborationStore {
  /**
   * Appends records in order; the unique index on (docId, seq) is the fence against a second owner.
   * Safe to call again with the same records when it is not known how many were written.
   * @throws {NotOwner} a record's place is taken by another
   */
  append(records: readonly LogRecord[]): Promise<void>;
  /** Records after `seq`, in order. */
  listRecords(docId: string, afterSeq: number): Promise<LogRecord[]>;
  /** Newest first. */
  listSnapshots(docId: string): Promise<Snapshot[]>;
  /** Writes, reads back, compares, and drops all but the newest few. */
  saveSnapshot(snapshot: Snapshot): Promise<void>;
  isWritable(docId: string): Promise<boolean>;
  setWritable(docId: string, writable: boolean): Promise<void>;
  addTicket(ticket: Ticket): Promise<void>;
  /** Takes the ticket away, so that it works once; expired ones go with it. */
  takeTicket(id: string, now: Date): Promise<Ticket | undefined>;
}

/** The collaboration store on a connection. */
export function createCollaborationStore(connection: Connection): CollaborationStore {
  const records = connection.model<Stored<LogRecord>>("CollaborationRecord", recordSchema);
  const locks = connection.model("CollaborationLock", lockSchema);
  const listRecords = async (docId: string, afterSeq: number): Promise<LogRecord[]> => {
    const found = await records.find({ docId, seq: trusted({ $gt: afterSeq }) }).sort({ seq: 1 });
    return found.map(presentRecord);
  };
  return {
    async append(batch) {
      const [first] = batch;
      if (!first) return;
      await records.init();
      try {
        await records.insertMany(batch.map(storedRecord), { ordered: true, lean: true });
      } catch (error) {
        const there = await listRecords(first.docId, first.seq - 1);
        const missing = batch.filter((record, i) => !isSame(record, there[i]));
        if (missing.length === batch.length && !isDuplicate(error)) throw error;
        if (missing.length > 0)
          await records.insertMany(missing.map(storedRecord), { ordered: true, lean: true });
      }
    },
    listRecords,
    async isWritable(docId) {
      return (await locks.findById(docId))?.writable ?? true;
    },
    async setWritable(docId, writable) {
      await locks.updateOne({ _id: docId }, { $set: { writable } }, { upsert: true });
    },
    ...createSnapshots(connection),
    ...createTickets(connection),
  };
}

function createSnapshots(
  connection: Connection,
): Pick<CollaborationStore, "listSnapshots" | "saveSnapshot"> {
  const snapshots = connection.model<Stored<Snapshot>>("CollaborationSnapshot", snapshotSchema);
  return {
    async listSnapshots(docId) {
      const found = await snapshots.find({ docId }).sort({ uptoSeq: -1 });
      return found.map((stored) => ({ ...stored.toObject(), state: toBytes(stored.state) }));
    },
    async saveSnapshot(snapshot) {
      const _id = `${snapshot.docId}:${snapshot.uptoSeq}`;
      const { state, ...rest } = snapshot;
      const fields = { ...rest, owners: [...rest.owners], state: Buffer.from(state) };
      await snapshots.replaceOne({ _id }, { _id, ...fields }, { upsert: true });
      const back = await snapshots.findById(_id);
      if (!back || sha256(back.state) !== snapshot.sha256) {
        throw new Refusal("blob-corrupt", "A snapshot did not read back as written.");
      }
      const { docId } = snapshot;
      const old = await snapshots
        .find({ docId }, { _id: 1 })
        .sort({ uptoSeq: -1 })
        .skip(KEPT_SNAPSHOTS);
      await snapshots.deleteMany({ _id: trusted({ $in: old.map((stored) => stored._id) }) });
    },
  };
}

function createTickets(
  connection: Connection,
): Pick<CollaborationStore, "addTicket" | "takeTicket"> {
  const tickets = connection.model("CollaborationTicket", ticketSchema);
  return {
    async addTicket({ id, ...rest }) {
      await tickets.create({ _id: id, ...rest });
    },
    async takeTicket(id, now) {
      const found = await tickets.findOneAndDelete({ _id: id });
      await tickets.deleteMany({ expiresAt: trusted({ $lte: now }) });
      if (!found || found.expiresAt <= now) return undefined;
      const { accountId, sessionId, docId, expiresAt } = found;
      return { id, accountId, sessionId, docId, expiresAt };
    },
  };
}

function storedRecord(record: LogRecord): Stored<LogRecord> {
  const _id = `${record.docId}:${record.seq}`;
  return { ...record, _id, update: Buffer.from(record.update), clientIds: [...record.clientIds] };
}

function presentRecord(stored: Stored<LogRecord>): LogRecord {
  const { docId, seq, accountId, sessionId, at, prevHash, hash } = stored;
  const clientIds = [...stored.clientIds];
  return {
    docId,
    seq,
    update: toBytes(stored.update),
    accountId,
    sessionId,
    clientIds,
    at,
    prevHash,
    hash,
  };
}

function toBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function isSame(record: LogRecord, stored: LogRecord | undefined): boolean {
  if (!stored) return false;
  if (stored.hash !== record.hash)
    throw new NotOwner(`record ${record.seq} was written by another`);
  return true;
}

function isDuplicate(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === 11_000;
}
