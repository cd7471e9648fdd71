import type { ArchiveRecord, RecordSummary } from "../../domain/archive/wire.ts";
import type { FoundRecord } from "./store.ts";

/** A record as lists show it. */
export function presentSummary(record: FoundRecord): RecordSummary {
  return {
    id: record._id,
    partnershipId: record.partnershipId,
    agreementId: record.agreementId,
    title: record.title,
    language: record.language,
    version: record.version,
    sealedAt: record.sealedAt.toISOString(),
    parties: [...new Set(record.signatories.map((one) => one.partnerName))],
    verdict: record.report.verdict,
  };
}

/** A record as its page shows it. */
export function presentRecord(record: FoundRecord): ArchiveRecord {
  const { decision } = record;
  return {
    ...presentSummary(record),
    contentSha256: record.contentSha256,
    documentSha256: record.documentSha256,
    sizeBytes: record.sizeBytes,
    pages: record.pages,
    archivedAt: record.archivedAt.toISOString(),
    decision: {
      id: decision.id,
      title: decision.title,
      outcome: decision.outcome,
      closedAt: decision.closedAt.toISOString(),
      arithmetic: [...decision.arithmetic],
    },
    signatories: record.signatories.map((one) => ({
      name: one.name,
      partnerId: one.partnerId,
      partnerName: one.partnerName,
      authority: one.authority,
      signedAt: one.signedAt.toISOString(),
    })),
    report: record.report,
  };
}
