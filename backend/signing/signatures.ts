import { consentStatement, signatureReason } from "../../domain/signing/consent.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { afterSignature, signingObstacle } from "../../domain/signing/request.ts";
import type { NewSignature } from "../../domain/signing/wire.ts";
import type { SigningDeps } from "./deps.ts";
import { fieldOf } from "./render/index.ts";
import { requestOf, subjectOf } from "./state.ts";
import type { StoredRequest, StoredSeat } from "./store.ts";

/** Who signs what. */
export interface SignatureAct {
  readonly requestId: string;
  readonly accountId: string;
  readonly input: NewSignature;
}

const MAX_RACES = 8;

/**
 * Applies one signature. Nothing is lost and nothing is signed twice: the signed PDF is stored first, then
 * one conditional write makes it the request's document; a process that was overtaken signs again on
 * the newer revision.
 * @throws {Refusal} not-a-signatory; already-signed; request-not-open; not-your-turn; consent-missing
 * @throws {Refusal} content-mismatch; step-up-failed; too-many-requests
 */
export async function applySignature(deps: SigningDeps, act: SignatureAct): Promise<StoredRequest> {
  const { accountId, input, requestId } = act;
  requireFit(await getRequest(deps, requestId), act, deps.clock.now());
  await deps.ports.identity.verifyPassword(accountId, input.stepUp.password);
  return deps.turns.take(requestId, async () => {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const request = await getRequest(deps, requestId);
      const seat = requireFit(request, act, deps.clock.now());
      const signed = await signedRequest(deps, request, { seat, input });
      const { documentSha256 } = request;
      if (documentSha256 && (await deps.store.replaceOpen(signed, { documentSha256 }))) {
        deps.announce("signature.applied", signed, { slot: seat.slot, actorId: accountId });
        return signed;
      }
    }
    throw new Refusal("too-busy", "Others are signing this document; try again.");
  });
}

/** @throws {Refusal} not-found */
export async function getRequest(deps: SigningDeps, id: string): Promise<StoredRequest> {
  const request = await deps.store.findById(id);
  if (!request) throw new Refusal("not-found", "Nothing here that you may see.");
  return request;
}

/** The seat that may sign; the order of refusals tells least to those who have no part in it. */
function requireFit(request: StoredRequest, act: SignatureAct, now: Date): StoredSeat {
  const { accountId, input } = act;
  const obstacle = signingObstacle(requestOf(request), accountId, now.getTime());
  if (obstacle) throw new Refusal(obstacle, obstacleWords[obstacle] ?? obstacle);
  const seat = request.seats.find((one) => one.accountId === accountId);
  if (!seat) throw new Refusal("not-a-signatory");
  if (!input.consent) throw new Refusal("consent-missing", "Nothing is signed without consent.");
  const shown = input.documentSha256;
  if (
    input.contentSha256 !== request.contentSha256 ||
    (shown && !request.revisions.some(({ sha256 }) => sha256 === shown))
  ) {
    throw new Refusal("content-mismatch", "This is not the text that the request is about.");
  }
  return seat;
}

const obstacleWords: Partial<Record<string, string>> = {
  "not-a-signatory": "You are not among the signatories of this request.",
  "already-signed": "You have signed; your signature is in the document.",
  "request-not-open": "This request is not open for signatures.",
  "not-your-turn": "Another signatory comes first.",
};

async function signedRequest(
  deps: SigningDeps,
  request: StoredRequest,
  { seat, input }: { seat: StoredSeat; input: NewSignature },
): Promise<StoredRequest> {
  if (!request.documentSha256) throw new Error("an open request has a document");
  const authority = seat.authority ?? input.authority ?? null;
  const subject = subjectOf(request, { ...seat, authority });
  const now = deps.clock.now();
  const pdf = await deps.blobs.get(request.documentSha256);
  const signed = await deps.engine.sign({
    pdf,
    expectedSha256: request.documentSha256,
    fieldName: fieldOf(seat.slot),
    signer: await deps.authority.issueSignatory({
      commonName: seat.name,
      organization: seat.partnerName,
    }),
    name: seat.name,
    reason: signatureReason(subject),
    lock: [fieldOf(seat.slot)],
    now,
  });
  const stored = await deps.blobs.put(signed);
  const filled: StoredSeat = {
    ...seat,
    authority,
    signedAt: now,
    shownSha256: input.documentSha256 ?? request.documentSha256,
    statement: consentStatement(subject),
  };
  return withSignature(request, filled, { ...stored, slot: seat.slot, at: now });
}

function withSignature(
  request: StoredRequest,
  seat: StoredSeat,
  revision: StoredRequest["revisions"][number],
): StoredRequest {
  const { state } = afterSignature(requestOf(request), seat.slot, revision.at.getTime());
  const isLast = state.kind === "completed";
  return {
    ...request,
    seats: request.seats.map((one) => (one.slot === seat.slot ? seat : one)),
    revisions: [...request.revisions, revision],
    documentSha256: revision.sha256,
    effects: [...request.effects, `log:${seat.slot}`, ...(isLast ? ["log-sealed", "seal"] : [])],
    isSettled: false,
    ...(isLast ? { state: "completed", endedAt: revision.at } : {}),
  };
}
