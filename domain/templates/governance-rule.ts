import type { JsonObject } from "../kernel/canonical.ts";
import { isUnfilled, rowsOf, type Facts } from "./facts.ts";

/** A condition of a voting rule, as decisions define it. */
export interface RuleTest {
  readonly of: "for" | "expressed";
  readonly base: "cast" | "expressed" | "voting" | "members";
  readonly unit: "partner" | "weight";
  readonly cmp: "gte" | "gt";
  readonly ratio: string;
}

/** The voting rule that a governance text states, as plain data for decisions to parse. */
export interface GovernanceRule {
  readonly id: string;
  readonly label: string;
  readonly clause: string;
  readonly procedure: "written";
  readonly quorum: readonly RuleTest[];
  readonly approval: readonly RuleTest[];
  readonly onNoQuorum: {
    readonly reconvene: readonly {
      readonly withinDays: number;
      readonly quorum: readonly RuleTest[];
    }[];
  };
  readonly proxy: { readonly allowed: boolean; readonly maxPerHolder: number };
  readonly timing: { readonly minOpenDays: number };
  readonly veto?: {
    readonly by: "any";
    readonly groundRequired: true;
    readonly during: true;
    readonly afterDays: number;
    readonly from: "outcome_notified";
    readonly notFor: readonly ["own_default", "own_exit"];
    readonly effect: "suspend";
  };
}

const bases = ["cast", "expressed", "voting", "members"] as const;

/**
 * The rule of one matter of the decision matrix, or of running matters when none is named or found:
 * quorum of the partners that vote out of those that may, majority on the stated base. A majority of
 * one half is read "more than", any other "at least", as the text says. Undefined while the facts do
 * not say enough.
 */
export function governanceRule(facts: Facts, matter?: string): GovernanceRule | undefined {
  const row = rowsOf(facts, "decision_matrix").find((item) => item["id"] === matter);
  const quorum = textOf(row, "quorum") ?? textOf(facts, "quorum_first");
  const majority = textOf(row, "majority") ?? textOf(facts, "majority");
  if (quorum === undefined || majority === undefined) return undefined;
  const base = readBase(textOf(row, "base") ?? textOf(facts, "majority_base"));
  const unit = facts["vote_unit"] === "weight" ? "weight" : "partner";
  const second = textOf(facts, "quorum_second") ?? quorum;
  const proxies = countOf(facts, "proxy_max");
  return {
    id: matter ?? "ordinary",
    label: textOf(row, "matter") ?? "",
    clause: "votes",
    procedure: "written",
    quorum: [quorumTest(quorum)],
    approval: [{ of: "for", base, unit, cmp: isHalf(majority) ? "gt" : "gte", ratio: majority }],
    onNoQuorum: {
      reconvene: [{ withinDays: countOf(facts, "second_call_days"), quorum: [quorumTest(second)] }],
    },
    proxy: { allowed: proxies > 0, maxPerHolder: proxies },
    timing: { minOpenDays: countOf(facts, "written_days") },
    ...(facts["has_veto"] === true ? { veto: veto(countOf(facts, "veto_days")) } : {}),
  };
}

/** The weight of each party: its votes, or 1 each when every party has one vote. */
export function governanceWeights(facts: Facts): Readonly<Record<string, string>> {
  const votes = new Map(rowsOf(facts, "votes").map((row) => [row["party"], countOf(row, "votes")]));
  const isWeighted = facts["vote_unit"] === "weight";
  return Object.fromEntries(
    rowsOf(facts, "parties").flatMap(({ id }) =>
      typeof id === "string" ? [[id, isWeighted ? String(votes.get(id) ?? 0) : "1"]] : [],
    ),
  );
}

function quorumTest(ratio: string): RuleTest {
  return { of: "expressed", base: "voting", unit: "partner", cmp: "gte", ratio };
}

function veto(afterDays: number): NonNullable<GovernanceRule["veto"]> {
  return {
    by: "any",
    groundRequired: true,
    during: true,
    afterDays,
    from: "outcome_notified",
    notFor: ["own_default", "own_exit"],
    effect: "suspend",
  };
}

function isHalf(ratio: string): boolean {
  const [n = "0", d = "0"] = ratio.split("/");
  return BigInt(n) * 2n === BigInt(d);
}

function readBase(text: string | undefined): RuleTest["base"] {
  return bases.find((base) => base === text) ?? "cast";
}

function textOf(facts: JsonObject | undefined, name: string): string | undefined {
  const value = facts?.[name];
  return typeof value === "string" && !isUnfilled(value) ? value : undefined;
}

function countOf(facts: Facts, name: string): number {
  const value = facts[name];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
