import type { DecisionView } from "../../domain/decisions/wire.ts";
import { mayDo } from "../../domain/partnerships/access.ts";
import type { Member } from "../../domain/partnerships/wire.ts";

/** Why somebody cannot vote: names its words in the catalogue. */
export type Obstacle =
  | "notBegun"
  | "over"
  | "noPartner"
  | "notOnRoll"
  | "recused"
  | "suspended"
  | "role"
  | "otherDelegates"
  | "cast";

/** Why a member cannot vote in an open decision, in the order in which they should learn it; undefined when they can. */
export function obstacleFor(decision: DecisionView, me: Member, now: Date): Obstacle | undefined {
  if (decision.permissions.vote) return undefined;
  if (decision.opensAt !== null && new Date(decision.opensAt) > now) return "notBegun";
  if (new Date(decision.closesAt) <= now) return "over";
  if (me.partnerId === null) return "noPartner";
  const seat = decision.seats.find(({ partnerId }) => partnerId === me.partnerId);
  if (seat === undefined) return "notOnRoll";
  if (seat.isSuspended) return "suspended";
  if (seat.isRecused) return "recused";
  if (!mayDo(me.roles, "ballot.cast")) return "role";
  if (seat.delegates.length > 0 && !seat.delegates.includes(me.id)) return "otherDelegates";
  return "cast";
}
