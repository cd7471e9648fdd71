import type { RequestState, Seat, SignatureRequest } from "../../domain/signing/request.ts";
import type { ConsentSubject } from "../../domain/signing/consent.ts";
import type { StoredRequest, StoredSeat } from "./store.ts";

/** A stored request as the rules read it. */
export function requestOf(
  stored: StoredRequest,
): SignatureRequest & { readonly seats: readonly Seat[] } {
  return {
    state: stateOf(stored),
    order: stored.order,
    expiresAt: stored.expiresAt?.getTime() ?? null,
    seats: stored.seats.map(({ slot, accountId, signedAt }) => ({
      slot,
      accountId,
      signedAt: signedAt?.getTime() ?? null,
    })),
  };
}

/** What a signatory consents to. */
export function subjectOf(
  { language, title, version, contentSha256 }: StoredRequest,
  { name, partnerName, authority }: StoredSeat,
): ConsentSubject {
  const right = authority ? { authority } : {};
  return { language, title, version, contentSha256, name, partnerName, ...right };
}

function stateOf(stored: StoredRequest): RequestState {
  const { state: kind } = stored;
  const at = stored.endedAt?.getTime() ?? 0;
  const reason = stored.reason ?? "";
  if (kind === "open") return { kind };
  if (kind === "preparing") return { kind, step: stored.step ?? "rendering" };
  if (kind === "declined") return { kind, at, slot: stored.endedBySlot ?? "", reason };
  return kind === "cancelled" ? { kind, at, reason } : { kind, at };
}
