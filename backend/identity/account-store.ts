import { Schema, type Connection, trusted } from "mongoose";
import type { Locale } from "../../domain/identity/wire.ts";
import { isDuplicateKey } from "../platform/storage/errors.ts";

/** An account as stored. */
export interface StoredAccount {
  readonly _id: string;
  readonly email: string;
  readonly name: string;
  readonly locale: Locale;
  readonly passwordHash: string;
  readonly operator: boolean;
  readonly createdAt: Date;
}

const schema = new Schema<StoredAccount>(
  {
    _id: { type: String, required: true },
    email: { type: String, required: true, unique: true },
    name: { type: String, required: true },
    locale: { type: String, required: true },
    passwordHash: { type: String, required: true },
    operator: { type: Boolean, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

/** Accounts; the e-mail is unique by index. */
export interface AccountStore {
  /** Inserts, or returns false when the e-mail is taken. */
  insert(account: StoredAccount): Promise<boolean>;
  findByEmail(email: string): Promise<StoredAccount | null>;
  findById(id: string): Promise<StoredAccount | null>;
  findByIds(ids: readonly string[]): Promise<readonly StoredAccount[]>;
  change(id: string, change: Partial<Pick<StoredAccount, "name" | "locale">>): Promise<void>;
  count(): Promise<number>;
}

/** Accounts in mongoose. */
export function createAccountStore(connection: Connection): AccountStore {
  const accounts = connection.model<StoredAccount>("Account", schema);
  return {
    async insert(account) {
      try {
        await accounts.create(account);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    findByEmail: (email) => accounts.findOne({ email }).lean<StoredAccount>().exec(),
    findById: (id) => accounts.findById(id).lean<StoredAccount>().exec(),
    findByIds: (ids) =>
      accounts
        .find({ _id: trusted({ $in: [...ids] }) })
        .lean<StoredAccount[]>()
        .exec(),
    async change(id, change) {
      await accounts.updateOne({ _id: id }, { $set: change });
    },
    count: () => accounts.countDocuments({}),
  };
}
