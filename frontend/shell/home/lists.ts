import type { AgreementSummary } from "../../../domain/agreements/wire.ts";
import type { Committee, DecisionSummary } from "../../../domain/decisions/wire.ts";
import type { SignatureRequestSummary } from "../../../domain/signing/wire.ts";
import { useResource, type Listed } from "../../platform/resource.ts";

/** The agreements of a partnership. */
export function useAgreements(partnershipId: string) {
  return useResource<Listed<AgreementSummary>>(`/partnerships/${partnershipId}/agreements`);
}

/** The decisions of a partnership, newest first. */
export function useDecisions(partnershipId: string) {
  return useResource<Listed<DecisionSummary>>(`/partnerships/${partnershipId}/decisions`);
}

/** The committees of a partnership. */
export function useCommittees(partnershipId: string) {
  return useResource<Listed<Committee>>(`/partnerships/${partnershipId}/committees`);
}

/** The signature requests of a partnership, newest first. */
export function useSignatureRequests(partnershipId: string) {
  return useResource<Listed<SignatureRequestSummary>>(
    `/partnerships/${partnershipId}/signature-requests`,
  );
}
