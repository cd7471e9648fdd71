import { committedBody, type BallotAct, type Decision } from "../../domain/decisions/decision.ts";
import type { Receipt } from "../../domain/decisions/wire.ts";
import type { DecisionDeps } from "./deps.ts";

/** Proof that a ballot is in the log, with the body and salt that open its commitment. */
export async function receiptOf(
  deps: Pick<DecisionDeps, "log">,
  decision: Decision,
  cast: BallotAct,
): Promise<Receipt> {
  if (cast.index === null) throw new Error("the ballot is not in the log");
  const { partnershipId } = decision;
  const body = committedBody(decision, cast);
  return {
    index: cast.index,
    entry: await deps.log.entry(partnershipId, cast.index),
    body,
    salt: cast.salt,
    proof: await deps.log.proof(partnershipId, cast.index),
    vkey: deps.log.key(partnershipId).vkey,
  };
}
