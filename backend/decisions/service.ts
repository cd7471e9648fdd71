import {
  confirmDecision,
  openDecision,
  withdrawDecision,
  type Decision,
  type Stamp,
} from "../../domain/decisions/decision.ts";
import type { DecisionSummary, DecisionView, NewDecision } from "../../domain/decisions/wire.ts";
import type { ActingMember } from "../partnerships/index.ts";
import type { Actor } from "../platform/http/route.ts";
import { allow, now, type Allowed } from "./allowing.ts";
import { closeDue, closeNow } from "./closing.ts";
import { getCommittee } from "./committees.ts";
import type { StoredDecision } from "./decision-store.ts";
import type { DecisionDeps } from "./deps.ts";
import { presentDecision, presentSummary, type Viewer } from "./present.ts";
import { proposeDecision } from "./proposing.ts";
import { change } from "./settle.ts";
import { votingActs, type Voting } from "./voting.ts";

/** Decisions: proposed, opened, voted on, closed by the rule. */
export interface DecisionService extends Voting {
  /** @throws {Refusal} not-found, version-unknown, invalid-input */
  propose(actor: Actor, partnershipId: string, input: NewDecision): Promise<DecisionView>;
  list(actor: Actor, partnershipId: string): Promise<readonly DecisionSummary[]>;
  listOfAgreement(actor: Actor, agreementId: string): Promise<readonly DecisionSummary[]>;
  get(actor: Actor, id: string): Promise<DecisionView>;
  /** Freezes rule and roll. @throws {Refusal} conflict */
  open(actor: Actor, id: string): Promise<DecisionView>;
  /** Counts and closes; a closed vote is answered as it is. @throws {Refusal} decision-not-open */
  close(actor: Actor, id: string): Promise<DecisionView>;
  /** An approval that waited for its minutes or the time for vetoes now binds. @throws {Refusal} conflict */
  confirm(actor: Actor, id: string): Promise<DecisionView>;
  /** @throws {Refusal} conflict */
  withdraw(actor: Actor, id: string): Promise<DecisionView>;
}

/** Use cases of decisions. */
export function createDecisionService(deps: DecisionDeps): DecisionService {
  const viewerOf = (member: ActingMember): Viewer => ({ member, now: now(deps) });
  const present = async ({ stored, member }: Allowed): Promise<DecisionView> => {
    const committee = await getCommittee(deps, stored.decision.committeeId);
    return presentDecision(stored.decision, committee, viewerOf(member));
  };
  const presentList = async (
    found: readonly StoredDecision[],
    member: ActingMember,
  ): Promise<DecisionSummary[]> => {
    const current = await Promise.all(found.map((stored) => closeDue(deps, stored)));
    return current.map(({ decision }) => presentSummary(decision, viewerOf(member)));
  };
  const conduct = async (
    actor: Actor,
    id: string,
    decide: (decision: Decision, stamp: Stamp) => Decision,
  ): Promise<DecisionView> => {
    const { member } = await allow(deps, actor, { action: "decision.conduct", id });
    const stamp = { id: deps.ids.next(), at: now(deps) };
    return present({ member, stored: await change(deps, id, (found) => decide(found, stamp)) });
  };

  return {
    async propose(actor, partnershipId, input) {
      const member = await deps.access.authorise(actor, "decision.propose", partnershipId);
      return present({
        stored: await proposeDecision(deps, { actor, partnershipId, input }),
        member,
      });
    },
    async list(actor, partnershipId) {
      const member = await deps.access.authorise(actor, "decision.read", partnershipId);
      return presentList(await deps.decisions.list(partnershipId), member);
    },
    async listOfAgreement(actor, agreementId) {
      const { member } = await deps.agreements.authorise(actor, "decision.read", agreementId);
      return presentList(await deps.decisions.listOfAgreement(agreementId), member);
    },
    async get(actor, id) {
      const { stored, member } = await allow(deps, actor, { action: "decision.read", id });
      return present({ stored: await closeDue(deps, stored), member });
    },
    async open(actor, id) {
      const { stored } = await allow(deps, actor, { action: "decision.conduct", id });
      const { rule, roll } = await getCommittee(deps, stored.decision.committeeId);
      return conduct(actor, id, (found, stamp) => openDecision(found, { ...stamp, rule, roll }));
    },
    async close(actor, id) {
      const { member } = await allow(deps, actor, { action: "decision.conduct", id });
      return present({ stored: await closeNow(deps, id), member });
    },
    confirm: (actor, id) => conduct(actor, id, confirmDecision),
    withdraw: (actor, id) => conduct(actor, id, withdrawDecision),
    ...votingActs(deps, present),
  };
}
