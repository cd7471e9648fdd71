import { z } from "zod";
import { lineSchema } from "../kernel/names.ts";
import { refusalCodes } from "../kernel/refusal.ts";
import { preparationSteps, requestStates, signingOrders } from "./request.ts";

/** Most signatories of one request. */
export const MAX_SIGNATORIES = 30;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits");
const authority = lineSchema(200);
const reason = z.string().trim().min(1).max(1000);

/** Body of POST /agreements/:id/signature-requests; the list is the order when it is sequential. */
export const newSignatureRequestSchema = z.strictObject({
  version: z.number().int().min(1),
  signatories: z
    .array(z.strictObject({ memberId: z.string().min(1).max(64), authority: authority.optional() }))
    .min(1)
    .max(MAX_SIGNATORIES),
  order: z.enum(signingOrders).default("parallel"),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

/**
 * Body of POST /signature-requests/:id/signatures. `contentSha256` is the version's hash, the one that was
 * voted on; `documentSha256` is the ETag of the document that was displayed.
 */
export const newSignatureSchema = z.strictObject({
  consent: z.boolean().default(false),
  contentSha256: sha256,
  documentSha256: sha256.optional(),
  authority: authority.optional(),
  stepUp: z.strictObject({ password: z.string().min(1).max(1024) }),
});

/** Body of POST /signature-requests/:id/decline and /cancel. */
export const refusalReasonSchema = z.strictObject({ reason });

/** One signatory, as members see them. */
export const signatorySchema = z.object({
  slot: z.string(),
  memberId: z.string(),
  name: z.string(),
  partnerId: z.string(),
  partnerName: z.string(),
  authority: z.string().nullable(),
  status: z.enum(["waiting", "due", "signed", "declined"]),
  signedAt: z.string().nullable(),
});

/** The caller's own part in a request. */
export const ownPartSchema = z.object({
  slot: z.string(),
  /** Why the caller cannot sign now; null when they can. */
  obstacle: z.enum(refusalCodes).nullable(),
  /** The sentence to agree to. */
  consentStatement: z.string(),
});

/** A signature request in a list. */
export const signatureRequestSummarySchema = z.object({
  id: z.string(),
  agreementId: z.string(),
  partnershipId: z.string(),
  title: z.string(),
  version: z.number().int(),
  contentSha256: z.string(),
  order: z.enum(signingOrders),
  state: z.enum(requestStates),
  /** What is being done while the state is `preparing`. */
  step: z.enum(preparationSteps).nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  /** When the state became final. */
  endedAt: z.string().nullable(),
  signatories: z.array(signatorySchema),
  /** Whether the caller may sign now. */
  isMyTurn: z.boolean(),
});

/** One signature request. */
export const signatureRequestSchema = signatureRequestSummarySchema.extend({
  language: z.enum(["fr", "en"]),
  /** Why it was declined or cancelled. */
  reason: z.string().nullable(),
  /** The current revision; null until it is certified. `sha256` is also its ETag. */
  document: z
    .object({
      sha256: z.string(),
      sizeBytes: z.number().int(),
      pages: z.number().int(),
      path: z.string(),
    })
    .nullable(),
  decision: z.object({ id: z.string(), title: z.string(), closedAt: z.string() }),
  me: ownPartSchema.nullable(),
});

/** A signature request in a list. */
export type SignatureRequestSummary = z.output<typeof signatureRequestSummarySchema>;
/** One signature request. */
export type SignatureRequestView = z.output<typeof signatureRequestSchema>;
/** One signatory, as members see them. */
export type SignatoryView = z.output<typeof signatorySchema>;
/** Body of POST /agreements/:id/signature-requests, parsed. */
export type NewSignatureRequest = z.output<typeof newSignatureRequestSchema>;
/** Body of POST /signature-requests/:id/signatures, parsed. */
export type NewSignature = z.output<typeof newSignatureSchema>;
