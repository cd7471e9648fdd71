import type { Agreement } from "../../domain/agreements/wire.ts";
import { useResource, type Listed } from "../platform/resource.ts";

/** Where the later stations of an agreement's thread lead, as far as they exist. */
export interface ThreadLinks {
  readonly decision?: string;
  /** Whether the vote of the present version runs, or waits to be opened. */
  readonly vote?: "draft" | "open";
  readonly signatures?: string;
  readonly archive?: string;
}

interface FoundDecision {
  readonly id: string;
  readonly state: string;
  readonly subject: { readonly version: number } | null;
}

interface Found {
  readonly id: string;
}

/** Finds the decision, the signature request and the archive record of an agreement's latest version. */
export function useThreadLinks(agreement: Agreement): ThreadLinks {
  const { id, state, latestVersion } = agreement;
  const path = `/agreements/${encodeURIComponent(id)}`;
  const isSigned = state === "signing" || state === "sealed" || state === "superseded";
  const isSealed = isSigned && state !== "signing";
  const decisions = useResource<Listed<FoundDecision>>(
    latestVersion === 0 ? null : `${path}/decisions`,
  );
  const requests = useResource<Listed<Found>>(
    state === "approved" || isSigned ? `${path}/signature-requests` : null,
  );
  const records = useResource<Listed<Found>>(
    isSealed ? `/archive?agreementId=${encodeURIComponent(id)}` : null,
  );
  const decision = decisions.data?.items.find(
    (one) => one.subject?.version === latestVersion && one.state !== "withdrawn",
  );
  const request = requests.data?.items[0];
  const record = records.data?.items[0];
  const vote = decision?.state;
  return {
    ...(decision === undefined ? {} : { decision: `/decisions/${decision.id}` }),
    ...(vote === "draft" || vote === "open" ? { vote } : {}),
    ...(request === undefined ? {} : { signatures: `/signature-requests/${request.id}` }),
    ...(isSealed ? { archive: record === undefined ? "/archive" : `/archive/${record.id}` } : {}),
  };
}
