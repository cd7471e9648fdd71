import { z } from "zod";
import { lineSchema } from "../kernel/names.ts";
import { choices } from "./ballots.ts";
import { MAX_ROLL, rollSchema, ruleSchema, testSchema } from "./rule.ts";

const id = z.string().min(1).max(64);
const time = z.iso.datetime({ offset: true });
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const name = lineSchema(200);
const weight = z.union([
  z.string().regex(/^\d{1,80}$/, "write a weight as a whole number"),
  z.int().min(0),
]);

/** Longest comment on a ballot, in characters. */
export const MAX_COMMENT = 2_000;
/** Longest text of a question, in characters. */
export const MAX_QUESTION = 20_000;

/** One partner's seat in a committee, as sent. */
const newSeatSchema = z.strictObject({
  partnerId: id,
  weight: weight.default("1"),
  delegates: z.array(id).max(20).default([]),
  suspended: z.boolean().optional(),
});

/** Body of POST /partnerships/:id/committees. */
export const newCommitteeSchema = z.strictObject({
  name,
  rule: ruleSchema,
  roll: z.array(newSeatSchema).min(1).max(MAX_ROLL),
});

/** Body of POST /partnerships/:id/decisions. */
export const newDecisionSchema = z.strictObject({
  committeeId: id,
  title: name,
  text: z.string().trim().max(MAX_QUESTION).default(""),
  subject: z.strictObject({ agreementId: id, version: z.int().min(1) }).optional(),
  opensAt: time.optional(),
  closesAt: time,
});

/** Body of POST /decisions/:id/ballots. `contentSha256` names the text that was read. */
export const newBallotSchema = z.strictObject({
  choice: z.enum(choices),
  comment: z.string().trim().max(MAX_COMMENT).default(""),
  contentSha256: hash.optional(),
});

/** Body of POST /decisions/:id/recusals. */
export const newRecusalSchema = z.strictObject({
  ground: z.string().trim().max(MAX_COMMENT).default(""),
});

/** Body of POST /decisions/:id/vetoes. */
export const newVetoSchema = z.strictObject({
  ground: z.string().trim().max(MAX_COMMENT).default(""),
  about: z.enum(["own_default", "own_exit"]).nullable().default(null),
});

const finding = z.object({
  id: z.string(),
  level: z.enum(["error", "warning", "hint"]),
  message: z.object({ fr: z.string(), en: z.string() }),
  at: z.string(),
});

/** A committee: who decides, and by which rule. `words` is the rule as a clause, `findings` what the linter says. */
export const committeeSchema = z.object({
  id: z.string(),
  partnershipId: z.string(),
  name: z.string(),
  rule: ruleSchema,
  roll: z.array(newSeatSchema.extend({ weight: z.string() })),
  words: z.object({ fr: z.array(z.string()), en: z.array(z.string()) }),
  findings: z.array(finding),
  createdAt: z.string(),
});

const unitCounts = z.record(z.string(), z.string());

/** A test with its numbers (decimal text). */
const testResultSchema = z.object({
  kind: z.string(),
  test: testSchema.optional(),
  measured: z.string(),
  total: z.string().optional(),
  needed: z.string(),
  missing: z.string().optional(),
  holds: z.boolean(),
});

const outcome = z.enum(["approved", "rejected", "no_quorum", "vetoed"]);
const states = z.enum(["draft", "open", "closed", "withdrawn"]);

/** A decision in a list. */
export const decisionSummarySchema = z.object({
  id: z.string(),
  partnershipId: z.string(),
  committeeId: z.string(),
  title: z.string(),
  state: states,
  outcome: outcome.nullable(),
  isFinal: z.boolean(),
  subject: z
    .object({ agreementId: z.string(), version: z.int(), contentSha256: z.string() })
    .nullable(),
  opensAt: z.string().nullable(),
  closesAt: z.string(),
  closedAt: z.string().nullable(),
  createdAt: z.string(),
  /** Partners that have voted, of those that may. */
  turnout: z.object({ voted: z.int(), voting: z.int() }),
  /** Whether the caller's partner may vote now and has not. */
  awaitsMe: z.boolean(),
});

/** One partner's part in a decision; `choice` and `comment` are null while hidden or not cast. */
export const seatSchema = z.object({
  partnerId: z.string(),
  weight: z.string(),
  delegates: z.array(z.string()),
  hasVoted: z.boolean(),
  isRecused: z.boolean(),
  isSuspended: z.boolean(),
  choice: z.enum(choices).nullable(),
  comment: z.string().nullable(),
  at: z.string().nullable(),
});

/** The caller's partner's own ballot. */
const ownBallotSchema = z.object({
  choice: z.enum(choices),
  comment: z.string(),
  at: z.string(),
  memberId: z.string(),
  logIndex: z.int().nullable(),
});

/** One decision. `rule` and `roll` are what their hashes are over (RFC 8785). Tests and counts are null while the rule hides them. */
export const decisionSchema = decisionSummarySchema.extend({
  text: z.string(),
  committeeName: z.string(),
  createdBy: z.string(),
  openedAt: z.string().nullable(),
  rule: ruleSchema,
  roll: rollSchema,
  ruleSha256: z.string().nullable(),
  rollSha256: z.string().nullable(),
  words: z.object({ fr: z.array(z.string()), en: z.array(z.string()) }),
  tests: z.array(testResultSchema).nullable(),
  counts: z
    .object({
      partner: unitCounts,
      weight: unitCounts,
      voided: z.array(z.object({ partner: z.string(), reason: z.string() })),
    })
    .nullable(),
  /** The outcome, or the count so far, with its arithmetic in words. */
  arithmetic: z.object({ fr: z.array(z.string()), en: z.array(z.string()) }).nullable(),
  seats: z.array(seatSchema),
  myBallot: ownBallotSchema.nullable(),
  log: z.object({
    openedIndex: z.int().nullable(),
    closedIndex: z.int().nullable(),
    finalIndex: z.int().nullable(),
  }),
  permissions: z.object({
    open: z.boolean(),
    close: z.boolean(),
    confirm: z.boolean(),
    withdraw: z.boolean(),
    vote: z.boolean(),
    recuse: z.boolean(),
    veto: z.boolean(),
  }),
});

/** Proof that an act is in the log, with what opens its commitment: for the person who acted. */
export const receiptSchema = z.object({
  index: z.int(),
  entry: z.string(),
  body: z.record(z.string(), z.string().nullable()),
  salt: z.string(),
  /** `.tlog-proof` text. */
  proof: z.string(),
  vkey: z.string(),
});

/** Answer of POST /decisions/:id/ballots. */
export const castBallotSchema = z.object({
  decisionId: z.string(),
  partnerId: z.string(),
  choice: z.enum(choices),
  comment: z.string(),
  at: z.string(),
  logIndex: z.int(),
  receipt: receiptSchema,
});

/** A committee. */
export type Committee = z.output<typeof committeeSchema>;
/** A decision in a list. */
export type DecisionSummary = z.output<typeof decisionSummarySchema>;
/** One decision as shown to a member. */
export type DecisionView = z.output<typeof decisionSchema>;
/** Proof of an act. */
export type Receipt = z.output<typeof receiptSchema>;
/** Answer to a ballot. */
export type CastBallot = z.output<typeof castBallotSchema>;
/** Body of a new committee, parsed. */
export type NewCommittee = z.output<typeof newCommitteeSchema>;
/** Body of a new decision, parsed. */
export type NewDecision = z.output<typeof newDecisionSchema>;
