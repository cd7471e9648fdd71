import { formatTlogProof, parseTlogProof } from "../../domain/decisions/log.ts";
import type { AgreementService } from "../agreements/index.ts";
import type { Approvals } from "../decisions/index.ts";
import type { IdentityService } from "../identity/index.ts";
import type { PartnershipService } from "../partnerships/index.ts";
import type { StoredRequest } from "./store.ts";

/** What signing asks of the features before it. */
export interface SigningPorts {
  readonly approvals: Approvals;
  readonly identity: Pick<IdentityService, "verifyPassword">;
  readonly agreements: Pick<
    AgreementService,
    "authorise" | "advance" | "getVersion" | "getVersionRecord" | "readContent"
  >;
  readonly partnerships: Pick<PartnershipService, "listPartners" | "getMember">;
}

/**
 * The decision that approved exactly this content, as the PDF tells it. The proof carries its log
 * entry (tlog-proof `extra`), so that the file alone shows what was logged.
 */
export async function findApproval(
  { approvals }: Pick<SigningPorts, "approvals">,
  wanted: { agreementId: string; version: number; contentSha256: string; language: "fr" | "en" },
): Promise<StoredRequest["decision"] | undefined> {
  const approval = await approvals.findApproval(wanted.agreementId, wanted.version);
  if (approval?.subject.contentSha256 !== wanted.contentSha256) return undefined;
  const extra = new TextEncoder().encode(approval.entry);
  return {
    id: approval.decisionId,
    title: approval.title,
    outcome: approval.outcome,
    closedAt: new Date(approval.closedAt),
    arithmetic: approval.arithmetic[wanted.language],
    logProof: formatTlogProof({ ...parseTlogProof(approval.proof), extra }),
  };
}
