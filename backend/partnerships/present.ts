import type { Invitation, Member, Partner, Partnership } from "../../domain/partnerships/wire.ts";
import type { StoredInvitation, StoredMember } from "./member-store.ts";
import type { StoredPartner, StoredPartnership } from "./partnership-store.ts";

/** A partner for members. */
export function presentPartner(partner: StoredPartner): Partner {
  return {
    id: partner._id,
    name: partner.name,
    sector: partner.sector,
    country: partner.country,
    registration: partner.registration,
    color: partner.color,
  };
}

/** A member for other members: the name, never the e-mail. */
export function presentMember(member: StoredMember, name: string): Member {
  return {
    id: member._id,
    accountId: member.accountId,
    name,
    partnerId: member.partnerId,
    roles: [...member.roles],
  };
}

/** A partnership for one of its members. */
export function presentPartnership(
  partnership: StoredPartnership,
  partners: readonly StoredPartner[],
  me: Member,
): Partnership {
  return {
    id: partnership._id,
    name: partnership.name,
    purpose: partnership.purpose,
    createdAt: partnership.createdAt.toISOString(),
    partners: partners.map(presentPartner),
    me,
  };
}

/** An open invitation for those who may invite. */
export function presentInvitation(invitation: StoredInvitation): Invitation {
  return {
    id: invitation._id,
    email: invitation.email,
    partnerId: invitation.partnerId,
    roles: [...invitation.roles],
    expiresAt: invitation.expiresAt.toISOString(),
  };
}
