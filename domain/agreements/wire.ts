import { z } from "zod";
import { lineSchema } from "../kernel/names.ts";
import { agreementStates } from "./lifecycle.ts";

const text = z.record(z.string(), z.json());
const language = z.enum(["fr", "en"]);

/** Body of POST /partnerships/:id/agreements. */
export const newAgreementSchema = z.strictObject({
  templateId: z.string().min(1).max(64),
  language,
  title: lineSchema(200),
  facts: text.optional(),
});

/** Body of PUT /agreements/:id/facts: the whole facts. */
export const factsSchema = text;

/** Body of POST /agreements/:id/versions. `lock` closes the draft to edits. */
export const newVersionSchema = z.strictObject({
  label: z.string().trim().max(120).default(""),
  lock: z.boolean().default(false),
});

/** A version in a list. */
export const versionSummarySchema = z.object({
  number: z.number().int(),
  label: z.string(),
  contentSha256: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
});

/** One version with its resolved text. */
export const versionSchema = versionSummarySchema.extend({ content: text });

/** What the caller may do with an agreement as it stands. */
export const permissionsSchema = z.object({
  write: z.boolean(),
  freeze: z.boolean(),
  reopen: z.boolean(),
  withdraw: z.boolean(),
  propose: z.boolean(),
  requestSignatures: z.boolean(),
});

/** An agreement in a list. */
export const agreementSummarySchema = z.object({
  id: z.string(),
  partnershipId: z.string(),
  title: z.string(),
  language,
  templateId: z.string(),
  state: z.enum(agreementStates),
  createdAt: z.string(),
  latestVersion: z.number().int(),
});

/** One agreement with its live text and facts. */
export const agreementSchema = agreementSummarySchema.extend({
  templateVersion: z.string(),
  text,
  facts: text,
  /** ETag of the draft, for If-Match. */
  revision: z.string(),
  permissions: permissionsSchema,
  versions: z.array(versionSummarySchema),
});

/** A finding of the checks, with the message in the agreement's language. */
export const findingSchema = z.object({
  id: z.string(),
  level: z.enum(["error", "warning", "hint"]),
  message: z.string(),
  at: z.string(),
});

/** An agreement in a list. */
export type AgreementSummary = z.output<typeof agreementSummarySchema>;
/** One agreement with its live text and facts. */
export type Agreement = z.output<typeof agreementSchema>;
/** A version in a list. */
export type VersionSummary = z.output<typeof versionSummarySchema>;
/** What the caller may do with an agreement as it stands. */
export type Permissions = z.output<typeof permissionsSchema>;
