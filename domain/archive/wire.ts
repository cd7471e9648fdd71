import { z } from "zod";
import { reportSchema, statuses } from "./report.ts";

/** A sealed agreement in a list of the archive. */
export const recordSummarySchema = z.object({
  id: z.string(),
  partnershipId: z.string(),
  agreementId: z.string(),
  title: z.string(),
  language: z.enum(["fr", "en"]),
  version: z.number().int(),
  sealedAt: z.string(),
  parties: z.array(z.string()),
  /** What the verifier said when the record was made. */
  verdict: z.enum(statuses),
});

/** The page of a sealed agreement: who, what, when, and the proofs. */
export const recordSchema = recordSummarySchema.extend({
  contentSha256: z.string(),
  documentSha256: z.string(),
  sizeBytes: z.number().int(),
  pages: z.number().int(),
  archivedAt: z.string(),
  decision: z.object({
    id: z.string(),
    title: z.string(),
    outcome: z.string(),
    closedAt: z.string(),
    arithmetic: z.array(z.string()),
  }),
  signatories: z.array(
    z.object({
      name: z.string(),
      partnerId: z.string(),
      partnerName: z.string(),
      authority: z.string().nullable(),
      signedAt: z.string(),
    }),
  ),
  /** The verifier's report at ingest. */
  report: reportSchema,
});

/** A sealed agreement in a list of the archive. */
export type RecordSummary = z.output<typeof recordSummarySchema>;
/** The page of a sealed agreement. */
export type ArchiveRecord = z.output<typeof recordSchema>;
