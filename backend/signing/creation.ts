import { partiesOf } from "../../domain/agreements/facts.ts";
import { Refusal, type InputProblem } from "../../domain/kernel/refusal.ts";
import { mayDo } from "../../domain/partnerships/access.ts";
import type { Member, Partner } from "../../domain/partnerships/wire.ts";
import { signatoryFaults, type SignatoryFault } from "../../domain/signing/request.ts";
import type { NewSignatureRequest } from "../../domain/signing/wire.ts";
import type { Actor } from "../platform/http/route.ts";
import type { SigningDeps } from "./deps.ts";
import { findApproval } from "./ports.ts";
import { takeAgreement } from "./preparation.ts";
import type { StoredRequest, StoredSeat } from "./store.ts";

/** Who sends what out for signature. */
export interface RequestAct {
  readonly actor: Actor;
  readonly agreementId: string;
  readonly input: NewSignatureRequest;
}

/**
 * Stores a signature request for a version that a decision has approved; its document is prepared
 * afterwards.
 * @throws {Refusal} not-approved — no decision has approved exactly this content
 * @throws {Refusal} invalid-input — not one signatory for each party, or a time in the past
 * @throws {Refusal} conflict — a request is active, or the agreement is sealed or withdrawn
 */
export async function createRequest(deps: SigningDeps, act: RequestAct): Promise<StoredRequest> {
  const { agreementId, input, actor } = act;
  const version = await deps.ports.agreements.getVersionRecord(agreementId, input.version);
  const { partnershipId, title, language, contentSha256 } = version;
  const seats = await seatsFor(deps, { partnershipId, contentSha256, input });
  const now = deps.clock.now();
  const expiresAt = input.expiresAt ? new Date(input.expiresAt) : null;
  if (expiresAt && expiresAt <= now) refuse("/expiresAt", "The time must lie ahead.");
  const wanted = { agreementId, version: input.version, contentSha256, language };
  const decision = await findApproval(deps.ports, wanted);
  if (!decision) throw new Refusal("not-approved", "No decision has approved this version.");
  const request: StoredRequest = {
    _id: deps.ids.next(),
    agreementId,
    partnershipId,
    version: input.version,
    title,
    language,
    contentSha256,
    order: input.order,
    createdBy: actor.accountId,
    createdAt: now,
    expiresAt,
    decision,
    state: "preparing",
    step: "rendering",
    endedAt: null,
    endedBySlot: null,
    reason: null,
    seats,
    revisions: [],
    documentSha256: null,
    pages: null,
    activeKey: agreementId,
    effects: [],
    isSettled: false,
  };
  await claim(deps, request);
  deps.announce("signature-request.created", request, { actorId: actor.accountId });
  return request;
}

async function claim(deps: SigningDeps, request: StoredRequest): Promise<void> {
  if (!(await deps.store.insert(request))) {
    throw new Refusal(
      "conflict",
      "A signature request for this agreement is under way or completed.",
    );
  }
  try {
    await takeAgreement(deps, request);
  } catch (error) {
    await deps.store.end(request._id, {
      state: "cancelled",
      endedAt: deps.clock.now(),
      endedBySlot: null,
      reason: null,
    });
    throw error;
  }
}

async function seatsFor(
  deps: SigningDeps,
  wanted: { partnershipId: string; contentSha256: string; input: NewSignatureRequest },
): Promise<readonly StoredSeat[]> {
  const { partnershipId, contentSha256, input } = wanted;
  const partners = await deps.ports.partnerships.listPartners(partnershipId);
  const members = await Promise.all(
    input.signatories.map(({ memberId }, index) =>
      getSignatory(deps, partnershipId, { memberId, index }),
    ),
  );
  const { facts } = await deps.ports.agreements.readContent(contentSha256);
  const faults = signatoryFaults(members, partyPartners(partiesOf(facts), partners));
  if (faults.length > 0) {
    throw new Refusal("invalid-input", "One signatory is needed for each party.", {
      problems: faults.map((fault) => problemOf(fault, partners)),
    });
  }
  return members.map((member, index) => {
    const partner = partners.find(({ id }) => id === member.partnerId);
    return {
      slot: `party-${index + 1}`,
      memberId: member.id,
      accountId: member.accountId,
      partnerId: member.partnerId ?? "",
      name: member.name,
      partnerName: partner?.name ?? "",
      authority: input.signatories[index]?.authority ?? null,
      signedAt: null,
      shownSha256: null,
      statement: null,
    };
  });
}

async function getSignatory(
  deps: SigningDeps,
  partnershipId: string,
  { memberId, index }: { memberId: string; index: number },
): Promise<Member> {
  const at = `/signatories/${index}/memberId`;
  const member = await deps.ports.partnerships.getMember(partnershipId, memberId).catch((error) => {
    if (error instanceof Refusal) return refuse(at, "There is no such member.");
    throw error;
  });
  if (!mayDo(member.roles, "signature.apply")) refuse(at, "This member's role does not sign.");
  return member;
}

/** The partners that are parties, if the text's parties are partners of this partnership at all. */
function partyPartners(
  parties: readonly { readonly id: string }[],
  partners: readonly Partner[],
): readonly string[] | undefined {
  const known = new Set(partners.map(({ id }) => id));
  const ids = parties.map(({ id }) => id);
  return ids.length > 0 && ids.every((id) => known.has(id)) ? ids : undefined;
}

function problemOf(fault: SignatoryFault, partners: readonly Partner[]): InputProblem {
  if (fault.kind === "party-missing") {
    const name = partners.find(({ id }) => id === fault.partnerId)?.name ?? fault.partnerId;
    return { pointer: "/signatories", detail: `Nobody signs for ${name}.` };
  }
  const details = {
    "without-partner": "This member acts for no partner.",
    "same-partner": "Another signatory signs for this partner.",
    "same-person": "This person is named twice.",
    "not-a-party": "This member's partner is not a party to the agreement.",
  } as const;
  return { pointer: `/signatories/${fault.index}/memberId`, detail: details[fault.kind] };
}

function refuse(pointer: string, detail: string): never {
  throw new Refusal("invalid-input", detail, { problems: [{ pointer, detail }] });
}
