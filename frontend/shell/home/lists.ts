import type { AgreementSummary } from "../../../domain/agreements/wire.ts";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../platform/api.ts";
import { isRefusedWith } from "../../platform/refusal.ts";
import { keyOf, useResource, type Listed } from "../../platform/resource.ts";

/** A decision in the home's list. */
export interface DecisionSummary {
  readonly id: string;
  readonly title: string;
  readonly state: "draft" | "open" | "closed" | "withdrawn";
  readonly outcome: string | null;
  readonly closesAt: string | null;
  readonly subject: { readonly agreementId: string; readonly version: number } | null;
  readonly mayIVote: boolean;
  readonly hasMyBallot: boolean;
  readonly isEverybodyIn: boolean;
}

/** A signature request in the home's list. */
export interface SignatureRequestSummary {
  readonly id: string;
  readonly agreementId: string;
  readonly title: string;
  readonly state: string;
  readonly mayISignNow: boolean;
  readonly expiresAt: string | null;
}

/** The agreements of a partnership. */
export function useAgreements(partnershipId: string) {
  return useResource<Listed<AgreementSummary>>(`/partnerships/${partnershipId}/agreements`);
}

/** The decisions of a partnership, newest first. */
export function useDecisions(partnershipId: string) {
  return useQuery({
    queryKey: keyOf(`/partnerships/${partnershipId}/decisions`),
    queryFn: ({ signal }) =>
      listIfThere<DecisionSummary>(`/partnerships/${partnershipId}/decisions`, signal),
  });
}

/** The committees of a partnership. */
export function useCommittees(partnershipId: string) {
  return useQuery({
    queryKey: keyOf(`/partnerships/${partnershipId}/committees`),
    queryFn: ({ signal }) =>
      listIfThere<{ readonly id: string }>(`/partnerships/${partnershipId}/committees`, signal),
  });
}

/** The signature requests of a partnership. */
export function useSignatureRequests(partnershipId: string) {
  return useQuery({
    queryKey: keyOf(`/partnerships/${partnershipId}/signature-requests`),
    queryFn: ({ signal }) =>
      listIfThere<SignatureRequestSummary>(
        `/partnerships/${partnershipId}/signature-requests`,
        signal,
      ),
  });
}

async function listIfThere<T>(path: string, signal: AbortSignal): Promise<readonly T[]> {
  try {
    return (await api.get<Listed<T>>(path, signal)).items;
  } catch (error) {
    if (isRefusedWith(error, "not-found")) return [];
    throw error;
  }
}
