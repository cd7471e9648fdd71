import { consentStatement } from "../../domain/signing/consent.ts";
import { signingObstacle, slotsDue, stateAt } from "../../domain/signing/request.ts";
import type {
  SignatoryView,
  SignatureRequestSummary,
  SignatureRequestView,
} from "../../domain/signing/wire.ts";
import { requestOf, subjectOf } from "./state.ts";
import type { StoredRequest } from "./store.ts";

/** For whom, and when, a request is shown. */
export interface Viewer {
  readonly accountId: string;
  readonly now: Date;
}

/** A request in a list. */
export function presentSummary(stored: StoredRequest, viewer: Viewer): SignatureRequestSummary {
  const now = viewer.now.getTime();
  const request = requestOf(stored);
  const state = stateAt(request, now);
  const endedAt = "at" in state ? new Date(state.at) : null;
  return {
    id: stored._id,
    agreementId: stored.agreementId,
    partnershipId: stored.partnershipId,
    title: stored.title,
    version: stored.version,
    contentSha256: stored.contentSha256,
    order: stored.order,
    state: state.kind,
    step: state.kind === "preparing" ? state.step : null,
    createdAt: stored.createdAt.toISOString(),
    expiresAt: stored.expiresAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    signatories: presentSeats(stored, slotsDue(request, now)),
    isMyTurn: signingObstacle(request, viewer.accountId, now) === undefined,
  };
}

/** One request, with the caller's own part. */
export function presentRequest(stored: StoredRequest, viewer: Viewer): SignatureRequestView {
  const { decision } = stored;
  const document = stored.revisions.at(-1);
  return {
    ...presentSummary(stored, viewer),
    language: stored.language,
    reason: stored.reason,
    document: document
      ? {
          sha256: document.sha256,
          sizeBytes: document.sizeBytes,
          pages: stored.pages ?? 0,
          path: `/api/v1/signature-requests/${stored._id}/document.pdf`,
        }
      : null,
    decision: {
      id: decision.id,
      title: decision.title,
      closedAt: decision.closedAt.toISOString(),
    },
    me: presentOwnPart(stored, viewer),
  };
}

function presentSeats(stored: StoredRequest, due: readonly string[]): SignatoryView[] {
  return stored.seats.map((seat) => ({
    slot: seat.slot,
    memberId: seat.memberId,
    name: seat.name,
    partnerId: seat.partnerId,
    partnerName: seat.partnerName,
    authority: seat.authority,
    status: statusOf(stored, seat, due),
    signedAt: seat.signedAt?.toISOString() ?? null,
  }));
}

function statusOf(
  stored: StoredRequest,
  seat: StoredRequest["seats"][number],
  due: readonly string[],
): SignatoryView["status"] {
  if (seat.signedAt) return "signed";
  if (stored.state === "declined" && stored.endedBySlot === seat.slot) return "declined";
  return due.includes(seat.slot) ? "due" : "waiting";
}

function presentOwnPart(stored: StoredRequest, viewer: Viewer): SignatureRequestView["me"] {
  const seat = stored.seats.find(({ accountId }) => accountId === viewer.accountId);
  if (!seat) return null;
  const obstacle = signingObstacle(requestOf(stored), viewer.accountId, viewer.now.getTime());
  return {
    slot: seat.slot,
    obstacle: obstacle ?? null,
    consentStatement: seat.statement ?? consentStatement(subjectOf(stored, seat)),
  };
}
