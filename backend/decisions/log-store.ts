import { Schema, type Connection, trusted } from "mongoose";
import { isDuplicateKey } from "../platform/storage/errors.ts";

/** One entry of a partnership's decision log; inserted once and never changed. */
export interface StoredEntry {
  /** `<partnership>/<index>`: two writers cannot take one place. */
  readonly _id: string;
  readonly partnershipId: string;
  readonly index: number;
  /** Names the act: appending it again finds it. */
  readonly ref: string;
  /** The exact bytes that are hashed, as text. */
  readonly text: string;
  readonly at: Date;
}

const entrySchema = new Schema<StoredEntry>(
  {
    _id: { type: String, required: true },
    partnershipId: { type: String, required: true },
    index: { type: Number, required: true },
    ref: { type: String, required: true },
    text: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { versionKey: false },
);
entrySchema.index({ partnershipId: 1, index: 1 }, { unique: true });
entrySchema.index({ partnershipId: 1, ref: 1 }, { unique: true });

/** Entries of decision logs. */
export interface LogStore {
  /** Durable on return; false when the place or the ref is taken. */
  insert(entry: Omit<StoredEntry, "_id">): Promise<boolean>;
  findByRef(partnershipId: string, ref: string): Promise<StoredEntry | null>;
  size(partnershipId: string): Promise<number>;
  /** Entries with from ≤ index < to, in order. */
  list(partnershipId: string, from: number, to: number): Promise<readonly StoredEntry[]>;
}

/** Decision logs in mongoose. */
export function createLogStore(connection: Connection): LogStore {
  const entries = connection.model<StoredEntry>("LogEntry", entrySchema);
  return {
    async insert(entry) {
      try {
        await entries.create({ _id: `${entry.partnershipId}/${entry.index}`, ...entry });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    findByRef: (partnershipId, ref) =>
      entries.findOne({ partnershipId, ref }).lean<StoredEntry>().exec(),
    async size(partnershipId) {
      const last = await entries
        .findOne({ partnershipId })
        .sort({ index: -1 })
        .lean<StoredEntry>()
        .exec();
      return last === null ? 0 : last.index + 1;
    },
    list: (partnershipId, from, to) =>
      entries
        .find({ partnershipId, index: trusted({ $gte: from, $lt: to }) })
        .sort({ index: 1 })
        .lean<StoredEntry[]>()
        .exec(),
  };
}
