import { z } from "zod";
import { emailSchema, localeSchema } from "../identity/wire.ts";
import { nameSchema } from "../kernel/names.ts";

/** What a member may be; a member may hold several. */
export const roles = [
  "lead",
  "lawyer",
  "committee",
  "archivist",
  "observer",
  "coordinator",
] as const;

/** A member's role. */
export type Role = (typeof roles)[number];

/** The kinds of organisation that become partners. */
export const sectors = [
  "association",
  "foundation",
  "social_enterprise",
  "company",
  "sme",
  "business_club",
  "local_authority",
  "state_body",
  "public_institution",
  "education",
  "research_lab",
  "federation",
  "other",
] as const;

const name = nameSchema(160);

/** Body of POST /partnerships. */
export const newPartnershipSchema = z.strictObject({
  name,
  purpose: z.string().trim().max(2000).default(""),
});

/** Body of POST /partnerships/:id/partners. */
export const newPartnerSchema = z.strictObject({
  name,
  sector: z.enum(sectors),
  country: z.string().trim().length(2).toUpperCase().default("FR"),
  registration: z.string().trim().max(60).default(""),
  /** The caller acts for this partner from now on, as lead and on committees. */
  actFor: z.boolean().default(false),
});

/** Body of POST /partnerships/:id/invitations. */
export const newInvitationSchema = z.strictObject({
  email: emailSchema,
  partnerId: z.string().min(1).max(64),
  roles: z.array(z.enum(roles)).min(1).max(roles.length),
  locale: localeSchema.default("fr"),
});

/** A partner, as members see it. `color` is an index into the partner palette. */
export const partnerSchema = z.object({
  id: z.string(),
  name: z.string(),
  sector: z.enum(sectors),
  country: z.string(),
  registration: z.string(),
  color: z.number().int(),
});

/** A member, as other members see them. */
export const memberSchema = z.object({
  id: z.string(),
  accountId: z.string(),
  name: z.string(),
  partnerId: z.string().nullable(),
  roles: z.array(z.enum(roles)),
});

/** A partnership, as its members see it. */
export const partnershipSchema = z.object({
  id: z.string(),
  name: z.string(),
  purpose: z.string(),
  createdAt: z.string(),
  partners: z.array(partnerSchema),
  /** The caller's own membership. */
  me: memberSchema,
});

/** An invitation that waits, as coordinators see it. */
export const invitationSchema = z.object({
  id: z.string(),
  email: z.string(),
  partnerId: z.string(),
  roles: z.array(z.enum(roles)),
  expiresAt: z.string(),
});

/** What the page of an invitation link shows before it is accepted. */
export const invitationPreviewSchema = z.object({
  partnershipName: z.string(),
  partnerName: z.string(),
  roles: z.array(z.enum(roles)),
  emailHint: z.string(),
  expiresAt: z.string(),
});

/** A partner, as members see it. */
export type Partner = z.output<typeof partnerSchema>;
/** A member, as other members see them. */
export type Member = z.output<typeof memberSchema>;
/** A partnership, as its members see it. */
export type Partnership = z.output<typeof partnershipSchema>;
/** An invitation that waits. */
export type Invitation = z.output<typeof invitationSchema>;
