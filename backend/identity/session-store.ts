import { Schema, type Connection } from "mongoose";

/**
 * A session: one sign-in on one device. `refreshSha256` is the hash of the only refresh token that
 * is good now; `previousSha256` the one it replaced, good for a short grace (two tabs refresh at once).
 */
export interface StoredSession {
  readonly _id: string;
  readonly accountId: string;
  readonly refreshSha256: string;
  readonly previousSha256: string | null;
  readonly rotatedAt: Date;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

const schema = new Schema<StoredSession>(
  {
    _id: { type: String, required: true },
    accountId: { type: String, required: true, index: true },
    refreshSha256: { type: String, required: true, unique: true },
    previousSha256: { type: String, default: null, index: true },
    rotatedAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
  },
  { versionKey: false },
);

/** Sessions; rotation is one atomic compare-and-set on the current refresh hash. */
export interface SessionStore {
  insert(session: StoredSession): Promise<void>;
  findById(id: string): Promise<StoredSession | null>;
  findByRefresh(sha256: string): Promise<StoredSession | null>;
  /** Replaces `from` by `to`; false when another request rotated first. */
  rotate(id: string, change: { from: string; to: string; at: Date }): Promise<boolean>;
  end(id: string, at: Date): Promise<void>;
  /** Ends all live sessions of an account and returns their ids. */
  endAll(accountId: string, at: Date): Promise<readonly string[]>;
}

/** Sessions in mongoose. */
export function createSessionStore(connection: Connection): SessionStore {
  const sessions = connection.model<StoredSession>("Session", schema);
  return {
    async insert(session) {
      await sessions.create(session);
    },
    findById: (id) => sessions.findById(id).lean<StoredSession>().exec(),
    async findByRefresh(sha256) {
      const current = await sessions
        .findOne({ refreshSha256: sha256 })
        .lean<StoredSession>()
        .exec();
      return current ?? sessions.findOne({ previousSha256: sha256 }).lean<StoredSession>().exec();
    },
    async rotate(id, { from, to, at }) {
      const result = await sessions.updateOne(
        { _id: id, refreshSha256: from, endedAt: null },
        { $set: { refreshSha256: to, previousSha256: from, rotatedAt: at } },
      );
      return result.modifiedCount === 1;
    },
    async end(id, at) {
      await sessions.updateOne({ _id: id, endedAt: null }, { $set: { endedAt: at } });
    },
    async endAll(accountId, at) {
      const live = await sessions.find({ accountId, endedAt: null }).lean<StoredSession[]>().exec();
      await sessions.updateMany({ accountId, endedAt: null }, { $set: { endedAt: at } });
      return live.map((session) => session._id);
    },
  };
}
