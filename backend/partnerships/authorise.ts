import { mayDo, type Action } from "../../domain/partnerships/access.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Actor } from "../platform/http/route.ts";
import type { MemberStore, StoredMember } from "./member-store.ts";

/** A member who has been allowed to act. */
export type ActingMember = StoredMember;

/**
 * The one gate: HTTP, socket.io, the collaboration socket and jobs all ask here. A partnership that
 * one is not a member of does not exist for one (404); a right that one lacks is named (403).
 */
export interface Access {
  /** @throws {Refusal} not-found — no live membership; not-allowed — no role of theirs allows it */
  authorise(actor: Actor, action: Action, partnershipId: string): Promise<ActingMember>;
  /** Like authorise, for callers that only want to know. */
  permits(actor: Actor, action: Action, partnershipId: string): Promise<boolean>;
}

/** The gate over stored memberships: read at every call, so a removed member is out at once. */
export function createAccess(members: MemberStore): Access {
  return {
    async authorise(actor, action, partnershipId) {
      const member = await members.findLive(partnershipId, actor.accountId);
      if (!member) throw new Refusal("not-found", "Nothing here that you may see.");
      if (!mayDo(member.roles, action)) {
        throw new Refusal("not-allowed", `Your role does not allow ${action}.`);
      }
      return member;
    },
    async permits(actor, action, partnershipId) {
      const member = await members.findLive(partnershipId, actor.accountId);
      return member !== null && mayDo(member.roles, action);
    },
  };
}
