import type { InputProblem, RefusalCode } from "../../domain/kernel/refusal.ts";

/** Why a call did not succeed: the server's coded refusal, or `offline` when no answer came. */
export type ApiRefusalCode = RefusalCode | "offline";

/** The server's "no" (RFC 9457 problem+json), ready to be put into words by its code. */
export class ApiRefusal extends Error {
  readonly code: ApiRefusalCode;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly detail: string;
  readonly problems: readonly InputProblem[];

  constructor(
    code: ApiRefusalCode,
    answer: { status: number; detail?: string; problems?: readonly InputProblem[] },
  ) {
    super(answer.detail ?? code);
    this.name = "ApiRefusal";
    this.code = code;
    this.status = answer.status;
    this.detail = answer.detail ?? "";
    this.problems = answer.problems ?? [];
  }
}

/** Tells an ApiRefusal from a bug. */
export function isApiRefusal(error: unknown): error is ApiRefusal {
  return error instanceof ApiRefusal;
}
