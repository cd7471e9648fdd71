import type { Invitation, Member, Partner, Partnership } from "../../domain/partnerships/wire.ts";
import { mayDo, type Action } from "../../domain/partnerships/access.ts";
import { useResource, type Listed } from "../platform/resource.ts";

/** The caller's partnerships. */
export function usePartnerships(isWanted = true) {
  return useResource<Listed<Partnership>>(isWanted ? "/partnerships" : null);
}

/** One partnership with its partners and the caller's membership; `null` waits. */
export function usePartnership(id: string | null) {
  return useResource<Partnership>(id === null ? null : `/partnerships/${id}`);
}

/** The people of a partnership. */
export function useMembers(partnershipId: string | null) {
  return useResource<Listed<Member>>(
    partnershipId === null ? null : `/partnerships/${partnershipId}/members`,
  );
}

/** Invitations that wait, for those who may invite. */
export function useInvitations(partnershipId: string | null) {
  return useResource<Listed<Invitation>>(
    partnershipId === null ? null : `/partnerships/${partnershipId}/invitations`,
  );
}

/** Whether the caller's roles allow an act here; the server decides again. */
export function may(partnership: Partnership, action: Action): boolean {
  return mayDo(partnership.me.roles, action);
}

/** The partner with that id, if it is in the partnership. */
export function partnerOf(partnership: Partnership, id: string | null): Partner | undefined {
  return partnership.partners.find((partner) => partner.id === id);
}
