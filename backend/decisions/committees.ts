import { lintRule } from "../../domain/decisions/lint.ts";
import { rollSchema, type RollEntry, type Rule } from "../../domain/decisions/rule.ts";
import type { Committee, NewCommittee } from "../../domain/decisions/wire.ts";
import { ruleInWords } from "../../domain/decisions/words.ts";
import { Refusal, type InputProblem } from "../../domain/kernel/refusal.ts";
import type { Actor } from "../platform/http/route.ts";
import type { StoredCommittee } from "./committee-store.ts";
import type { DecisionDeps } from "./deps.ts";

/** Committees: who decides, by which rule. */
export interface Committees {
  /** @throws {Refusal} invalid-input — a partner or delegate is unknown; rule-invalid — the rule can never pass */
  create(actor: Actor, partnershipId: string, input: NewCommittee): Promise<Committee>;
  list(actor: Actor, partnershipId: string): Promise<readonly Committee[]>;
  get(actor: Actor, id: string): Promise<Committee>;
}

/** Use cases of committees. */
export function createCommittees(deps: DecisionDeps): Committees {
  const present = async (committee: StoredCommittee): Promise<Committee> =>
    presentCommittee(committee, await partnerNames(deps, committee.partnershipId));
  return {
    async create(actor, partnershipId, input) {
      await deps.access.authorise(actor, "committee.create", partnershipId);
      const names = await partnerNames(deps, partnershipId);
      const roll = await readRoll(deps, { partnershipId, input, names });
      assertWorkable(input.rule, roll);
      const committee: StoredCommittee = {
        _id: deps.ids.next(),
        partnershipId,
        name: input.name,
        rule: input.rule,
        roll,
        createdBy: actor.accountId,
        createdAt: deps.clock.now(),
      };
      await deps.committees.insert(committee);
      deps.bus.publish({
        type: "committee.created",
        partnershipId,
        at: committee.createdAt.toISOString(),
        actorId: actor.accountId,
        subject: { committeeId: committee._id },
      });
      return presentCommittee(committee, names);
    },
    async list(actor, partnershipId) {
      await deps.access.authorise(actor, "decision.read", partnershipId);
      return Promise.all((await deps.committees.list(partnershipId)).map(present));
    },
    async get(actor, id) {
      const committee = await getCommittee(deps, id);
      await deps.access.authorise(actor, "decision.read", committee.partnershipId);
      return present(committee);
    },
  };
}

/** The committee as stored. @throws {Refusal} not-found */
export async function getCommittee(
  deps: Pick<DecisionDeps, "committees">,
  id: string,
): Promise<StoredCommittee> {
  const committee = await deps.committees.findById(id);
  if (!committee) throw new Refusal("not-found", "Nothing here that you may see.");
  return committee;
}

/** Names of the partners of a partnership, by id. */
async function partnerNames(
  deps: Pick<DecisionDeps, "partnerships">,
  partnershipId: string,
): Promise<ReadonlyMap<string, string>> {
  const partners = await deps.partnerships.listPartners(partnershipId);
  return new Map(partners.map((partner) => [partner.id, partner.name]));
}

function presentCommittee(
  { _id, partnershipId, name, rule, roll, createdAt }: StoredCommittee,
  names: ReadonlyMap<string, string>,
): Committee {
  const nameOf = (partner: string): string => names.get(partner) ?? partner;
  return {
    id: _id,
    partnershipId,
    name,
    rule,
    roll: roll.map(({ partner, ...seat }) => ({ partnerId: partner, ...seat })),
    words: { fr: ruleInWords(rule, "fr"), en: ruleInWords(rule, "en") },
    findings: lintRule({ rule, roll, nameOf }),
    createdAt: createdAt.toISOString(),
  };
}

interface RollRequest {
  readonly partnershipId: string;
  readonly input: NewCommittee;
  readonly names: ReadonlyMap<string, string>;
}

async function readRoll(
  deps: DecisionDeps,
  { partnershipId, input, names }: RollRequest,
): Promise<RollEntry[]> {
  const problems: InputProblem[] = [];
  for (const [i, { partnerId, delegates }] of input.roll.entries()) {
    if (!names.has(partnerId))
      problems.push({ pointer: `/roll/${i}/partnerId`, detail: "There is no such partner." });
    for (const [j, memberId] of delegates.entries()) {
      if (!(await isMemberOf(deps, { partnershipId, partnerId, memberId })))
        problems.push({
          pointer: `/roll/${i}/delegates/${j}`,
          detail: "Not a member of that partner.",
        });
    }
  }
  const veto = input.rule.veto?.by;
  if (
    Array.isArray(veto) &&
    veto.some((partner) => !input.roll.some((e) => e.partnerId === partner))
  )
    problems.push({ pointer: "/rule/veto/by", detail: "Name partners on the roll." });
  const roll = rollSchema.safeParse(
    input.roll.map(({ partnerId, weight, ...rest }) => ({
      partner: partnerId,
      weight: BigInt(weight).toString(),
      ...rest,
    })),
  );
  if (!roll.success)
    problems.push(
      ...roll.error.issues.map((issue) => ({ pointer: "/roll", detail: issue.message })),
    );
  if (problems.length > 0 || !roll.success)
    throw new Refusal("invalid-input", "The roll is not acceptable.", { problems });
  return roll.data;
}

async function isMemberOf(
  deps: DecisionDeps,
  {
    partnershipId,
    partnerId,
    memberId,
  }: { partnershipId: string; partnerId: string; memberId: string },
): Promise<boolean> {
  try {
    return (await deps.partnerships.getMember(partnershipId, memberId)).partnerId === partnerId;
  } catch (error) {
    if (error instanceof Refusal && error.code === "not-found") return false;
    throw error;
  }
}

function assertWorkable(rule: Rule, roll: readonly RollEntry[]): void {
  const problems = lintRule({ rule, roll })
    .filter((finding) => finding.level === "error")
    .map((finding) => ({ pointer: `/rule${finding.at}`, detail: finding.message.en }));
  if (problems.length > 0)
    throw new Refusal("rule-invalid", "This rule can never pass anything.", { problems });
}
