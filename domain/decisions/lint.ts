import type { Finding } from "../agreements/findings.ts";
import { isRefusal } from "../kernel/refusal.ts";
import { powerIndices, type PowerIndices } from "./power.ts";
import { parseRatio, reaches } from "./ratio.ts";
import type { RollEntry, Rule, Test } from "./rule.ts";
import { tally } from "./tally.ts";
import type { Ballot } from "./ballots.ts";

/** Largest roll for which the smallest binding number is searched. */
const MAX_SEARCHED = 60;

/** What the linter looks at; `nameOf` turns a partner's id into its name for the sentences. */
export interface LintInput {
  readonly rule: Rule;
  readonly roll: readonly RollEntry[];
  readonly nameOf?: (partner: string) => string;
}

/**
 * What people should know before they sign a rule: ties that pass, thresholds out of reach, one partner deciding
 * alone or never. `at` points into the rule. Findings about power are left out when the roll is too large for it.
 */
export function lintRule(input: LintInput): Finding[] {
  const { rule, roll } = input;
  return [
    ...rule.approval.flatMap(tiePasses),
    ...unreachable(rule, roll),
    ...noShowParadox(rule),
    ...smallBinding(rule, roll),
    ...powerFindings(input),
  ];
}

/** Finds rules of one agreement that treat abstention differently: people will expect one custom. */
export function lintAbstention(rules: readonly Rule[]): Finding[] {
  const customs = new Set(rules.flatMap((rule) => rule.approval.map(ignoresAbstention)));
  if (customs.size < 2) return [];
  return [
    finding("abstention-differs", "warning", "/approval", {
      fr: "Les règles de cet accord ne comptent pas les abstentions de la même façon.",
      en: "The rules of this agreement do not count abstentions alike.",
    }),
  ];
}

/**
 * The fewest supporters who can bind everyone although all others who take part vote against; undefined
 * when nobody can, or when the roll is too large to search.
 */
export function smallestBinding(rule: Rule, roll: readonly RollEntry[]): number | undefined {
  if (roll.length > MAX_SEARCHED) return undefined;
  const byWeight = roll
    .filter((entry) => entry.suspended !== true)
    .sort((a, b) => (BigInt(a.weight) < BigInt(b.weight) ? 1 : -1));
  for (let supporters = 1; supporters <= byWeight.length; supporters++)
    for (let there = supporters; there <= byWeight.length; there++)
      if (canBind(rule, roll, takingPart(byWeight, supporters, there))) return supporters;
  return undefined;
}

/** The heaviest partners vote for, the lightest of the others come and vote against. */
function takingPart(byWeight: readonly RollEntry[], supporters: number, there: number): Ballot[] {
  const yes = byWeight.slice(0, supporters);
  const opponents = there - supporters;
  const no = opponents === 0 ? [] : byWeight.slice(supporters).slice(-opponents);
  return [
    ...yes.map((e): Ballot => ({ partner: e.partner, choice: "for" })),
    ...no.map((e): Ballot => ({ partner: e.partner, choice: "against" })),
  ];
}

function canBind(rule: Rule, roll: readonly RollEntry[], taking: readonly Ballot[]): boolean {
  const attendance = { kind: "attendance", partners: taking.map((b) => b.partner) } as const;
  return tally(rule, roll, taking, [attendance]).outcome === "approved";
}

function tiePasses(test: Test, index: number): Finding[] {
  const half = { num: 1n, den: 2n };
  const { num, den } = parseRatio(test.ratio);
  const low = !reaches(num, den, { cmp: "gt", ratio: half });
  if (test.cmp !== "gte" || !low || test.of !== "for" || test.base !== "cast") return [];
  return [
    finding("tie-passes", "warning", `/approval/${index}`, {
      fr: "Une égalité des voix suffit pour adopter. Écrivez «\u00a0plus de\u00a0» si ce n’est pas voulu.",
      en: "A tie is enough to pass. Write “more than” if that is not meant.",
    }),
  ];
}

function unreachable(rule: Rule, roll: readonly RollEntry[]): Finding[] {
  if (rule.procedure === "silence") return [];
  const ballots = roll.map((entry): Ballot => ({ partner: entry.partner, choice: "for" }));
  const attendance = { kind: "attendance", partners: roll.map((entry) => entry.partner) } as const;
  const { outcome, tests } = tally(rule, roll, ballots, [attendance]);
  if (outcome === "approved") return [];
  const failing = tests.find((result) => !result.holds);
  return [
    finding("unreachable", "error", failing?.kind === "quorum" ? "/quorum" : "/approval", {
      fr: "Même si tous les partenaires votent pour, rien ne peut être adopté.",
      en: "Even if every partner votes for, nothing can pass.",
    }),
  ];
}

/** A quorum counted on ballots lets a vote against complete it, so that staying away is the better opposition. */
function noShowParadox(rule: Rule): Finding[] {
  return rule.quorum.flatMap((quorum, index) => {
    const guarded = rule.approval.some((test) => guards(test, quorum));
    if (!countsBallots(rule, quorum) || guarded || rule.unanimity === true) return [];
    return [
      finding("no-show-paradox", "warning", `/quorum/${index}`, {
        fr: "Le quorum se compte sur les bulletins\u00a0: un vote contre peut l’atteindre et faire adopter. Exigez plutôt une part de tous les partenaires.",
        en: "The quorum counts ballots: a vote against can complete it and so pass the motion. Ask for a share of all partners instead.",
      }),
    ];
  });
}

/** Without a meeting nobody takes attendance: presence is a ballot too. */
function countsBallots(rule: Rule, quorum: Test): boolean {
  return quorum.of === "expressed" || (quorum.of === "present" && rule.procedure !== "meeting");
}

function guards(test: Test, quorum: Test): boolean {
  if (test.of !== "for" || test.unit !== quorum.unit) return false;
  if (test.base !== "members" && test.base !== "voting") return false;
  const { num, den } = parseRatio(test.ratio);
  return reaches(num, den, { cmp: "gte", ratio: parseRatio(quorum.ratio) });
}

function smallBinding(rule: Rule, roll: readonly RollEntry[]): Finding[] {
  const binding = rule.procedure === "silence" ? undefined : smallestBinding(rule, roll);
  if (binding === undefined || binding * 2 >= roll.length) return [];
  return [
    finding("minority-binds", "warning", "/approval", {
      fr: `${binding} partenaires sur ${roll.length} peuvent suffire à engager tous les autres.`,
      en: `${binding} of ${roll.length} partners can be enough to bind all the others.`,
    }),
  ];
}

function powerFindings({ rule, roll, nameOf = (partner) => partner }: LintInput): Finding[] {
  const power = rule.procedure === "silence" ? undefined : findPower(rule, roll);
  if (power === undefined || power.smallestWinning === undefined || roll.length < 2) return [];
  if (power.dictator !== undefined) return [dictator(nameOf(power.dictator))];
  return [
    ...power.dummies.map((partner) => dummy(nameOf(partner))),
    ...vetoPlayers(rule, power).map((partner) => vetoPlayer(nameOf(partner))),
  ];
}

function vetoPlayers(rule: Rule, power: PowerIndices): readonly string[] {
  const declared = rule.veto?.by ?? [];
  // Where everyone is needed the rule says so itself.
  if (declared === "any" || power.vetoPlayers.length === power.partners.length) return [];
  return power.vetoPlayers.filter((partner) => !declared.includes(partner));
}

function findPower(rule: Rule, roll: readonly RollEntry[]): PowerIndices | undefined {
  try {
    return powerIndices(rule, roll);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function dictator(name: string): Finding {
  return finding("dictator", "warning", "/approval", {
    fr: `${name} décide seul\u00a0: le vote des autres ne change rien.`,
    en: `${name} decides alone: the others’ votes change nothing.`,
  });
}

function dummy(name: string): Finding {
  return finding("dummy", "warning", "/approval", {
    fr: `Le vote de ${name} ne peut jamais changer le résultat.`,
    en: `The vote of ${name} can never change the outcome.`,
  });
}

function vetoPlayer(name: string): Finding {
  return finding("veto-player", "warning", "/approval", {
    fr: `Rien ne passe sans ${name}\u00a0: c’est un veto que la règle ne nomme pas.`,
    en: `Nothing passes without ${name}: a veto that the rule does not name.`,
  });
}

function ignoresAbstention(test: Test): boolean {
  return test.base === "cast" || test.base === "voting_minus_abstain";
}

function finding(
  id: string,
  level: Finding["level"],
  at: string,
  message: Finding["message"],
): Finding {
  return { id, level, message, at };
}
