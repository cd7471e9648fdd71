import { plainText } from "../../domain/agreements/plain-text.ts";
import { readPdf } from "../../domain/archive/pdf-file.ts";
import { searchWords } from "../../domain/archive/search.ts";
import type { SealedDocument } from "../signing/index.ts";
import type { ArchiveDeps } from "./deps.ts";
import { embeddedRecord } from "./embedded.ts";

/**
 * Takes a sealed agreement into the archive: verifies it as a stranger would, keeps the verdict, makes its text
 * findable. Doing it twice makes one record, so a crash is made good by doing it again.
 */
export async function ingest(deps: ArchiveDeps, sealed: SealedDocument): Promise<void> {
  if (await deps.store.hasRequest(sealed.requestId)) return;
  const pdf = await deps.blobs.get(sealed.documentSha256);
  const report = await deps.examination.examine(pdf, sealed.contentSha256);
  if (report.verdict !== "pass") {
    const failed = report.checks.filter((check) => check.status === "fail").map(({ id }) => id);
    deps.log.error({ requestId: sealed.requestId, failed }, "a sealed document does not verify");
  }
  const { id, title, outcome, closedAt, arithmetic } = sealed.decision;
  const isNew = await deps.store.insert({
    _id: deps.ids.next(),
    requestId: sealed.requestId,
    partnershipId: sealed.partnershipId,
    agreementId: sealed.agreementId,
    title: sealed.title,
    language: sealed.language,
    version: sealed.version,
    contentSha256: sealed.contentSha256,
    documentSha256: sealed.documentSha256,
    sizeBytes: sealed.sizeBytes,
    pages: sealed.pages,
    sealedAt: sealed.sealedAt,
    archivedAt: deps.clock.now(),
    decision: { id, title, outcome, closedAt, arithmetic },
    signatories: sealed.signatories.map(({ slot: _slot, ...signatory }) => signatory),
    report,
    words: wordsOf(sealed, pdf),
  });
  if (isNew) deps.announce("agreement.archived", sealed);
}

function wordsOf(sealed: SealedDocument, pdf: Uint8Array): readonly string[] {
  const people = sealed.signatories.flatMap((one) => [one.name, one.partnerName]);
  return searchWords([sealed.title, ...people, textOf(pdf)].join("\n"));
}

/** The text that was signed, read from the signed file itself. */
function textOf(pdf: Uint8Array): string {
  const embedded = embeddedRecord(readPdf(pdf));
  return embedded.kind === "record" ? plainText(embedded.record.text) : "";
}
