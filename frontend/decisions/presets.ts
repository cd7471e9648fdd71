import { z } from "zod";
import { ruleSchema, type Rule, type RuleInput, type Test } from "../../domain/decisions/rule.ts";

// Our pages forbid eval; zod then need not try it.
z.config({ jitless: true });

/** Rules that can be chosen by name. */
export const presetKeys = [
  "majority",
  "twoThirds",
  "unanimity",
  "consent",
  "weighted",
  "double",
] as const;

/** A rule that can be chosen by name. */
export type PresetKey = (typeof presetKeys)[number];

/** What a rule measures; the rest of a rule is options. */
export interface Conditions {
  readonly quorum: readonly Test[];
  readonly approval: readonly Test[];
  readonly unanimity: boolean;
}

const quorum = (ratio: string, unit: Test["unit"] = "partner"): Test => ({
  of: "present",
  base: "voting",
  unit,
  cmp: "gte",
  ratio,
});

const support = (base: Test["base"], cmp: Test["cmp"], ratio: string): Test => ({
  of: "for",
  base,
  unit: "partner",
  cmp,
  ratio,
});

const byWeight = (test: Test): Test => ({ ...test, unit: "weight" });

const overHalf = support("cast", "gt", "1/2");

/** What each preset measures. `twoThirds` is the rule of the DESCA model consortium agreement. */
export const presets: Readonly<Record<PresetKey, Conditions>> = {
  majority: { quorum: [quorum("1/2")], approval: [overHalf], unanimity: false },
  twoThirds: {
    quorum: [quorum("2/3")],
    approval: [support("cast", "gte", "2/3")],
    unanimity: false,
  },
  unanimity: { quorum: [], approval: [support("voting", "gte", "1/1")], unanimity: true },
  consent: { quorum: [quorum("1/2")], approval: [], unanimity: true },
  weighted: {
    quorum: [quorum("1/2", "weight")],
    approval: [byWeight(overHalf)],
    unanimity: false,
  },
  double: {
    quorum: [quorum("1/2")],
    approval: [overHalf, byWeight(overHalf)],
    unanimity: false,
  },
};

/** How ballots are handled, beside what is measured. */
export interface Options {
  readonly hidden: boolean;
  readonly changeable: boolean;
  readonly earlyClose: boolean;
  readonly veto: boolean;
  readonly minOpenDays: number;
}

/** Open ballots that may change until the close, no veto, no shortest time. */
export const usualOptions: Options = {
  hidden: false,
  changeable: true,
  earlyClose: false,
  veto: false,
  minOpenDays: 0,
};

/** The rule that conditions and options make; undefined when it is none (the schema says why on the server too). */
export function ruleOf(
  conditions: Conditions,
  options: Options,
  given: RuleInput = {},
): Rule | undefined {
  const input: RuleInput = {
    ...given,
    quorum: [...conditions.quorum],
    approval: [...conditions.approval],
    ...(conditions.unanimity ? { unanimity: true } : {}),
    ballot: {
      changeable: options.changeable ? "until_close" : "never",
      visibility: options.hidden ? "after_close" : "open",
      earlyClose: options.earlyClose && !options.changeable,
    },
    timing: { ...given.timing, minOpenDays: options.minOpenDays },
    ...(options.veto ? { veto: given.veto ?? {} } : { veto: undefined }),
  };
  return ruleSchema.safeParse(input).data;
}
