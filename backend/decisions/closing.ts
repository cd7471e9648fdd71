import { closeDecision, isComplete, isDue } from "../../domain/decisions/decision.ts";
import type { StoredDecision } from "./decision-store.ts";
import type { DecisionDeps } from "./deps.ts";
import { change, getStored } from "./settle.ts";

/** Counts and closes a vote; a closed one is answered unchanged. @throws {Refusal} decision-not-open */
export function closeNow(deps: DecisionDeps, id: string): Promise<StoredDecision> {
  const acts = { closed: deps.ids.next(), final: deps.ids.next() };
  const at = deps.clock.now().toISOString();
  return change(deps, id, (decision) => closeDecision(decision, { ...acts, at }));
}

/** Closes at once when the rule says so and everybody who may vote has voted. */
export async function closeComplete(
  deps: DecisionDeps,
  stored: StoredDecision,
): Promise<StoredDecision> {
  return isComplete(stored.decision) ? closeNow(deps, stored._id) : stored;
}

/** The decision as it is now: closed when its time is over, settled when a crash left it unsaid. */
export async function closeDue(
  deps: DecisionDeps,
  stored: StoredDecision,
): Promise<StoredDecision> {
  if (isDue(stored.decision, deps.clock.now().toISOString())) return closeNow(deps, stored._id);
  return stored.isSettled ? stored : change(deps, stored._id, (decision) => decision);
}

/**
 * Closes every vote whose time is over and finishes what a crash interrupted. A decision that fails is told
 * to `onError` and stops no other.
 */
export async function sweep(
  deps: DecisionDeps,
  onError: (error: unknown, decisionId: string) => void,
): Promise<void> {
  for (const id of await deps.decisions.listPending(deps.clock.now())) {
    try {
      await closeDue(deps, await getStored(deps, id));
    } catch (error) {
      onError(error, id);
    }
  }
}
