import type { DraftDecision, Subject } from "../../domain/decisions/decision.ts";
import type { NewDecision } from "../../domain/decisions/wire.ts";
import { Refusal, type InputProblem } from "../../domain/kernel/refusal.ts";
import type { Actor } from "../platform/http/route.ts";
import { getCommittee } from "./committees.ts";
import type { StoredDecision } from "./decision-store.ts";
import type { DecisionDeps } from "./deps.ts";
import { getStored } from "./settle.ts";

interface ProposeRequest {
  readonly actor: Actor;
  readonly partnershipId: string;
  readonly input: NewDecision;
}

/**
 * Stores a question as a draft, bound to the content hash of the version it is about.
 * @throws {Refusal} not-found — committee or agreement of another partnership; version-unknown; invalid-input — times out of order
 */
export async function proposeDecision(
  deps: DecisionDeps,
  { actor, partnershipId, input }: ProposeRequest,
): Promise<StoredDecision> {
  const committee = await getCommittee(deps, input.committeeId);
  if (committee.partnershipId !== partnershipId) throw nothingHere();
  const createdAt = deps.clock.now().toISOString();
  const times = readTimes(input, createdAt);
  const subject = input.subject
    ? await readSubject(deps, { actor, partnershipId }, input.subject)
    : null;
  const decision: DraftDecision = {
    state: "draft",
    id: deps.ids.next(),
    partnershipId,
    committeeId: committee._id,
    title: input.title,
    text: input.text,
    subject,
    ...times,
    createdBy: actor.accountId,
    createdAt,
  };
  await deps.decisions.insert(decision);
  deps.bus.publish({
    type: "decision.proposed",
    partnershipId,
    at: createdAt,
    actorId: actor.accountId,
    subject: { decisionId: decision.id, agreementId: subject?.agreementId ?? null },
  });
  return getStored(deps, decision.id);
}

function readTimes(
  input: Pick<NewDecision, "opensAt" | "closesAt">,
  now: string,
): { opensAt: string | null; closesAt: string } {
  const closesAt = new Date(input.closesAt);
  const opensAt = input.opensAt === undefined ? null : new Date(input.opensAt);
  const problems: InputProblem[] = [];
  if (closesAt <= new Date(now))
    problems.push({ pointer: "/closesAt", detail: "Choose a time to come." });
  if (opensAt && opensAt >= closesAt)
    problems.push({ pointer: "/opensAt", detail: "A vote opens before it closes." });
  if (problems.length > 0)
    throw new Refusal("invalid-input", "The times are not acceptable.", { problems });
  return { opensAt: opensAt?.toISOString() ?? null, closesAt: closesAt.toISOString() };
}

async function readSubject(
  deps: DecisionDeps,
  { actor, partnershipId }: Pick<ProposeRequest, "actor" | "partnershipId">,
  { agreementId, version }: Pick<Subject, "agreementId" | "version">,
): Promise<Subject> {
  // First the gate: another partnership's agreement answers like one that does not exist.
  await deps.agreements.authorise(actor, "agreement.read", agreementId);
  const found = await deps.agreements.getVersionRecord(agreementId, version);
  if (found.partnershipId !== partnershipId) throw nothingHere();
  return { agreementId, version, contentSha256: found.contentSha256 };
}

function nothingHere(): Refusal {
  return new Refusal("not-found", "Nothing here that you may see.");
}
