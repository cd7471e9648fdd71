import type { AgreementEvent } from "../../domain/agreements/lifecycle.ts";
import type { Decision, RecordEntry } from "../../domain/decisions/decision.ts";
import { logEntryText, type RecordedDecision } from "../../domain/decisions/entries.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { StoredDecision } from "./decision-store.ts";
import type { DecisionDeps } from "./deps.ts";

const MAX_RACES = 50;

/** The decision as stored. @throws {Refusal} not-found */
export async function getStored(
  deps: Pick<DecisionDeps, "decisions">,
  id: string,
): Promise<StoredDecision> {
  const stored = await deps.decisions.findById(id);
  if (!stored) throw new Refusal("not-found", "Nothing here that you may see.");
  return stored;
}

/**
 * Changes a decision: what `decide` answers is stored durably, then logged and told. `decide` may run again when
 * another process wrote in between. Changes of one decision run one after the other.
 */
export function change(
  deps: DecisionDeps,
  id: string,
  decide: (decision: Decision) => Decision,
): Promise<StoredDecision> {
  return deps.turns.take(id, async () => {
    for (let race = 0; race < MAX_RACES; race++) {
      // What an earlier crash left unsaid is said first, in its order.
      const stored = await settle(deps, await getStored(deps, id));
      if (!stored) continue;
      const decision = decide(stored.decision);
      const written =
        decision === stored.decision
          ? stored
          : await deps.decisions.replace(stored, { decision, isSettled: false });
      const settled = written && (await settle(deps, written));
      if (settled) return settled;
    }
    throw new Refusal("too-busy", "Many are voting at this moment; try again.");
  });
}

/**
 * Brings the log, the agreement and the news up to what is recorded. Repeatable: after a crash the next reader
 * does it. Null when another process wrote in between.
 */
async function settle(deps: DecisionDeps, stored: StoredDecision): Promise<StoredDecision | null> {
  if (stored.isSettled) return stored;
  const { decision } = stored;
  if (decision.state === "draft")
    return deps.decisions.replace(stored, { decision, isSettled: true });
  const fresh = decision.record.filter((entry) => entry.index === null);
  const logged = await logRecord(deps, decision);
  await tellAgreement(deps, logged);
  const settled = await deps.decisions.replace(stored, { decision: logged, isSettled: true });
  if (settled) for (const entry of fresh) announce(deps, logged, entry);
  return settled;
}

async function logRecord(
  deps: DecisionDeps,
  decision: RecordedDecision,
): Promise<RecordedDecision> {
  let logged = decision;
  for (const [place, entry] of decision.record.entries()) {
    if (entry.index !== null) continue;
    const index = await deps.log.append(decision.partnershipId, {
      ref: entry.id,
      text: logEntryText(logged, entry),
      at: new Date(entry.at),
    });
    logged = { ...logged, record: logged.record.with(place, { ...entry, index }) };
  }
  return logged;
}

/** The draft closes while its version is voted on; then the agreement goes on or back. */
async function tellAgreement(deps: DecisionDeps, decision: RecordedDecision): Promise<void> {
  const event = agreementEvent(decision);
  if (event && decision.subject && decision.frozen)
    await deps.agreements.advance(decision.subject.agreementId, event);
}

function agreementEvent(decision: RecordedDecision): AgreementEvent | undefined {
  if (decision.state === "open") return decision.record.length === 1 ? "freeze" : undefined;
  if (decision.state === "withdrawn" || decision.tally.outcome !== "approved") return "reject";
  return decision.record.some((entry) => entry.event === "final") ? "approve" : undefined;
}

const eventTypes: Record<RecordEntry["event"], string> = {
  opened: "decision.opened",
  ballot: "ballot.cast",
  recusal: "recusal.declared",
  veto: "veto.declared",
  closed: "decision.closed",
  final: "decision.final",
  withdrawn: "decision.withdrawn",
};

function announce(deps: DecisionDeps, decision: RecordedDecision, entry: RecordEntry): void {
  deps.bus.publish({
    type: eventTypes[entry.event],
    partnershipId: decision.partnershipId,
    at: entry.at,
    subject: {
      decisionId: decision.id,
      agreementId: decision.subject?.agreementId ?? null,
      ...(decision.state === "closed" ? { outcome: decision.tally.outcome } : {}),
    },
  });
}
