import { Refusal } from "../../domain/kernel/refusal.ts";
import { seatOf, stateAt } from "../../domain/signing/request.ts";
import type { SigningDeps } from "./deps.ts";
import { quietly } from "./quietly.ts";
import { settle } from "./settling.ts";
import { getRequest } from "./signatures.ts";
import { requestOf } from "./state.ts";
import type { Ending, StoredRequest } from "./store.ts";

/**
 * A signatory says no, and the request ends.
 * @throws {Refusal} not-a-signatory; already-signed; request-not-open
 */
export async function declineRequest(
  deps: SigningDeps,
  request: StoredRequest,
  act: { accountId: string; reason: string },
): Promise<void> {
  const seat = seatOf(requestOf(request), act.accountId);
  if (!seat) throw new Refusal("not-a-signatory", "You are not a signatory of this request.");
  if (seat.signedAt !== null) throw new Refusal("already-signed", "You have signed.");
  const said = { endedBySlot: seat.slot, reason: act.reason };
  await endOrRefuse(deps, request, { ...endingOf("declined", deps.clock.now()), ...said });
}

/**
 * The request is called back.
 * @throws {Refusal} request-not-open
 */
export async function cancelRequest(
  deps: SigningDeps,
  request: StoredRequest,
  reason: string,
): Promise<void> {
  await endOrRefuse(deps, request, { ...endingOf("cancelled", deps.clock.now()), reason });
}

/** Ends the active request of an agreement, if there is one. */
export async function cancelForAgreement(deps: SigningDeps, agreementId: string): Promise<void> {
  const request = await deps.store.findLeading(agreementId);
  if (request) await endRequest(deps, request, endingOf("cancelled", deps.clock.now()));
}

/** The request as it stands now: ended, if its time is over. */
export async function expireIfDue(
  deps: SigningDeps,
  request: StoredRequest,
): Promise<StoredRequest> {
  const state = stateAt(requestOf(request), deps.clock.now().getTime());
  if (state.kind !== "expired" || request.state === "expired") return request;
  await endRequest(deps, request, endingOf("expired", new Date(state.at)));
  return getRequest(deps, request._id);
}

async function endOrRefuse(
  deps: SigningDeps,
  request: StoredRequest,
  ending: Ending,
): Promise<void> {
  if (!(await endRequest(deps, request, ending))) {
    throw new Refusal("request-not-open", "This request is over.");
  }
}

function endingOf(state: Ending["state"], endedAt: Date): Ending {
  return { state, endedAt, endedBySlot: null, reason: null };
}

/** Ends an active request, in turn with signatures; false when it was over. */
async function endRequest(
  deps: SigningDeps,
  request: StoredRequest,
  ending: Ending,
): Promise<boolean> {
  const hasEnded = await deps.turns.take(request._id, () => deps.store.end(request._id, ending));
  if (!hasEnded) return false;
  deps.announce(`signature-request.${ending.state}`, request);
  await quietly(deps, request, () => settle(deps, request._id));
  return true;
}
