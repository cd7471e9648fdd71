import { Schema, type Connection, trusted } from "mongoose";
import type { Role } from "../../domain/partnerships/wire.ts";
import type { Locale } from "../../domain/identity/wire.ts";

/** A membership as stored; one per account and partnership. */
export interface StoredMember {
  readonly _id: string;
  readonly partnershipId: string;
  readonly accountId: string;
  readonly partnerId: string | null;
  readonly roles: readonly Role[];
  readonly joinedAt: Date;
  readonly endedAt: Date | null;
}

/** An invitation as stored; the link's token only as its hash. */
export interface StoredInvitation {
  readonly _id: string;
  readonly tokenSha256: string;
  readonly partnershipId: string;
  readonly partnerId: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly locale: Locale;
  readonly invitedBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly acceptedBy: string | null;
}

const memberSchema = new Schema<StoredMember>(
  {
    _id: { type: String, required: true },
    partnershipId: { type: String, required: true },
    accountId: { type: String, required: true },
    partnerId: { type: String, default: null },
    roles: { type: [String], required: true },
    joinedAt: { type: Date, required: true },
    endedAt: { type: Date, default: null },
  },
  { versionKey: false },
);
memberSchema.index({ partnershipId: 1, accountId: 1 }, { unique: true });
memberSchema.index({ accountId: 1 });

const invitationSchema = new Schema<StoredInvitation>(
  {
    _id: { type: String, required: true },
    tokenSha256: { type: String, required: true, unique: true },
    partnershipId: { type: String, required: true, index: true },
    partnerId: { type: String, required: true },
    email: { type: String, required: true },
    roles: { type: [String], required: true },
    locale: { type: String, required: true },
    invitedBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    acceptedBy: { type: String, default: null },
  },
  { versionKey: false },
);

/** Memberships and invitations. */
export interface MemberStore {
  /** Adds the member, or gives the one there is the new partner and the union of roles. Atomic. */
  upsert(member: StoredMember): Promise<StoredMember>;
  findLive(partnershipId: string, accountId: string): Promise<StoredMember | null>;
  findById(partnershipId: string, memberId: string): Promise<StoredMember | null>;
  listLive(partnershipId: string): Promise<readonly StoredMember[]>;
  listOfAccount(accountId: string): Promise<readonly StoredMember[]>;
  /** Ends a membership with all its roles; false when it was over. */
  end(partnershipId: string, memberId: string, at: Date): Promise<boolean>;
  insertInvitation(invitation: StoredInvitation): Promise<void>;
  findInvitation(tokenSha256: string): Promise<StoredInvitation | null>;
  listOpenInvitations(partnershipId: string, now: Date): Promise<readonly StoredInvitation[]>;
  /** Ends what is open for an address, so that a second link is no way back in. */
  revokeInvitations(partnershipId: string, email: string, at: Date): Promise<void>;
  /** Marks the invitation used, once; false when somebody else used it. */
  claimInvitation(id: string, accountId: string): Promise<boolean>;
}

/** Memberships in mongoose. */
export function createMemberStore(connection: Connection): MemberStore {
  return { ...memberships(connection), ...invitationsIn(connection) };
}

type InvitationQueries = Pick<
  MemberStore,
  | "insertInvitation"
  | "findInvitation"
  | "listOpenInvitations"
  | "revokeInvitations"
  | "claimInvitation"
>;

function memberships(connection: Connection): Omit<MemberStore, keyof InvitationQueries> {
  const members = connection.model<StoredMember>("Member", memberSchema);
  return {
    async upsert({ partnershipId, accountId, partnerId, roles, ...onInsert }) {
      const stored = await members
        .findOneAndUpdate(
          { partnershipId, accountId },
          {
            $set: { endedAt: null, ...(partnerId ? { partnerId } : {}) },
            $addToSet: { roles: { $each: [...roles] } },
            $setOnInsert: { _id: onInsert._id, joinedAt: onInsert.joinedAt },
          },
          { upsert: true, returnDocument: "after" },
        )
        .lean<StoredMember>()
        .exec();
      if (!stored) throw new Error("upsert returned nothing");
      return stored;
    },
    findLive: (partnershipId, accountId) =>
      members.findOne({ partnershipId, accountId, endedAt: null }).lean<StoredMember>().exec(),
    findById: (partnershipId, memberId) =>
      members.findOne({ _id: memberId, partnershipId }).lean<StoredMember>().exec(),
    listLive: (partnershipId) =>
      members
        .find({ partnershipId, endedAt: null })
        .sort({ joinedAt: 1 })
        .lean<StoredMember[]>()
        .exec(),
    listOfAccount: (accountId) =>
      members.find({ accountId, endedAt: null }).lean<StoredMember[]>().exec(),
    async end(partnershipId, memberId, at) {
      const result = await members.updateOne(
        { _id: memberId, partnershipId, endedAt: null },
        // Roles go with the membership: an invitation back gives those that it names, no others.
        { $set: { endedAt: at, roles: [] } },
      );
      return result.modifiedCount === 1;
    },
  };
}

function invitationsIn(connection: Connection): InvitationQueries {
  const invitations = connection.model<StoredInvitation>("Invitation", invitationSchema);
  return {
    async insertInvitation(invitation) {
      await invitations.create(invitation);
    },
    findInvitation: (tokenSha256) =>
      invitations.findOne({ tokenSha256 }).lean<StoredInvitation>().exec(),
    listOpenInvitations: (partnershipId, now) =>
      invitations
        .find({ partnershipId, acceptedBy: null, expiresAt: trusted({ $gt: now }) })
        .lean<StoredInvitation[]>()
        .exec(),
    async revokeInvitations(partnershipId, email, at) {
      await invitations.updateMany(
        { partnershipId, email, acceptedBy: null },
        { $set: { expiresAt: at } },
      );
    },
    async claimInvitation(id, accountId) {
      const result = await invitations.updateOne(
        { _id: id, acceptedBy: null },
        { $set: { acceptedBy: accountId } },
      );
      return result.modifiedCount === 1;
    },
  };
}
