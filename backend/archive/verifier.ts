import { createHash } from "node:crypto";
import { changeOf, type RevisionChange } from "../../domain/archive/pdf-changes.ts";
import { declaredFields, signatureOf } from "../../domain/archive/pdf-fields.ts";
import { readPdf, type PdfFile } from "../../domain/archive/pdf-file.ts";
import { UnreadablePdf } from "../../domain/archive/pdf-values.ts";
import {
  checkIds,
  verdictOf,
  type Check,
  type Report,
  type SignatureReport,
} from "../../domain/archive/report.ts";
import { sentences, unreadableWords } from "../../domain/archive/words.ts";
import {
  certificationCheck,
  changesCheck,
  completeCheck,
  contentCheck,
  coverageCheck,
  signaturesCheck,
  timeCheck,
  trustCheck,
} from "./checks.ts";
import type { Evidence, VerifyOptions } from "./evidence.ts";
import { embeddedProof, embeddedRecord, statedHash, type Embedded } from "./embedded.ts";
import { logCheck } from "./log-check.ts";
import { checkSignature } from "./signatures.ts";
import { readCertificates } from "./trust.ts";

export type { VerifyOptions } from "./evidence.ts";

/**
 * Verifies a sealed agreement, offline and strictly: reads every byte, checks each signature by itself, refuses
 * every change that a declared signature does not explain, and says what is missing. Never throws for what is in
 * the file: whatever cannot be read is a failed check.
 */
export async function verifyPdf(bytes: Uint8Array, options: VerifyOptions): Promise<Report> {
  const file = openPdf(bytes);
  const evidence = file instanceof UnreadablePdf ? file : await gather(file, bytes, options);
  const checks = evidence instanceof UnreadablePdf ? unreadable(evidence) : answers(evidence);
  const known = evidence instanceof UnreadablePdf ? undefined : evidence;
  return {
    format: "entente-report/1",
    verdict: verdictOf(checks),
    sha256: createHash("sha256").update(bytes).digest("hex"),
    sizeBytes: bytes.length,
    verifiedAt: options.now.toISOString(),
    document: known ? documentOf(known.embedded) : null,
    checks,
    signatures: [...(known?.signatures ?? [])],
    revisions: known ? revisionsOf(known) : [],
  };
}

function openPdf(bytes: Uint8Array): PdfFile | UnreadablePdf {
  try {
    return readPdf(bytes);
  } catch (error) {
    if (error instanceof UnreadablePdf) return error;
    throw error;
  }
}

async function gather(
  file: PdfFile,
  bytes: Uint8Array,
  options: VerifyOptions,
): Promise<Evidence | UnreadablePdf> {
  try {
    const declaration = declaredFields(file);
    const changes = file.revisions
      .slice(1)
      .map((_, at) => changeOf(file, at + 1, declaration.fields));
    const roots = readCertificates(options.roots);
    const signatures: SignatureReport[] = [];
    for (const field of declaration.fields) {
      const revision = revisionOf(file, changes, field.number);
      if (revision === undefined) continue;
      signatures.push(
        await checkSignature({ file, bytes, field, revision, roots, now: options.now }),
      );
    }
    signatures.sort((a, b) => a.revision - b.revision);
    const embedded = embeddedRecord(file);
    const stated = statedHash(file);
    const proof = embeddedProof(file);
    return { file, declaration, changes, signatures, embedded, stated, proof, options };
  } catch (error) {
    if (error instanceof UnreadablePdf) return error;
    throw error;
  }
}

/** The revision that filled a field: by its change, or, when that is forbidden, the first in which it is filled. */
function revisionOf(
  file: PdfFile,
  changes: readonly RevisionChange[],
  fieldNumber: number,
): number | undefined {
  const clean = changes.findIndex(
    (change) => "field" in change && change.field.number === fieldNumber,
  );
  if (clean >= 0) return clean + 1;
  const field = { name: "", number: fieldNumber, role: "party" as const };
  const filled = file.revisions.findIndex((_, at) => signatureOf(file, at, field) !== undefined);
  return filled < 0 ? undefined : filled;
}

function answers(evidence: Evidence): Check[] {
  const byId: Record<(typeof checkIds)[number], Omit<Check, "id">> = {
    structure: { status: "pass", reason: sentences.structureGood },
    signatures: signaturesCheck(evidence),
    coverage: coverageCheck(evidence),
    trust: trustCheck(evidence),
    certification: certificationCheck(evidence),
    changes: changesCheck(evidence),
    complete: completeCheck(evidence),
    content: contentCheck(evidence),
    log: logCheck(evidence),
    time: timeCheck(evidence),
  };
  return checkIds.map((id) => ({ id, ...byId[id] }));
}

function unreadable(error: UnreadablePdf): Check[] {
  return checkIds.map((id) =>
    id === "structure"
      ? { id, status: "fail", reason: unreadableWords[error.reason] }
      : { id, status: "cannot-tell", reason: sentences.notReached },
  );
}

function documentOf(embedded: Embedded): Report["document"] {
  if (embedded.kind !== "record") return null;
  const { agreement, title, number, language } = embedded.record;
  return { agreement, title, version: number, language, contentSha256: embedded.sha256 };
}

function revisionsOf({ file, changes }: Evidence): Report["revisions"] {
  return file.revisions.map((revision, at) => {
    const change = changes[at - 1];
    return {
      number: at,
      kind: change ? change.kind : ("original" as const),
      field: change && "field" in change ? change.field.name : null,
      sizeBytes: revision.end,
    };
  });
}
