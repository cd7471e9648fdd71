import { contentHash } from "../kernel/canonical.ts";
import { Refusal } from "../kernel/refusal.ts";
import {
  countBallots,
  delegateRank,
  standingOf,
  type Ballot,
  type Choice,
  type TallyEvent,
} from "./ballots.ts";
import { endOfDays } from "./calendar.ts";
import type { RollEntry, Rule } from "./rule.ts";
import { tally, type Tally } from "./tally.ts";

/** Most acts that one decision records: a bound for what can be stored and counted. */
const MAX_RECORD = 4_000;

/** What is voted on: one version of an agreement, by its content hash. */
export interface Subject {
  readonly agreementId: string;
  readonly version: number;
  readonly contentSha256: string;
}

/** The question. Times are ISO 8601 UTC. */
export interface Proposal {
  readonly id: string;
  readonly partnershipId: string;
  readonly committeeId: string;
  readonly title: string;
  readonly text: string;
  readonly subject: Subject | null;
  /** Before this instant no ballot counts; null: from the opening on. */
  readonly opensAt: string | null;
  /** From this instant on no ballot counts. */
  readonly closesAt: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

/** Rule and roll as they were at the opening: later changes of the committee touch no open vote. */
export interface Frozen {
  readonly rule: Rule;
  readonly roll: readonly RollEntry[];
  readonly ruleSha256: string;
  readonly rollSha256: string;
}

/** Who did something, when; `salt` (hexadecimal) hides it in the log until it is opened. */
interface Act {
  /** Unique within the partnership's log: makes appending repeatable. */
  readonly id: string;
  readonly at: string;
  /** Place in the decision log; null until it is appended. */
  readonly index: number | null;
}

interface PersonalAct extends Act {
  readonly partner: string;
  /** Member id. */
  readonly person: string;
  readonly salt: string;
}

/** A ballot as recorded. */
export interface BallotAct extends PersonalAct {
  readonly event: "ballot";
  readonly choice: Choice;
  readonly comment: string;
}

/** One thing that happened in a decision, in order. */
export type RecordEntry =
  | (Act & { readonly event: "opened" | "closed" | "final" | "withdrawn" })
  | BallotAct
  | (PersonalAct & { readonly event: "recusal"; readonly ground: string })
  | (PersonalAct & {
      readonly event: "veto";
      readonly ground: string;
      readonly about: "own_default" | "own_exit" | null;
    });

/** A question that is being prepared: anything may still change. */
export interface DraftDecision extends Proposal {
  readonly state: "draft";
}

/** A vote that runs. */
export interface OpenDecision extends Proposal {
  readonly state: "open";
  readonly frozen: Frozen;
  readonly record: readonly RecordEntry[];
}

/** A vote that is over; it never opens again. */
export interface ClosedDecision extends Proposal {
  readonly state: "closed";
  readonly frozen: Frozen;
  readonly record: readonly RecordEntry[];
  readonly closedAt: string;
  readonly tally: Tally;
}

/** A question that was given up, before or during the vote. */
export interface WithdrawnDecision extends Proposal {
  readonly state: "withdrawn";
  readonly frozen: Frozen | null;
  readonly record: readonly RecordEntry[];
  readonly withdrawnAt: string;
}

/** A decision in one of its states. */
export type Decision = DraftDecision | OpenDecision | ClosedDecision | WithdrawnDecision;

/** Id and time of an act, given from outside. */
export interface Stamp {
  readonly id: string;
  readonly at: string;
}

/** An act by a member for a partner. */
export interface PersonalStamp extends Stamp {
  readonly partner: string;
  readonly person: string;
  readonly salt: string;
}

/**
 * Opens the vote: rule and roll freeze.
 * @throws {Refusal} conflict — when it is no draft, its closing time has passed, or is sooner than the rule allows
 */
export function openDecision(
  decision: Decision,
  { id, at, rule, roll }: Stamp & { rule: Rule; roll: readonly RollEntry[] },
): OpenDecision {
  if (decision.state !== "draft") throw new Refusal("conflict", "Only a draft can be opened.");
  if (Date.parse(at) >= Date.parse(decision.closesAt))
    throw new Refusal("conflict", "The closing time has passed: choose a later one.");
  const { minOpenDays, zone } = rule.timing;
  if (
    minOpenDays > 0 &&
    Date.parse(decision.closesAt) < Date.parse(endOfDays(at, minOpenDays, zone))
  )
    throw new Refusal("conflict", `The rule asks for a vote of at least ${minOpenDays} days.`);
  const frozen = { rule, roll, ruleSha256: contentHash(rule), rollSha256: contentHash(roll) };
  const opened: RecordEntry = { event: "opened", id, at, index: null };
  return { ...decision, state: "open", frozen, record: [opened] };
}

/**
 * Records a partner's ballot; an earlier one stays in the record.
 * @throws {Refusal} decision-not-open — outside [opensAt, closesAt) or not open;
 * not-on-the-roll — the partner may not vote; not-a-delegate; content-mismatch — it names another text;
 * ballot-already-cast — the rule lets nobody change, or a higher-ranked delegate has voted
 */
export function castBallot(
  decision: Decision,
  ballot: PersonalStamp & { choice: Choice; comment: string; contentSha256?: string | undefined },
): OpenDecision {
  const open = votingAt(decision, ballot.at);
  const entry = voterOf(open, ballot);
  const { contentSha256, ...act } = ballot;
  if (contentSha256 !== undefined && contentSha256 !== open.subject?.contentSha256)
    throw new Refusal(
      "content-mismatch",
      "The ballot names another text than the one put to the vote.",
    );
  const earlier = countedBallots(open).get(entry.partner);
  if (earlier !== undefined && open.frozen.rule.ballot.changeable === "never")
    throw new Refusal("ballot-already-cast", "This rule lets nobody change a vote.");
  if (earlier !== undefined && delegateRank(entry, earlier.by) < delegateRank(entry, ballot.person))
    throw new Refusal("ballot-already-cast", "A delegate who ranks before you has voted.");
  return recorded(open, { ...act, event: "ballot", index: null });
}

/**
 * Records that a partner takes no part; its ballot, even an earlier one, is void.
 * @throws {Refusal} decision-not-open, not-on-the-roll, not-a-delegate
 */
export function declareRecusal(
  decision: Decision,
  recusal: PersonalStamp & { ground: string },
): OpenDecision {
  const open = votingAt(decision, recusal.at);
  voterOf(open, recusal);
  return recorded(open, { ...recusal, event: "recusal", index: null });
}

/**
 * Records a veto; whether it is admissible the tally says.
 * @throws {Refusal} decision-not-open, not-on-the-roll, not-a-delegate; not-allowed — the rule gives this partner no veto
 */
export function declareVeto(
  decision: Decision,
  veto: PersonalStamp & { ground: string; about: "own_default" | "own_exit" | null },
): OpenDecision {
  const open = votingAt(decision, veto.at);
  const { partner } = rollEntryOf(open, veto);
  const right = open.frozen.rule.veto;
  if (right === undefined || (right.by !== "any" && !right.by.includes(partner)))
    throw new Refusal("not-allowed", "The rule gives your partner no veto.");
  return recorded(open, { ...veto, event: "veto", index: null });
}

/**
 * Closes the vote and counts it. Closing a closed vote answers it unchanged. An approval is final at once when the
 * rule binds on close.
 * @throws {Refusal} decision-not-open — when it is a draft or withdrawn
 * @throws {Refusal} conflict — before the days that the rule leaves for voting are over
 */
export function closeDecision(
  decision: Decision,
  { closed, final, at }: { closed: string; final: string; at: string },
): ClosedDecision {
  if (decision.state === "closed") return decision;
  if (decision.state !== "open") throw new Refusal("decision-not-open", "This vote is not open.");
  if (isTooEarly(decision, at))
    throw new Refusal("conflict", "The rule keeps the vote open for longer.");
  const counted = tallyOf(decision);
  const isFinal = counted.outcome === "approved" && decision.frozen.rule.binding === "on_close";
  const record: RecordEntry[] = [
    ...decision.record,
    { event: "closed", id: closed, at, index: null },
    ...(isFinal ? [{ event: "final", id: final, at, index: null } as const] : []),
  ];
  return { ...decision, state: "closed", record, closedAt: at, tally: counted };
}

/**
 * Records that an approval now binds: its minutes are accepted, or the time for vetoes is over.
 * @throws {Refusal} conflict — when there is no approval that waits to bind
 */
export function confirmDecision(decision: Decision, { id, at }: Stamp): ClosedDecision {
  const waits = decision.state === "closed" && decision.tally.outcome === "approved";
  if (!waits || isFinal(decision))
    throw new Refusal("conflict", "There is no approval here that waits to bind.");
  const final: RecordEntry = { event: "final", id, at, index: null };
  return { ...decision, record: [...decision.record, final] };
}

/**
 * Gives a question up. A draft leaves no trace in the log; an open vote does.
 * @throws {Refusal} conflict — when the vote is over
 */
export function withdrawDecision(decision: Decision, { id, at }: Stamp): WithdrawnDecision {
  if (decision.state === "withdrawn") return decision;
  if (decision.state === "closed")
    throw new Refusal("conflict", "A closed vote cannot be withdrawn.");
  const withdrawn: RecordEntry = { event: "withdrawn", id, at, index: null };
  return decision.state === "draft"
    ? { ...decision, state: "withdrawn", withdrawnAt: at, frozen: null, record: [] }
    : { ...decision, state: "withdrawn", withdrawnAt: at, record: [...decision.record, withdrawn] };
}

/** Whether an approval binds. */
export function isFinal(decision: Decision): boolean {
  return decision.state === "closed" && decision.record.some((entry) => entry.event === "final");
}

/** Whether an open vote's time is over. */
export function isDue(decision: Decision, at: string): boolean {
  return decision.state === "open" && Date.parse(at) >= Date.parse(decision.closesAt);
}

/** Whether the rule closes early and everybody who may vote has voted: nothing can change any more. */
export function isComplete(decision: Decision): boolean {
  if (decision.state !== "open" || !decision.frozen.rule.ballot.earlyClose) return false;
  return countedBallots(decision).size === Number(tallyOf(decision).counts.partner.voting);
}

/** The count as it stands. */
export function tallyOf({ frozen, record, ...proposal }: OpenDecision | ClosedDecision): Tally {
  const { ballots, events } = tallyInputs(record, proposal, frozen.roll);
  return tally(frozen.rule, frozen.roll, ballots, events);
}

/** The ballot that counts for each partner, as it stands. */
export function countedBallots({
  frozen,
  record,
  ...proposal
}: OpenDecision | ClosedDecision): ReadonlyMap<string, Ballot> {
  const { ballots, events } = tallyInputs(record, proposal, frozen.roll);
  return countBallots(frozen.rule, standingOf(frozen.roll, events), ballots).kept;
}

/** The recorded act behind a counted ballot: its latest by that person. */
export function actOf(record: readonly RecordEntry[], ballot: Ballot): BallotAct | undefined {
  return record.findLast(
    (entry): entry is BallotAct =>
      entry.event === "ballot" &&
      entry.partner === ballot.partner &&
      entry.person === ballot.by &&
      entry.at === ballot.at,
  );
}

/** What an act committed to in the log says; with its salt it opens the commitment. */
export function committedBody(
  decision: Proposal,
  act: Exclude<RecordEntry, { event: "opened" | "closed" | "final" | "withdrawn" }>,
): Record<string, string | null> {
  const common = { decision: decision.id, partner: act.partner, person: act.person };
  switch (act.event) {
    case "ballot":
      return {
        ...common,
        choice: act.choice,
        comment: act.comment,
        content_sha256: decision.subject?.contentSha256 ?? null,
      };
    case "recusal":
      return { ...common, ground: act.ground };
    case "veto":
      return { ...common, ground: act.ground, about: act.about };
    default:
      return act satisfies never;
  }
}

function tallyInputs(
  record: readonly RecordEntry[],
  { opensAt, closesAt }: Pick<Proposal, "opensAt" | "closesAt">,
  roll: readonly RollEntry[],
): { ballots: Ballot[]; events: TallyEvent[] } {
  const window: TallyEvent = { kind: "window", closesAt, ...(opensAt === null ? {} : { opensAt }) };
  const ballots = record.flatMap((entry): Ballot[] =>
    entry.event === "ballot"
      ? [{ partner: entry.partner, choice: entry.choice, at: entry.at, by: entry.person }]
      : [],
  );
  // Opening a vote shows it to every partner on the roll: that is the notice.
  const told = roll.map(({ partner }): TallyEvent => ({ kind: "notified", partner }));
  return { ballots, events: [window, ...told, ...record.flatMap(eventOf)] };
}

function eventOf(entry: RecordEntry): TallyEvent[] {
  if (entry.event === "recusal") return [{ kind: "recused", partner: entry.partner }];
  if (entry.event !== "veto") return [];
  const { partner, ground, about, at } = entry;
  return [{ kind: "veto", partner, ground, at, ...(about === null ? {} : { subject: about }) }];
}

/** Stops whoever leads from closing at the moment that suits them: the rule's least time is everybody's. */
function isTooEarly(open: OpenDecision, at: string): boolean {
  const { minOpenDays, zone } = open.frozen.rule.timing;
  const openedAt = open.record[0]?.at;
  if (minOpenDays === 0 || openedAt === undefined || isDue(open, at) || isComplete(open))
    return false;
  return Date.parse(at) < Date.parse(endOfDays(openedAt, minOpenDays, zone));
}

function votingAt(decision: Decision, at: string): OpenDecision {
  const time = Date.parse(at);
  if (decision.state !== "open" || time >= Date.parse(decision.closesAt))
    throw new Refusal("decision-not-open", "This vote is not open.");
  if (decision.opensAt !== null && time < Date.parse(decision.opensAt))
    throw new Refusal("decision-not-open", "This vote has not begun.");
  if (decision.record.length >= MAX_RECORD)
    throw new Refusal("too-many-requests", "Too much has happened in this vote.");
  return decision;
}

function voterOf(open: OpenDecision, who: PersonalStamp): RollEntry {
  const entry = rollEntryOf(open, who);
  const isRecused = open.record.some(
    (act) => act.event === "recusal" && act.partner === entry.partner,
  );
  if (isRecused) throw new Refusal("not-on-the-roll", "Your partner takes no part in this vote.");
  return entry;
}

function rollEntryOf({ frozen }: OpenDecision, { partner, person }: PersonalStamp): RollEntry {
  const entry = frozen.roll.find((seat) => seat.partner === partner);
  if (entry === undefined) throw new Refusal("not-on-the-roll", "Your partner is not on the roll.");
  if (entry.suspended === true)
    throw new Refusal("not-on-the-roll", "Your partner's vote is suspended.");
  if (entry.delegates.length > 0 && !entry.delegates.includes(person))
    throw new Refusal("not-a-delegate", "Your partner has named other delegates.");
  return entry;
}

function recorded(open: OpenDecision, entry: RecordEntry): OpenDecision {
  // A clock that steps back must not put a later ballot before an earlier one.
  const last = open.record.at(-1)?.at ?? entry.at;
  const at = Date.parse(entry.at) < Date.parse(last) ? last : entry.at;
  return { ...open, record: [...open.record, { ...entry, at }] };
}
