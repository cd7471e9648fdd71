import type { Migration, MigrationContext, OldDocument } from "../platform/storage/migrations.ts";

/**
 * A membership once kept its roles when it ended, and links mailed before stayed open: an invitation back gave the
 * old roles again, and an old link was a way back in.
 */
export const closeEndedMemberships: Migration = {
  version: 2,
  name: "Take roles and open invitations from memberships that have ended",
  async up(context) {
    await context.change({
      collection: "members",
      filter: { endedAt: { $ne: null }, roles: { $ne: [] } },
      change: () => ({ $set: { roles: [] } }),
    });
    await context.change({
      collection: "invitations",
      filter: { acceptedBy: null },
      change: (invitation) => closed(context, invitation),
    });
  },
};

/** The end of an invitation that was mailed before its person's membership ended, unless it has ended by then. */
async function closed({ find }: MigrationContext, invitation: OldDocument) {
  const { email, partnershipId, createdAt, expiresAt } = invitation;
  const account = await find("accounts", { email });
  if (!account) return undefined;
  const member = await find("members", { partnershipId, accountId: account._id });
  const endedAt = member?.["endedAt"];
  if (!(endedAt instanceof Date) || !(createdAt instanceof Date) || !(expiresAt instanceof Date))
    return undefined;
  const isOpen = createdAt <= endedAt && expiresAt > endedAt;
  return isOpen ? { $set: { expiresAt: endedAt } } : undefined;
}
