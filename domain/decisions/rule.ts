import { z } from "zod";
import { ratioPattern } from "./ratio.ts";

/** Most partners on one roll. */
export const MAX_ROLL = 500;
/** Most tests in one list of a rule. */
const MAX_TESTS = 8;

const id = z.string().min(1).max(200);

/** An exact share, "num/den" with den > 0. */
const ratioSchema = z.string().regex(ratioPattern, "write a ratio as two whole numbers, like 2/3");

/** One condition on a measure: `of` counted in `unit` must reach `ratio` of `base`. */
export const testSchema = z.strictObject({
  of: z.enum(["for", "for_abstain", "expressed", "present"]),
  base: z.enum(["cast", "expressed", "present", "voting", "voting_minus_abstain", "members"]),
  unit: z.enum(["partner", "weight"]).default("partner"),
  cmp: z.enum(["gte", "gt"]),
  ratio: ratioSchema,
});

const tests = z.array(testSchema).max(MAX_TESTS);

const vetoSchema = z.strictObject({
  by: z.union([z.literal("any"), z.array(id).max(MAX_ROLL)]).default("any"),
  groundRequired: z.boolean().default(true),
  during: z.boolean().default(true),
  afterDays: z.int().min(0).max(366).optional(),
  from: z.enum(["minutes_sent", "outcome_notified"]).optional(),
  notFor: z.array(z.enum(["own_default", "own_exit"])).default(["own_default", "own_exit"]),
  effect: z.enum(["suspend", "reject"]).default("suspend"),
  override: tests.optional(),
});

const onNoQuorumSchema = z.union([
  z.literal("fails"),
  z.strictObject({
    reconvene: z
      .array(z.strictObject({ withinDays: z.int().min(0).max(366), quorum: tests }))
      .max(MAX_TESTS),
  }),
]);

const proxySchema = z.strictObject({
  allowed: z.boolean().default(false),
  maxPerHolder: z.int().min(0).max(MAX_ROLL).default(1),
  principalOverrides: z.boolean().default(true),
  chain: z.literal(false).default(false),
});

const ballotRuleSchema = z.strictObject({
  changeable: z.enum(["until_close", "never"]).default("until_close"),
  visibility: z.enum(["open", "after_close"]).default("open"),
  earlyClose: z.boolean().default(false),
});

const timingSchema = z.strictObject({
  minNoticeDays: z.int().min(0).max(366).default(0),
  minOpenDays: z.int().min(0).max(366).default(0),
  zone: z
    .string()
    .min(1)
    .max(64)
    .refine(isTimeZone, "unknown time zone")
    .default("Europe/Brussels"),
  lateQuorumExtensionHours: z.int().min(1).max(720).optional(),
});

const ruleFields = z.strictObject({
  id: id.default("rule"),
  v: z.literal(1).default(1),
  label: z.string().max(200).default(""),
  clause: z.string().max(200).optional(),
  procedure: z.enum(["meeting", "written", "silence"]).default("written"),
  quorum: tests.default([]),
  approval: tests.default([]),
  unanimity: z.boolean().optional(),
  minDissentToBlock: z.int().min(1).max(MAX_ROLL).optional(),
  tie: z.enum(["fails", "chair"]).optional(),
  veto: vetoSchema.optional(),
  onNoQuorum: onNoQuorumSchema.default("fails"),
  recusal: z
    .strictObject({ mandatoryWhen: z.array(z.string().max(100)).max(20) })
    .default({ mandatoryWhen: [] }),
  proxy: proxySchema.prefault({}),
  ballot: ballotRuleSchema.prefault({}),
  timing: timingSchema.prefault({}),
  binding: z.enum(["on_close", "after_veto_window", "on_minutes_accepted"]).default("on_close"),
});

/**
 * A voting rule as data: what the governance clause says and the tally executes. Everything but
 * the approval tests has a default, so a short rule stays short; unknown keys are refused.
 */
export const ruleSchema = ruleFields
  .refine(
    (rule) => rule.approval.length > 0 || rule.unanimity === true || rule.procedure === "silence",
    {
      path: ["approval"],
      message: "a rule needs at least one approval test, or unanimity",
    },
  )
  .refine((rule) => !(rule.ballot.earlyClose && rule.ballot.changeable === "until_close"), {
    path: ["ballot", "earlyClose"],
    message: "a vote that closes early cannot let ballots change: choose one",
  })
  .refine((rule) => rule.tie !== "chair" || isSimpleMajority(rule.approval), {
    path: ["tie"],
    message: "the chair breaks a tie only of a single 'more than half of the votes cast' test",
  });

/** One partner's place on the roll. */
const rollEntrySchema = z.strictObject({
  partner: id,
  /** Non-negative whole number as text; "0" is a voice by partner and none by weight. */
  weight: z
    .string()
    .regex(/^\d{1,80}$/, "write a weight as a whole number")
    .default("1"),
  /** Delegates in rank order: a higher one's ballot overrides a lower one's. */
  delegates: z.array(id).max(20).default([]),
  suspended: z.boolean().optional(),
});

/** The partners who vote, with their weights and delegates; each partner once. */
export const rollSchema = z
  .array(rollEntrySchema)
  .min(1)
  .max(MAX_ROLL)
  .refine((roll) => new Set(roll.map((entry) => entry.partner)).size === roll.length, {
    message: "a partner stands twice on the roll",
  });

/** A condition of a rule. */
export type Test = z.output<typeof testSchema>;
/** What is counted. */
export type Measure = Test["of"];
/** What it is compared with. */
export type Base = Test["base"];
/** Whether partners or their weights are counted; a person is never a unit. */
export type Unit = Test["unit"];
/** A complete voting rule. */
export type Rule = z.output<typeof ruleSchema>;
/** A voting rule as people may write it: defaults left out. */
export type RuleInput = z.input<typeof ruleSchema>;
/** A partner on the roll. */
export type RollEntry = z.output<typeof rollEntrySchema>;

/** Whether the tests are exactly "for > 1/2 of cast", the only rule with a tie to break. */
export function isSimpleMajority(approval: readonly Test[]): boolean {
  const [only] = approval;
  return (
    approval.length === 1 &&
    only !== undefined &&
    only.of === "for" &&
    only.base === "cast" &&
    only.cmp === "gt" &&
    isHalf(only.ratio)
  );
}

function isHalf(ratio: string): boolean {
  const [num = "0", den = "1"] = ratio.split("/");
  return BigInt(num) * 2n === BigInt(den);
}

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
