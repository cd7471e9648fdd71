import type { RollEntry, Rule } from "./rule.ts";

/** What a partner answers. */
export type Choice = "for" | "against" | "abstain";

/** The choices in the order in which screens show them. */
export const choices = ["for", "against", "abstain"] as const satisfies readonly Choice[];

/** A ballot as received. Order in the list is order in time; `at` (ISO 8601), where given, goes first. */
export interface Ballot {
  readonly partner: string;
  readonly choice: Choice;
  /** Time of receipt by the server. */
  readonly at?: string;
  /** The member who cast it; checked against the roll's delegates when both are there. */
  readonly by?: string;
  /** The partner who cast it for an absent one. */
  readonly proxyHolder?: string;
}

/** What happened beside the ballots and bears on the count. Times are ISO 8601. */
export type TallyEvent =
  | { readonly kind: "window"; readonly opensAt?: string; readonly closesAt: string }
  | { readonly kind: "attendance"; readonly partners: readonly string[] }
  | { readonly kind: "recused"; readonly partner: string }
  | { readonly kind: "suspended"; readonly partner: string }
  | { readonly kind: "notified"; readonly partner: string }
  | { readonly kind: "convened"; readonly number: number }
  | { readonly kind: "chair"; readonly choice: Choice }
  | { readonly kind: "vetoWindow"; readonly closesAt: string }
  | VetoEvent;

/** A veto as declared. `subject` names what it is about when that matters for admissibility. */
export interface VetoEvent {
  readonly kind: "veto";
  readonly partner: string;
  readonly ground?: string;
  readonly subject?: "own_default" | "own_exit";
  readonly at?: string;
}

/** Why a ballot does not count. */
export type VoidReason =
  | "unknown-partner"
  | "suspended"
  | "recused"
  | "early"
  | "late"
  | "not-a-delegate"
  | "proxy-not-allowed"
  | "proxy-holder-absent"
  | "too-many-proxies";

/** Who may vote and who is there: the roll after recusals, suspensions and attendance. */
export interface Standing {
  readonly roll: readonly RollEntry[];
  readonly recused: ReadonlySet<string>;
  readonly suspended: ReadonlySet<string>;
  /** Undefined when nobody kept attendance: then whoever voted was there. */
  readonly attendance: ReadonlySet<string> | undefined;
  readonly window: { readonly opensAt?: string; readonly closesAt: string } | undefined;
}

/** The ballots that count, one per partner, and those that do not with their reason. */
export interface CountedBallots {
  readonly kept: ReadonlyMap<string, Ballot>;
  readonly voided: readonly { readonly ballot: Ballot; readonly reason: VoidReason }[];
}

/** What the count of ballots needs of a rule; the rest of the rule may be missing. */
export type BallotRule = {
  readonly proxy?: Rule["proxy"] | undefined;
  readonly ballot?: Pick<Rule["ballot"], "changeable"> | undefined;
};

/** Reads the standing of every partner from the roll and the events. */
export function standingOf(roll: readonly RollEntry[], events: readonly TallyEvent[]): Standing {
  const suspended = new Set(roll.filter((e) => e.suspended === true).map((e) => e.partner));
  const recused = new Set<string>();
  let attendance: Set<string> | undefined;
  let window: Standing["window"];
  for (const event of events) {
    if (event.kind === "recused") recused.add(event.partner);
    if (event.kind === "suspended") suspended.add(event.partner);
    if (event.kind === "attendance") attendance = new Set(event.partners);
    if (event.kind === "window") window = event;
  }
  return { roll, recused, suspended, attendance, window };
}

/**
 * Chooses the one ballot that counts for each partner. A higher-ranked delegate overrides a lower
 * one, then the last in time wins (or the first, when the rule lets nobody change); the principal's own
 * ballot beats its proxy's when the rule says so.
 */
export function countBallots(
  rule: BallotRule,
  standing: Standing,
  ballots: readonly Ballot[],
): CountedBallots {
  const kept = new Map<string, Ballot>();
  const voided: { ballot: Ballot; reason: VoidReason }[] = [];
  const entries = new Map(standing.roll.map((entry) => [entry.partner, entry]));
  for (const ballot of inTime(ballots)) {
    const entry = entries.get(ballot.partner);
    const reason = entry
      ? (voidReason(entry, standing, ballot) ?? proxyVoid(rule, { standing, kept, ballot }))
      : "unknown-partner";
    if (reason !== undefined || entry === undefined) {
      voided.push({ ballot, reason: reason ?? "unknown-partner" });
      continue;
    }
    const earlier = kept.get(ballot.partner);
    if (earlier === undefined || replaces(rule, { entry, earlier, later: ballot }))
      kept.set(ballot.partner, ballot);
  }
  return { kept, voided };
}

/** Rank of a delegate, 0 the highest; a ballot without a person, or a roll without delegates, ranks last. */
export function delegateRank(entry: RollEntry, by: string | undefined): number {
  const rank = by === undefined ? -1 : entry.delegates.indexOf(by);
  return rank < 0 ? Number.MAX_SAFE_INTEGER : rank;
}

function inTime(ballots: readonly Ballot[]): Ballot[] {
  return [...ballots].sort((a, b) => timeOf(a) - timeOf(b));
}

function timeOf(ballot: Ballot): number {
  return ballot.at === undefined ? 0 : Date.parse(ballot.at);
}

function voidReason(entry: RollEntry, standing: Standing, ballot: Ballot): VoidReason | undefined {
  if (standing.suspended.has(entry.partner)) return "suspended";
  if (standing.recused.has(entry.partner)) return "recused";
  const { window } = standing;
  if (window !== undefined && ballot.at !== undefined) {
    if (window.opensAt !== undefined && timeOf(ballot) < Date.parse(window.opensAt)) return "early";
    // Half-open: a ballot received at the closing instant is late.
    if (timeOf(ballot) >= Date.parse(window.closesAt)) return "late";
  }
  const known = ballot.by === undefined || ballot.proxyHolder !== undefined;
  if (
    !known &&
    entry.delegates.length > 0 &&
    delegateRank(entry, ballot.by) > entry.delegates.length
  )
    return "not-a-delegate";
  return undefined;
}

function proxyVoid(
  rule: BallotRule,
  {
    standing,
    kept,
    ballot,
  }: { standing: Standing; kept: ReadonlyMap<string, Ballot>; ballot: Ballot },
): VoidReason | undefined {
  const holder = ballot.proxyHolder;
  if (holder === undefined || holder === ballot.partner) return undefined;
  if (rule.proxy?.allowed !== true) return "proxy-not-allowed";
  if (standing.attendance !== undefined && !standing.attendance.has(holder))
    return "proxy-holder-absent";
  const others = [...kept.values()].filter(
    (b) => b.proxyHolder === holder && b.partner !== ballot.partner,
  );
  return others.length >= rule.proxy.maxPerHolder ? "too-many-proxies" : undefined;
}

function replaces(
  rule: BallotRule,
  { entry, earlier, later }: { entry: RollEntry; earlier: Ballot; later: Ballot },
): boolean {
  const wasProxy = earlier.proxyHolder !== undefined;
  const isProxy = later.proxyHolder !== undefined;
  if (wasProxy !== isProxy && rule.proxy?.principalOverrides !== false) return wasProxy;
  const gain = delegateRank(entry, earlier.by) - delegateRank(entry, later.by);
  if (gain !== 0) return gain > 0;
  return rule.ballot?.changeable !== "never";
}
