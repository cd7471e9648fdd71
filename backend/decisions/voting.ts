import type { z } from "zod";
import {
  castBallot,
  declareRecusal,
  declareVeto,
  type BallotAct,
  type Decision,
  type PersonalStamp,
  type Stamp,
} from "../../domain/decisions/decision.ts";
import type {
  CastBallot,
  DecisionView,
  newBallotSchema,
  newRecusalSchema,
  newVetoSchema,
  Receipt,
} from "../../domain/decisions/wire.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Actor } from "../platform/http/route.ts";
import { allow, now, type Allowed } from "./allowing.ts";
import { closeComplete } from "./closing.ts";
import type { StoredDecision } from "./decision-store.ts";
import type { DecisionDeps } from "./deps.ts";
import { receiptOf } from "./receipts.ts";
import { change } from "./settle.ts";

/** What a member does for their partner in a vote. */
export interface Voting {
  /** The answer means that the ballot is on disk and in the log. See the domain's `castBallot` for its refusals. */
  castBallot(
    actor: Actor,
    id: string,
    ballot: z.output<typeof newBallotSchema>,
  ): Promise<CastBallot>;
  recuse(actor: Actor, id: string, input: z.output<typeof newRecusalSchema>): Promise<DecisionView>;
  veto(actor: Actor, id: string, input: z.output<typeof newVetoSchema>): Promise<DecisionView>;
  /** Proof of the caller's own latest ballot. @throws {Refusal} not-found */
  getReceipt(actor: Actor, id: string): Promise<Receipt>;
}

/** Use cases of voting. */
export function votingActs(
  deps: DecisionDeps,
  present: (allowed: Allowed) => Promise<DecisionView>,
): Voting {
  const act = (actor: Actor, id: string, decide: Decide) => actFor(deps, { actor, id, decide });
  return {
    async castBallot(actor, id, ballot) {
      const { stored, stamp } = await act(actor, id, (found, mine) =>
        castBallot(found, { ...mine, ...ballot }),
      );
      return presentCast(deps, await closeComplete(deps, stored), stamp);
    },
    recuse: async (actor, id, { ground }) =>
      present(await act(actor, id, (found, mine) => declareRecusal(found, { ...mine, ground }))),
    veto: async (actor, id, input) =>
      present(await act(actor, id, (found, mine) => declareVeto(found, { ...mine, ...input }))),
    async getReceipt(actor, id) {
      const { stored, member } = await allow(deps, actor, { action: "decision.read", id });
      return receiptOf(deps, stored.decision, ownAct(stored.decision, member._id));
    },
  };
}

type Decide = (decision: Decision, stamp: PersonalStamp) => Decision;

async function actFor(
  deps: DecisionDeps,
  { actor, id, decide }: { actor: Actor; id: string; decide: Decide },
): Promise<Allowed & { stamp: PersonalStamp }> {
  const at = now(deps);
  const { member } = await allow(deps, actor, { action: "ballot.cast", id });
  if (member.partnerId === null)
    throw new Refusal("not-on-the-roll", "You act for no partner in this partnership.");
  const stamp: PersonalStamp = {
    id: deps.ids.next(),
    at,
    partner: member.partnerId,
    person: member._id,
    salt: deps.newSalt(),
  };
  const stored = await change(deps, id, (found) => decide(found, stamp));
  return { stored, member, stamp };
}

async function presentCast(
  deps: DecisionDeps,
  { decision }: StoredDecision,
  stamp: Stamp,
): Promise<CastBallot> {
  const cast = recordOf(decision).find(
    (entry): entry is BallotAct => entry.event === "ballot" && entry.id === stamp.id,
  );
  if (!cast) throw new Error("a ballot was recorded and is gone");
  const receipt = await receiptOf(deps, decision, cast);
  const { partner, choice, comment, at } = cast;
  return {
    decisionId: decision.id,
    partnerId: partner,
    choice,
    comment,
    at,
    logIndex: receipt.index,
    receipt,
  };
}

function ownAct(decision: Decision, memberId: string): BallotAct {
  const own = recordOf(decision).findLast(
    (entry): entry is BallotAct => entry.event === "ballot" && entry.person === memberId,
  );
  if (!own) throw new Refusal("not-found", "You have cast no ballot here.");
  return own;
}

function recordOf(decision: Decision) {
  return decision.state === "draft" ? [] : decision.record;
}
