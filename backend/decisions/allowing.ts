import type { Action } from "../../domain/partnerships/access.ts";
import type { ActingMember } from "../partnerships/index.ts";
import type { Actor } from "../platform/http/route.ts";
import type { StoredDecision } from "./decision-store.ts";
import type { DecisionDeps } from "./deps.ts";
import { getStored } from "./settle.ts";

/** A decision and the member who may act on it. */
export interface Allowed {
  readonly stored: StoredDecision;
  readonly member: ActingMember;
}

/** Authorises an actor on a decision. @throws {Refusal} not-found, not-allowed */
export async function allow(
  deps: DecisionDeps,
  actor: Actor,
  { action, id }: { action: Action; id: string },
): Promise<Allowed> {
  const stored = await getStored(deps, id);
  return { stored, member: await deps.access.authorise(actor, action, stored.partnershipId) };
}

/** The present time, ISO 8601 UTC. */
export function now(deps: Pick<DecisionDeps, "clock">): string {
  return deps.clock.now().toISOString();
}
