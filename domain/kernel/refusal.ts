/** Every reason the product can refuse: one list for HTTP, sockets, screens and docs. */
export const refusalCodes = [
  "not-authenticated",
  "session-ended",
  "wrong-credentials",
  "step-up-failed",
  "not-allowed",
  "foreign-origin",
  "not-found",
  "gone",
  "invalid-input",
  "malformed-body",
  "body-too-large",
  "unsupported-media-type",
  "too-many-requests",
  "conflict",
  "stale-write",
  "email-taken",
  "invitation-expired",
  "invitation-for-another",
  "unknown-template",
  "unknown-parameter",
  "template-invalid",
  "agreement-frozen",
  "agreement-not-drafting",
  "checks-failing",
  "version-unknown",
  "content-mismatch",
  "rule-invalid",
  "decision-not-open",
  "not-on-the-roll",
  "ballot-already-cast",
  "not-a-delegate",
  "roll-too-large",
  "log-malformed",
  "not-a-signatory",
  "already-signed",
  "not-your-turn",
  "consent-missing",
  "request-not-open",
  "not-approved",
  "update-malformed",
  "update-invalid",
  "document-too-large",
  "not-a-pdf",
  "blob-corrupt",
  "storage-full",
  "backup-damaged",
  "restore-unfinished",
  "too-busy",
  "unexpected",
] as const;

/** One stable code per reason; screens translate it, scripts switch on it. */
export type RefusalCode = (typeof refusalCodes)[number];

/** One problem in submitted data: a JSON Pointer (RFC 6901) and a sentence. */
export interface InputProblem {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * An expected, coded "no" that is safe to show to the person who asked.
 * Anything else that is thrown is a bug.
 */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly problems: readonly InputProblem[];

  constructor(
    code: RefusalCode,
    detail: string = code,
    options: { problems?: readonly InputProblem[]; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = "Refusal";
    this.code = code;
    this.problems = options.problems ?? [];
  }
}

/** Tells a Refusal from a bug. */
export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Refusal;
}
