import { closeDecision, isDue } from "../../domain/decisions/decision.ts";
import type { StoredDecision } from "./decision-store.ts";
import type { DecisionDeps } from "./deps.ts";
import { change } from "./settle.ts";

type ClosingDeps = DecisionDeps;

/** Counts and closes a vote; a closed one is answered unchanged. @throws {Refusal} decision-not-open */
export function closeNow(deps: ClosingDeps, id: string): Promise<StoredDecision> {
  const acts = { closed: deps.ids.next(), final: deps.ids.next() };
  const at = deps.clock.now().toISOString();
  return change(deps, id, (decision) => closeDecision(decision, { ...acts, at }));
}

/** The decision as it is now: closed when its time is over, settled when a crash left it unsaid. */
export async function closeDue(deps: ClosingDeps, stored: StoredDecision): Promise<StoredDecision> {
  if (isDue(stored.decision, deps.clock.now().toISOString())) return closeNow(deps, stored._id);
  return stored.isSettled ? stored : change(deps, stored._id, (decision) => decision);
}

/** Closes every vote whose time is over and finishes what a crash interrupted. */
export async function sweep(deps: ClosingDeps): Promise<void> {
  for (const id of await deps.decisions.listPending(deps.clock.now())) {
    const stored = await deps.decisions.findById(id);
    if (stored) await closeDue(deps, stored);
  }
}
