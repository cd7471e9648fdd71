import { hexToBytes } from "@noble/hashes/utils.js";
import { canonicalJson, sha256Hex, type Json, type JsonObject } from "../kernel/canonical.ts";
import {
  committedBody,
  type ClosedDecision,
  type Decision,
  type DraftDecision,
  type Proposal,
  type RecordEntry,
} from "./decision.ts";
import { commitment } from "./log.ts";

/** Marks our entries in a log. */
const ENTRY_TYPE = "entente.decision/v1";

/** A decision with a record. */
export type RecordedDecision = Exclude<Decision, DraftDecision>;

/**
 * The log entry of an act, as RFC 8785 text: no personal data, only hashes, numbers and salted commitments. Acts before it
 * that it refers to must have their index.
 * @throws {RangeError} when one has not
 */
export function logEntryText(decision: RecordedDecision, act: RecordEntry): string {
  return canonicalJson({
    type: ENTRY_TYPE,
    event: act.event,
    decision: decision.id,
    at: logTime(act.at),
    ...bodyOf(decision, act),
  });
}

/** The log entry of a signature or seal: which PDF carries out which final decision. */
export function signingEntryText(
  event: "signed" | "sealed",
  {
    decisionId,
    finalIndex,
    pdfSha256,
    at,
  }: { decisionId: string; finalIndex: number; pdfSha256: string; at: string },
): string {
  return canonicalJson({
    type: ENTRY_TYPE,
    event,
    decision: decisionId,
    at: logTime(at),
    final_index: finalIndex,
    pdf_sha256: pdfSha256,
  });
}

/** Time as the log writes it: whole seconds, UTC. */
function logTime(at: string): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Index of the first act of a kind; undefined while it is not in the log. */
export function indexOf(
  record: readonly RecordEntry[],
  event: RecordEntry["event"],
): number | undefined {
  return record.find((entry) => entry.event === event)?.index ?? undefined;
}

function bodyOf(decision: RecordedDecision, act: RecordEntry): JsonObject {
  switch (act.event) {
    case "opened":
      return openedBody(decision);
    case "ballot":
    case "recusal":
    case "veto": {
      const commit = commitment(hexToBytes(act.salt), committedBody(decision, act));
      return { opened_index: required(decision, "opened"), [`${act.event}_commit`]: commit };
    }
    case "closed":
      if (decision.state !== "closed") throw new RangeError("the vote is not closed");
      return { opened_index: required(decision, "opened"), ...closedBody(decision) };
    case "final":
      return { closed_index: required(decision, "closed") };
    case "withdrawn":
      return { opened_index: required(decision, "opened"), outcome: "withdrawn" };
    default:
      return act satisfies never;
  }
}

function openedBody({
  frozen,
  subject,
  opensAt,
  closesAt,
  title,
  text,
}: RecordedDecision): JsonObject {
  return {
    rule_sha256: frozen?.ruleSha256 ?? null,
    roll_sha256: frozen?.rollSha256 ?? null,
    opens: opensAt === null ? null : logTime(opensAt),
    closes: logTime(closesAt),
    question_sha256: questionHash({ title, text }),
    subject:
      subject === null
        ? null
        : { doc: subject.agreementId, version: subject.version, doc_sha256: subject.contentSha256 },
  };
}

/** SHA-256 of title and text of a question, as the log carries it. */
function questionHash({ title, text }: Pick<Proposal, "title" | "text">): string {
  return sha256Hex(canonicalJson({ title, text }));
}

/** Repeats the hash that was voted on, so that this entry and its proof alone tell what was decided. */
function closedBody({ tally, subject }: ClosedDecision): JsonObject {
  const { outcome, tests, counts } = tally;
  const { for: yes, against, abstain } = counts.partner;
  return {
    ...(subject ? { doc_sha256: subject.contentSha256 } : {}),
    outcome,
    tally: { for: yes, against, abstain },
    tests: tests.map((result): Json => {
      const { kind, measured, needed, holds } = result;
      return {
        kind,
        measured,
        needed,
        holds,
        ...("total" in result ? { total: result.total } : {}),
      };
    }),
  };
}

function required({ record }: RecordedDecision, event: RecordEntry["event"]): number {
  const index = indexOf(record, event);
  if (index === undefined) throw new RangeError(`no ${event} in the log yet`);
  return index;
}
