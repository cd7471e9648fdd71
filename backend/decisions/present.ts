import type { RollEntry, Rule } from "../../domain/decisions/rule.ts";
import {
  actOf,
  countedBallots,
  isFinal,
  tallyOf,
  type ClosedDecision,
  type Decision,
  type Frozen,
  type OpenDecision,
} from "../../domain/decisions/decision.ts";
import { indexOf } from "../../domain/decisions/entries.ts";
import type { Ballot } from "../../domain/decisions/ballots.ts";
import type { Tally } from "../../domain/decisions/tally.ts";
import type { DecisionSummary, DecisionView } from "../../domain/decisions/wire.ts";
import { ruleInWords, tallyInWords } from "../../domain/decisions/words.ts";
import { mayDo } from "../../domain/partnerships/access.ts";
import type { ActingMember } from "../partnerships/index.ts";
import type { StoredCommittee } from "./committee-store.ts";

/** Who looks, and when: decides what is hidden and what they may do. */
export interface Viewer {
  readonly member: ActingMember;
  /** ISO 8601. */
  readonly now: string;
}

/** A decision in a list. */
export function presentSummary(decision: Decision, viewer: Viewer): DecisionSummary {
  const { id, partnershipId, committeeId, title, subject, opensAt, closesAt, createdAt } = decision;
  return {
    id,
    partnershipId,
    committeeId,
    title,
    state: decision.state,
    outcome: decision.state === "closed" ? decision.tally.outcome : null,
    isFinal: isFinal(decision),
    subject,
    opensAt,
    closesAt,
    closedAt: decision.state === "closed" ? decision.closedAt : null,
    createdAt,
    turnout: turnoutOf(decision),
    awaitsMe: awaits(decision, viewer),
  };
}

/** One decision for one member; while the rule hides results, nobody sees them, whatever their role. */
export function presentDecision(
  decision: Decision,
  committee: StoredCommittee,
  viewer: Viewer,
): DecisionView {
  const frozen = frozenOf(decision);
  const { rule, roll } = frozen ?? committee;
  const voted = isVoted(decision) ? decision : undefined;
  const isVisible = decision.state === "closed" || rule.ballot.visibility === "open";
  const tally = isVisible && voted ? countOf(voted) : undefined;
  const ballots = ballotsOf(decision);
  return {
    ...presentSummary(decision, viewer),
    text: decision.text,
    committeeName: committee.name,
    createdBy: decision.createdBy,
    openedAt: recordOf(decision).find((entry) => entry.event === "opened")?.at ?? null,
    rule,
    roll: [...roll],
    ruleSha256: frozen?.ruleSha256 ?? null,
    rollSha256: frozen?.rollSha256 ?? null,
    words: { fr: ruleInWords(rule, "fr"), en: ruleInWords(rule, "en") },
    tests: tally ? tally.tests.map((result) => ({ ...result })) : null,
    counts: tally ? { ...tally.counts, voided: [...tally.counts.voided] } : null,
    arithmetic: tally ? arithmeticOf(tally) : null,
    seats: roll.map((entry) => presentSeat(entry, { decision, ballots, isVisible })),
    myBallot: ownBallot(decision, viewer),
    log: {
      openedIndex: indexOf(recordOf(decision), "opened") ?? null,
      closedIndex: indexOf(recordOf(decision), "closed") ?? null,
      finalIndex: indexOf(recordOf(decision), "final") ?? null,
    },
    permissions: permissionsOf(decision, rule, viewer),
  };
}

/** The tally in words, both languages. */
export function arithmeticOf(tally: Tally): { fr: string[]; en: string[] } {
  return { fr: tallyInWords(tally, "fr"), en: tallyInWords(tally, "en") };
}

function isVoted(decision: Decision): decision is OpenDecision | ClosedDecision {
  return decision.state === "open" || decision.state === "closed";
}

function countOf(decision: OpenDecision | ClosedDecision): Tally {
  return decision.state === "closed" ? decision.tally : tallyOf(decision);
}

function frozenOf(decision: Decision): Frozen | null {
  return decision.state === "draft" ? null : decision.frozen;
}

function recordOf(decision: Decision) {
  return decision.state === "draft" ? [] : decision.record;
}

function ballotsOf(decision: Decision): ReadonlyMap<string, Ballot> {
  return isVoted(decision) ? countedBallots(decision) : new Map();
}

function isRecused(decision: Decision, partner: string): boolean {
  return recordOf(decision).some((act) => act.event === "recusal" && act.partner === partner);
}

function turnoutOf(decision: Decision): { voted: number; voting: number } {
  if (!isVoted(decision)) return { voted: 0, voting: frozenOf(decision)?.roll.length ?? 0 };
  const voted = countedBallots(decision).size;
  return { voted, voting: Number(countOf(decision).counts.partner.voting) };
}

interface SeatParts {
  readonly decision: Decision;
  readonly ballots: ReadonlyMap<string, Ballot>;
  readonly isVisible: boolean;
}

function presentSeat(
  entry: RollEntry,
  { decision, ballots, isVisible }: SeatParts,
): DecisionView["seats"][number] {
  const ballot = ballots.get(entry.partner);
  const shown = isVisible ? ballot : undefined;
  return {
    partnerId: entry.partner,
    weight: entry.weight,
    delegates: [...entry.delegates],
    hasVoted: ballot !== undefined,
    isRecused: isRecused(decision, entry.partner),
    isSuspended: entry.suspended === true,
    choice: shown?.choice ?? null,
    comment: shown ? (actOf(recordOf(decision), shown)?.comment ?? "") : null,
    at: shown?.at ?? null,
  };
}

function ownBallot(decision: Decision, { member }: Viewer): DecisionView["myBallot"] {
  const ballot = member.partnerId === null ? undefined : ballotsOf(decision).get(member.partnerId);
  const act = ballot && actOf(recordOf(decision), ballot);
  if (!act) return null;
  const { choice, comment, at, person, index } = act;
  return { choice, comment, at, memberId: person, logIndex: index };
}

function awaits(decision: Decision, viewer: Viewer): boolean {
  const { partnerId } = viewer.member;
  return maySit(decision, viewer) && partnerId !== null && !ballotsOf(decision).has(partnerId);
}

/** Whether the member may cast their partner's ballot now. */
function maySit(decision: Decision, { member, now }: Viewer): boolean {
  if (decision.state !== "open" || !mayDo(member.roles, "ballot.cast")) return false;
  const seat = decision.frozen.roll.find((entry) => entry.partner === member.partnerId);
  if (seat === undefined || seat.suspended === true || isRecused(decision, seat.partner))
    return false;
  if (seat.delegates.length > 0 && !seat.delegates.includes(member._id)) return false;
  const time = Date.parse(now);
  const hasBegun = decision.opensAt === null || time >= Date.parse(decision.opensAt);
  return hasBegun && time < Date.parse(decision.closesAt);
}

function permissionsOf(
  decision: Decision,
  rule: Rule,
  viewer: Viewer,
): DecisionView["permissions"] {
  const conducts = mayDo(viewer.member.roles, "decision.conduct");
  const sits = maySit(decision, viewer);
  const partner = viewer.member.partnerId ?? "";
  const hasVoted = ballotsOf(decision).has(partner);
  const waits =
    decision.state === "closed" && decision.tally.outcome === "approved" && !isFinal(decision);
  return {
    open: conducts && decision.state === "draft",
    close: conducts && decision.state === "open",
    confirm: conducts && waits,
    withdraw: conducts && (decision.state === "draft" || decision.state === "open"),
    vote: sits && (!hasVoted || rule.ballot.changeable === "until_close"),
    recuse: sits,
    veto:
      sits && rule.veto !== undefined && (rule.veto.by === "any" || rule.veto.by.includes(partner)),
  };
}
