import type { z } from "zod";
import { RateLimiterMemory } from "rate-limiter-flexible";
import { sha256Hex } from "../../domain/kernel/canonical.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type {
  Invitation,
  Member,
  newInvitationSchema,
  Role,
} from "../../domain/partnerships/wire.ts";
import type { Actor } from "../platform/http/route.ts";
import { randomSecret } from "../platform/ids.ts";
import { invitationMail } from "./invitation-mail.ts";
import type { StoredInvitation } from "./member-store.ts";
import { presentInvitation, presentMember } from "./present.ts";
import type { PartnershipDeps } from "./service.ts";

/** Mails that one account may have us send to strangers, in an hour. */
const INVITATIONS_PER_HOUR = 100;
const INVITATION_DAYS = 14;
const DAY_MS = 86_400_000;

/** What the page of an invitation link shows. */
export interface InvitationPreview {
  readonly partnershipName: string;
  readonly partnerName: string;
  readonly roles: readonly string[];
  readonly emailHint: string;
  readonly expiresAt: string;
}

/** Invitations by mail: sent, shown, accepted once by the person they are for. */
export interface Invitations {
  /** @throws {Refusal} not-found — no such partner here; too-many-requests */
  invite(
    actor: Actor,
    partnershipId: string,
    input: z.output<typeof newInvitationSchema>,
  ): Promise<Invitation>;
  listOpen(actor: Actor, partnershipId: string): Promise<readonly Invitation[]>;
  preview(token: string): Promise<InvitationPreview>;
  /** Makes an account a member without a mail: for seeding, never behind a door. */
  admit(
    actor: Actor,
    as: { partnershipId: string; partnerId: string; roles: readonly Role[] },
  ): Promise<Member>;
  /** @throws {Refusal} not-found; invitation-expired; invitation-for-another */
  accept(actor: Actor, token: string): Promise<Member & { partnershipId: string }>;
}

/** Invitations over their store. */
export function createInvitations(deps: PartnershipDeps): Invitations {
  const limiter = new RateLimiterMemory({ points: INVITATIONS_PER_HOUR, duration: 3_600 });
  return {
    async invite(actor, partnershipId, input) {
      await deps.access.authorise(actor, "member.invite", partnershipId);
      await limiter.consume(actor.accountId).catch((cause: unknown) => {
        throw new Refusal("too-many-requests", "Too many invitations; go on in an hour.", {
          cause,
        });
      });
      return invite(deps, { actor, partnershipId, input });
    },
    async listOpen(actor, partnershipId) {
      await deps.access.authorise(actor, "member.invite", partnershipId);
      const open = await deps.members.listOpenInvitations(partnershipId, deps.clock.now());
      return open.map(presentInvitation);
    },
    async preview(token) {
      const invitation = await getOpen(deps, token);
      const { partnership, partner } = await getNamed(deps, invitation);
      return {
        partnershipName: partnership.name,
        partnerName: partner.name,
        roles: invitation.roles,
        emailHint: hint(invitation.email),
        expiresAt: invitation.expiresAt.toISOString(),
      };
    },
    admit: (actor, as) => admit(deps, actor, as),
    accept: (actor, token) => accept(deps, actor, token),
  };
}

interface InviteInput {
  readonly actor: Actor;
  readonly partnershipId: string;
  readonly input: z.output<typeof newInvitationSchema>;
}

async function invite(deps: PartnershipDeps, request: InviteInput): Promise<Invitation> {
  const { actor, partnershipId, input } = request;
  const token = randomSecret();
  const invitation = newInvitation(deps, { ...request, token });
  const { partnership, partner } = await getNamed(deps, invitation);
  const inviter = await deps.identity.getAccount(actor.accountId);
  await deps.members.insertInvitation(invitation);
  await deps.mail.send(
    invitationMail({
      to: input.email,
      locale: input.locale,
      inviter: inviter.name,
      partnership: partnership.name,
      partner: partner.name,
      link: `${deps.publicUrl()}/invitations/${token}`,
      days: INVITATION_DAYS,
    }),
  );
  deps.announce("invitation.sent", partnershipId, actor, { invitationId: invitation._id });
  return presentInvitation(invitation);
}

async function accept(
  deps: PartnershipDeps,
  actor: Actor,
  token: string,
): Promise<Member & { partnershipId: string }> {
  const invitation = await getOpen(deps, token);
  const account = await deps.identity.getAccount(actor.accountId);
  if (account.email !== invitation.email) {
    throw new Refusal("invitation-for-another", "Sign in with the e-mail that was invited.");
  }
  if (!(await deps.members.claimInvitation(invitation._id, actor.accountId))) {
    throw new Refusal("invitation-expired", "The invitation was used already.");
  }
  const { partnershipId, partnerId, roles } = invitation;
  return {
    ...(await admit(deps, actor, { partnershipId, partnerId, roles })),
    partnershipId,
  };
}

async function admit(
  deps: PartnershipDeps,
  actor: Actor,
  as: { partnershipId: string; partnerId: string; roles: readonly Role[] },
): Promise<Member> {
  const account = await deps.identity.getAccount(actor.accountId);
  const member = await deps.members.upsert({
    _id: deps.ids.next(),
    ...as,
    accountId: actor.accountId,
    joinedAt: deps.clock.now(),
    endedAt: null,
  });
  deps.announce("membership.changed", as.partnershipId, actor, { accountId: actor.accountId });
  return presentMember(member, account.name);
}

async function getOpen(deps: PartnershipDeps, token: string): Promise<StoredInvitation> {
  const invitation = await deps.members.findInvitation(sha256Hex(token));
  if (!invitation) throw new Refusal("not-found", "There is no such invitation.");
  if (invitation.acceptedBy !== null || invitation.expiresAt <= deps.clock.now()) {
    throw new Refusal("invitation-expired", "Ask for a new invitation.");
  }
  return invitation;
}

async function getNamed(deps: PartnershipDeps, invitation: StoredInvitation) {
  const { partnershipId, partnerId } = invitation;
  const partnership = await deps.partnerships.findById(partnershipId);
  const partner = await deps.partnerships.findPartner(partnershipId, partnerId);
  if (!partnership || !partner) throw new Refusal("not-found", "There is no such partner.");
  return { partnership, partner };
}

function newInvitation(
  deps: PartnershipDeps,
  from: InviteInput & { readonly token: string },
): StoredInvitation {
  const createdAt = deps.clock.now();
  return {
    _id: deps.ids.next(),
    tokenSha256: sha256Hex(from.token),
    partnershipId: from.partnershipId,
    partnerId: from.input.partnerId,
    email: from.input.email,
    roles: from.input.roles,
    locale: from.input.locale,
    invitedBy: from.actor.accountId,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + INVITATION_DAYS * DAY_MS),
    acceptedBy: null,
  };
}

/** `ada@example.org` → `a…@example.org`: enough to recognise one's own address. */
function hint(email: string): string {
  return email.replace(/^(.)[^@]*@/, "$1…@");
}
