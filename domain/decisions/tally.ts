import {
  choices,
  countBallots,
  standingOf,
  type Ballot,
  type BallotRule,
  type Choice,
  type CountedBallots,
  type Standing,
  type TallyEvent,
  type VetoEvent,
  type VoidReason,
} from "./ballots.ts";
import { parseRatio, reaches, smallestReaching } from "./ratio.ts";
import {
  isSimpleMajority,
  type Measure,
  type RollEntry,
  type Rule,
  type Test,
  type Unit,
} from "./rule.ts";

/** How a vote ended. The tally itself gives the first four; the others are acts of people. */
export type Outcome =
  | "approved"
  | "rejected"
  | "no_quorum"
  | "vetoed"
  | "withdrawn"
  | "superseded"
  | "void";

/** What the tally can say. */
export type TallyOutcome = Extract<Outcome, "approved" | "rejected" | "no_quorum" | "vetoed">;

/** What the tally needs of a rule: parts of a rule that it does not read may be missing. */
export type TallyRule = BallotRule & {
  readonly procedure?: Rule["procedure"] | undefined;
  readonly quorum?: readonly Test[] | undefined;
  readonly approval: readonly Test[];
  readonly unanimity?: boolean | undefined;
  readonly minDissentToBlock?: number | undefined;
  readonly tie?: Rule["tie"];
  readonly veto?: Rule["veto"];
  readonly onNoQuorum?: Rule["onNoQuorum"] | undefined;
};

/** Whole numbers as decimal text, so that 2^128 votes survive JSON. */
export type CountText = string;

/** Every quantity that a test may name, in one unit. */
export type UnitCounts = Readonly<
  Record<
    | Choice
    | "for_abstain"
    | "cast"
    | "expressed"
    | "present"
    | "voting"
    | "voting_minus_abstain"
    | "members",
    CountText
  >
>;

/** The count: by partner, by weight, and the ballots that did not count. */
export interface Counts {
  readonly partner: UnitCounts;
  readonly weight: UnitCounts;
  readonly voided: readonly { readonly partner: string; readonly reason: VoidReason }[];
}

/** A quorum or approval test with its arithmetic: `measured` of `total`, `needed` the smallest that would do. */
export interface RatioResult {
  readonly kind: "quorum" | "approval";
  readonly test: Test;
  readonly measured: CountText;
  readonly total: CountText;
  readonly needed: CountText;
  readonly holds: boolean;
}

/**
 * A condition beside the ratios, counted in partners. `holds` reads as "this lets the motion pass":
 * `unanimity` nobody against; `dissent` too few not-for to block; `support` at least one for;
 * `silence` no objection (`measured`) and nobody left without notice (`missing`); `chair` broke a tie for; `veto` none admissible.
 */
export interface PlainResult {
  readonly kind: "unanimity" | "dissent" | "support" | "silence" | "chair" | "veto";
  readonly measured: CountText;
  readonly needed: CountText;
  readonly missing?: CountText;
  readonly holds: boolean;
}

/** One evaluated condition. */
export type TestResult = RatioResult | PlainResult;

/** The verdict, the conditions behind it in the order in which they were tried, and the numbers. */
export interface Tally {
  readonly outcome: TallyOutcome;
  readonly tests: readonly TestResult[];
  readonly counts: Counts;
}

type UnitNumbers = Record<keyof UnitCounts, bigint>;
type Numbers = Record<Unit, UnitNumbers>;

/**
 * Counts a vote: voids ballots that may not count, keeps one per partner, then quorum, approval, dissent,
 * support and veto in that order. A pure function of its arguments; exact for weights of any size.
 * Approval tests are evaluated even without quorum, so that a running count can show them. Only a motion that
 * would otherwise pass can be vetoed.
 */
export function tally(
  rule: TallyRule,
  roll: readonly RollEntry[],
  ballots: readonly Ballot[],
  events: readonly TallyEvent[] = [],
): Tally {
  const standing = standingOf(roll, events);
  const counted = countBallots(rule, standing, ballots);
  const numbers = measure(standing, counted);
  const quorum = quorumTests(rule, events).map((test) => evaluate("quorum", test, numbers));
  const conditions =
    rule.procedure === "silence"
      ? [silence(standing, counted, events)]
      : approvalResults(rule, numbers, events);
  const veto = rule.veto ? [vetoResult(rule.veto, standing, events)] : [];
  const tests = [...quorum, ...conditions, ...veto];
  return { outcome: verdict(tests), tests, counts: present(numbers, counted) };
}

/** Whether the approval conditions hold for these supporters, everyone else present and against: the simple game behind power indices. */
export function supportersWin(
  rule: TallyRule,
  numbers: (unit: Unit) => { for: bigint; voting: bigint; members: bigint },
): boolean {
  const unitNumbers = (unit: Unit): UnitNumbers => {
    const { for: support, voting, members } = numbers(unit);
    return {
      for: support,
      against: voting - support,
      abstain: 0n,
      for_abstain: support,
      cast: voting,
      expressed: voting,
      present: voting,
      voting,
      voting_minus_abstain: voting,
      members,
    };
  };
  const both = { partner: unitNumbers("partner"), weight: unitNumbers("weight") };
  return verdict(approvalResults(rule, both, [])) === "approved";
}

function quorumTests(rule: TallyRule, events: readonly TallyEvent[]): readonly Test[] {
  const convened = events.reduce((n, e) => (e.kind === "convened" ? e.number : n), 1);
  const again = typeof rule.onNoQuorum === "object" ? rule.onNoQuorum.reconvene : [];
  const later = convened > 1 ? again[Math.min(convened - 2, again.length - 1)] : undefined;
  return later?.quorum ?? rule.quorum ?? [];
}

function measure(standing: Standing, counted: CountedBallots): Numbers {
  const here = presentPartners(standing, counted);
  const sum = (unit: Unit, takes: (partner: string) => boolean): bigint =>
    standing.roll.reduce((n, e) => (takes(e.partner) ? n + unitOf(e, unit) : n), 0n);
  const mayVote = (partner: string): boolean =>
    !standing.recused.has(partner) && !standing.suspended.has(partner);
  const chose = (choice: Choice) => (partner: string) =>
    counted.kept.get(partner)?.choice === choice;
  const count = (unit: Unit): UnitNumbers => {
    const [yes = 0n, no = 0n, neither = 0n] = choices.map((choice) => sum(unit, chose(choice)));
    const voting = sum(unit, mayVote);
    return {
      for: yes,
      against: no,
      abstain: neither,
      for_abstain: yes + neither,
      cast: yes + no,
      expressed: yes + no + neither,
      present: sum(unit, (partner) => mayVote(partner) && here.has(partner)),
      voting,
      voting_minus_abstain: voting - neither,
      members: sum(unit, () => true),
    };
  };
  return { partner: count("partner"), weight: count("weight") };
}

function unitOf(entry: RollEntry, unit: Unit): bigint {
  return unit === "partner" ? 1n : BigInt(entry.weight);
}

/** Present or represented: on the attendance list or represented by a present proxy; without a list, whoever voted. */
function presentPartners(standing: Standing, counted: CountedBallots): ReadonlySet<string> {
  if (standing.attendance === undefined) return new Set(counted.kept.keys());
  const represented = [...counted.kept.values()].filter((b) => b.proxyHolder !== undefined);
  return new Set([...standing.attendance, ...represented.map((b) => b.partner)]);
}

function evaluate(kind: RatioResult["kind"], test: Test, numbers: Numbers): RatioResult {
  const unit = numbers[test.unit];
  const measured: bigint = unit[test.of satisfies Measure];
  const total = unit[test.base];
  const goal = { cmp: test.cmp, ratio: parseRatio(test.ratio) };
  return {
    kind,
    test,
    measured: String(measured),
    total: String(total),
    needed: String(smallestReaching(total, goal)),
    holds: reaches(measured, total, goal),
  };
}

function approvalResults(
  rule: TallyRule,
  numbers: Numbers,
  events: readonly TallyEvent[],
): TestResult[] {
  const heads = numbers.partner;
  const results: TestResult[] = rule.approval.map((test) => evaluate("approval", test, numbers));
  if (rule.unanimity === true)
    results.push(plain("unanimity", heads.against, 0n, heads.against === 0n));
  if (rule.minDissentToBlock !== undefined) {
    const needed = BigInt(rule.minDissentToBlock);
    const notFor = heads.voting - heads.for;
    results.push(plain("dissent", notFor, needed, notFor < needed));
  }
  const chair = chairResult(rule, numbers, events);
  if (chair !== undefined) results.push(chair);
  results.push(plain("support", heads.for, 1n, heads.for >= 1n));
  return results;
}

function chairResult(
  rule: TallyRule,
  numbers: Numbers,
  events: readonly TallyEvent[],
): PlainResult | undefined {
  const [test] = rule.approval;
  if (rule.tie !== "chair" || test === undefined || !isSimpleMajority(rule.approval))
    return undefined;
  const unit = numbers[test.unit];
  const chair = events.findLast((event) => event.kind === "chair");
  if (chair === undefined || unit.for !== unit.against) return undefined;
  const vote = chair.choice === "for" ? 1n : 0n;
  return plain("chair", vote, 1n, vote === 1n);
}

function silence(
  standing: Standing,
  counted: CountedBallots,
  events: readonly TallyEvent[],
): PlainResult {
  const notified = new Set(events.flatMap((e) => (e.kind === "notified" ? [e.partner] : [])));
  const missing = standing.roll.filter((entry) => !notified.has(entry.partner)).length;
  const objections = [...counted.kept.values()].filter((b) => b.choice === "against").length;
  const holds = objections === 0 && missing === 0;
  return { ...plain("silence", BigInt(objections), 0n, holds), missing: String(missing) };
}

function vetoResult(
  veto: NonNullable<Rule["veto"]>,
  standing: Standing,
  events: readonly TallyEvent[],
): PlainResult {
  const after = events.find((event) => event.kind === "vetoWindow")?.closesAt;
  const admissible = new Set(
    events.flatMap((event) =>
      event.kind === "veto" && isAdmissibleVeto(veto, event, { standing, after })
        ? [event.partner]
        : [],
    ),
  );
  return plain("veto", BigInt(admissible.size), 0n, admissible.size === 0);
}

/**
 * Whether a veto stops the motion: by a partner who holds it and is not suspended, with a ground where the rule
 * wants one, not about that partner's own default or exit, and within its window.
 */
function isAdmissibleVeto(
  veto: NonNullable<Rule["veto"]>,
  event: VetoEvent,
  { standing, after }: { standing: Standing; after: string | undefined },
): boolean {
  const { partner, subject } = event;
  if (!standing.roll.some((entry) => entry.partner === partner)) return false;
  if (standing.suspended.has(partner)) return false;
  if (veto.by !== "any" && !veto.by.includes(partner)) return false;
  if (veto.groundRequired && (event.ground ?? "").trim() === "") return false;
  if (subject !== undefined && veto.notFor.includes(subject)) return false;
  return isInVetoWindow(veto, event.at, { window: standing.window, after });
}

function isInVetoWindow(
  veto: NonNullable<Rule["veto"]>,
  at: string | undefined,
  { window, after }: { window: Standing["window"]; after: string | undefined },
): boolean {
  if (at === undefined || window === undefined) return true;
  const time = Date.parse(at);
  if (window.opensAt !== undefined && time < Date.parse(window.opensAt)) return false;
  if (time < Date.parse(window.closesAt)) return veto.during;
  return after !== undefined && time < Date.parse(after);
}

function plain(
  kind: PlainResult["kind"],
  measured: bigint,
  needed: bigint,
  holds: boolean,
): PlainResult {
  return { kind, measured: String(measured), needed: String(needed), holds };
}

function verdict(tests: readonly TestResult[]): TallyOutcome {
  const holding = (kind: TestResult["kind"]): boolean =>
    tests.every((result) => result.kind !== kind || result.holds);
  const found = (kind: TestResult["kind"]): boolean =>
    tests.some((result) => result.kind === kind && result.holds);
  if (!holding("quorum")) return "no_quorum";
  const ratios = holding("approval") || found("dissent") || found("chair");
  const passes = ratios && holding("unanimity") && holding("support") && holding("silence");
  if (!passes) return "rejected";
  return holding("veto") ? "approved" : "vetoed";
}

function present(numbers: Numbers, { voided }: CountedBallots): Counts {
  return {
    partner: inText(numbers.partner),
    weight: inText(numbers.weight),
    voided: voided.map(({ ballot, reason }) => ({ partner: ballot.partner, reason })),
  };
}

function inText(numbers: UnitNumbers): UnitCounts {
  return {
    for: String(numbers.for),
    against: String(numbers.against),
    abstain: String(numbers.abstain),
    for_abstain: String(numbers.for_abstain),
    cast: String(numbers.cast),
    expressed: String(numbers.expressed),
    present: String(numbers.present),
    voting: String(numbers.voting),
    voting_minus_abstain: String(numbers.voting_minus_abstain),
    members: String(numbers.members),
  };
}
