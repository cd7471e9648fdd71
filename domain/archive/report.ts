import { z } from "zod";

/** The questions a verification answers, each on its own line, in the order in which people ask them. */
export const checkIds = [
  "structure",
  "signatures",
  "coverage",
  "trust",
  "certification",
  "changes",
  "complete",
  "content",
  "log",
  "time",
] as const;

/** One question of a verification. */
export type CheckId = (typeof checkIds)[number];

/** The three answers: a check that could not be made never counts as passed. */
export const statuses = ["pass", "fail", "cannot-tell"] as const;

/** The answer to one question. */
export type Status = (typeof statuses)[number];

/** What may keep one signature from being good. */
export const signatureProblems = [
  "bad-byte-range",
  "bad-contents",
  "bad-cms",
  "several-signers",
  "weak-algorithm",
  "wrong-digest",
  "wrong-signature",
  "wrong-signing-certificate",
  "untrusted",
  "not-valid-then",
  "wrong-key-usage",
  "not-checked",
] as const;

/** One reason against a signature. */
export type SignatureProblem = (typeof signatureProblems)[number];

const words = z.object({ fr: z.string(), en: z.string() });
const status = z.enum(statuses);

/** One line of the report. */
export const checkSchema = z.object({ id: z.enum(checkIds), status, reason: words });

/** One signature of the document. */
export const signatureSchema = z.object({
  field: z.string(),
  role: z.enum(["certification", "party", "archive"]),
  signer: z.string().nullable(),
  partner: z.string().nullable(),
  /** The time that the signing instance states, ISO 8601; nothing proves it without a timestamp. */
  time: z.string().nullable(),
  covers: z.enum(["file", "revision", "unknown"]),
  revision: z.number().int(),
  status,
  problems: z.array(z.enum(signatureProblems)),
});

/** The verifier's report: the same object on the page, from the API and on the command line. */
export const reportSchema = z.object({
  format: z.literal("entente-report/1"),
  verdict: status,
  sha256: z.string(),
  sizeBytes: z.number().int(),
  verifiedAt: z.string(),
  document: z
    .object({
      agreement: z.string(),
      title: z.string(),
      version: z.number().int(),
      language: z.enum(["fr", "en"]),
      contentSha256: z.string(),
    })
    .nullable(),
  checks: z.array(checkSchema),
  signatures: z.array(signatureSchema),
  revisions: z.array(
    z.object({
      number: z.number().int(),
      kind: z.enum(["original", "signature", "timestamp", "validation-data", "forbidden"]),
      field: z.string().nullable(),
      sizeBytes: z.number().int(),
    }),
  ),
});

/** One line of the report. */
export type Check = z.output<typeof checkSchema>;
/** One signature of the document. */
export type SignatureReport = z.output<typeof signatureSchema>;
/** The verifier's report. */
export type Report = z.output<typeof reportSchema>;

/** Questions that must be answered yes; the others lower the verdict only when they fail. */
const required: ReadonlySet<CheckId> = new Set(
  checkIds.filter((id) => id !== "log" && id !== "time"),
);

/** The verdict of a report: any failure fails it, any required question left open leaves it open. */
export function verdictOf(checks: readonly Check[]): Status {
  if (checks.some((check) => check.status === "fail")) return "fail";
  const passed = new Set(checks.filter((check) => check.status === "pass").map(({ id }) => id));
  return [...required].every((id) => passed.has(id)) ? "pass" : "cannot-tell";
}

/** Exit code of the command line: 0 pass, 1 fail, 2 cannot tell. */
export function exitCodeOf(verdict: Status): 0 | 1 | 2 {
  return verdict === "pass" ? 0 : verdict === "fail" ? 1 : 2;
}
