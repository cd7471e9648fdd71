import {
  stateAfter,
  type AgreementEvent,
  type AgreementState,
} from "../../domain/agreements/lifecycle.ts";
import type { AgreementDeps } from "./deps.ts";
import { getStored } from "./reading.ts";

/**
 * Moves the agreement by an event; the draft closes before its state says so, and opens after.
 * Answers the state that holds, unchanged when the event cannot happen.
 */
export async function advance(
  deps: AgreementDeps,
  id: string,
  event: AgreementEvent,
): Promise<AgreementState> {
  const agreement = await getStored(deps, id);
  const next = stateAfter(agreement.state, event);
  if (!next || next === agreement.state) return agreement.state;
  if (next !== "drafting") await deps.drafts.setWritable(id, false);
  if (!(await deps.store.move(id, agreement.state, next))) return advance(deps, id, event);
  if (next === "drafting") await deps.drafts.setWritable(id, true);
  deps.announce(`agreement.${next}`, agreement, { agreementId: id });
  return next;
}
