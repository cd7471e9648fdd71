import { partnerColors } from "../../domain/collaboration/protocol.ts";
import { isEditable } from "../../domain/agreements/lifecycle.ts";
import { mayDo } from "../../domain/partnerships/access.ts";
import type { AgreementService } from "../agreements/index.ts";
import type { IdentityService } from "../identity/index.ts";
import type { PartnershipService } from "../partnerships/index.ts";
import type { Actor } from "../platform/http/route.ts";
import type { CollaborationAccess } from "./access.ts";

/** What the gate of drafts asks. */
export interface MemberAccessDeps {
  readonly agreements: () => Pick<AgreementService, "authorise">;
  readonly partnerships: Pick<PartnershipService, "listPartners">;
  readonly identity: Pick<IdentityService, "getAccount">;
  /** @throws {Refusal} session-ended */
  assertLive(actor: Actor): Promise<void>;
}

/** The gate of drafts: the one `authorise()`, the agreement's state, and how the person is shown. */
export function memberAccess(deps: MemberAccessDeps): CollaborationAccess {
  return {
    async levelOf(actor, agreementId) {
      await deps.assertLive(actor);
      const { member, agreement } = await deps
        .agreements()
        .authorise(actor, "agreement.read", agreementId);
      const partners = await deps.partnerships.listPartners(agreement.partnershipId);
      const partner = partners.find((one) => one.id === member.partnerId);
      const { name } = await deps.identity.getAccount(actor.accountId);
      const mayWrite = isEditable(agreement.state) && mayDo(member.roles, "agreement.write");
      return {
        level: mayWrite ? "write" : "read",
        name,
        initials: initialsOf(name),
        partner: partner?.name ?? "",
        color:
          partnerColors[(partner?.color ?? partners.length) % partnerColors.length] ??
          partnerColors[0],
      };
    },
  };
}

function initialsOf(name: string): string {
  const words = name.split(/[\s-]+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return letters
    .map((word) => word?.[0] ?? "")
    .join("")
    .toUpperCase();
}
