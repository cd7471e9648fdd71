import { isFinal, type ClosedDecision, type Subject } from "../../domain/decisions/decision.ts";
import { indexOf, signingEntryText } from "../../domain/decisions/entries.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { closeDue } from "./closing.ts";
import type { DecisionDeps } from "./deps.ts";
import { arithmeticOf } from "./present.ts";
import { getStored } from "./settle.ts";

/** The decision that approved a version, with its proof: what goes into the PDF and the archive. */
export interface Approval {
  readonly decisionId: string;
  readonly partnershipId: string;
  readonly title: string;
  readonly outcome: "approved";
  readonly subject: Subject;
  /** ISO 8601. */
  readonly closedAt: string;
  readonly arithmetic: { readonly fr: readonly string[]; readonly en: readonly string[] };
  readonly closedIndex: number;
  readonly finalIndex: number;
  /** The `closed` entry's exact text and its `.tlog-proof`; `vkey` verifies it. */
  readonly entry: string;
  readonly proof: string;
  readonly vkey: string;
}

/** A PDF that carries out a decision. */
export interface SigningEntry {
  readonly decisionId: string;
  readonly pdfSha256: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What later features may ask and append. */
export interface Approvals {
  /** The final approval of a version; undefined when there is none. */
  findApproval(agreementId: string, version: number): Promise<Approval | undefined>;
  /** Logs a signed revision; once per decision and PDF. Answers the log index. @throws {Refusal} not-approved */
  appendSigned(entry: SigningEntry): Promise<number>;
  /** Logs the sealed PDF; once per decision and PDF. Answers the log index. @throws {Refusal} not-approved */
  appendSealed(entry: SigningEntry): Promise<number>;
}

/** Approvals over decisions and their log. */
export function createApprovals(deps: DecisionDeps): Approvals {
  return {
    async findApproval(agreementId, version) {
      for (const stored of await deps.decisions.listOfAgreement(agreementId)) {
        const { decision } = await closeDue(deps, stored);
        if (decision.state !== "closed" || !isFinal(decision)) continue;
        if (decision.subject?.version === version)
          return approvalOf(deps, decision, decision.subject);
      }
      return undefined;
    },
    appendSigned: (entry) => append(deps, "signed", entry),
    appendSealed: (entry) => append(deps, "sealed", entry),
  };
}

async function approvalOf(
  deps: DecisionDeps,
  decision: ClosedDecision,
  subject: Subject,
): Promise<Approval> {
  const { id, partnershipId, title, closedAt, record, tally } = decision;
  const closedIndex = indexOf(record, "closed");
  const finalIndex = indexOf(record, "final");
  if (closedIndex === undefined || finalIndex === undefined)
    throw new Error("a settled decision is not in the log");
  return {
    decisionId: id,
    partnershipId,
    title,
    outcome: "approved",
    subject,
    closedAt,
    arithmetic: arithmeticOf(tally),
    closedIndex,
    finalIndex,
    entry: await deps.log.entry(partnershipId, closedIndex),
    proof: await deps.log.proof(partnershipId, closedIndex),
    vkey: deps.log.key(partnershipId).vkey,
  };
}

async function append(
  deps: DecisionDeps,
  event: "signed" | "sealed",
  { decisionId, pdfSha256, at }: SigningEntry,
): Promise<number> {
  const { decision } = await getStored(deps, decisionId);
  const finalIndex = decision.state === "closed" ? indexOf(decision.record, "final") : undefined;
  if (finalIndex === undefined) throw new Refusal("not-approved");
  return deps.log.append(decision.partnershipId, {
    ref: `${event}:${decisionId}:${pdfSha256}`,
    text: signingEntryText(event, { decisionId, finalIndex, pdfSha256, at }),
    at: new Date(at),
  });
}
