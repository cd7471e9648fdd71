import { z } from "zod";
import { nameSchema } from "../kernel/names.ts";

/** Languages of the product. */
export const localeSchema = z.enum(["fr", "en"]);

/** A language of the product. */
export type Locale = z.output<typeof localeSchema>;

/** An e-mail address, trimmed and in lower case. */
export const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email());

/** A new password: length is what counts (OWASP ASVS 5, 6.2). */
export const passwordSchema = z.string().min(8).max(128);

const personName = nameSchema(120);

/** Body of POST /auth/register. */
export const registerSchema = z.strictObject({
  email: emailSchema,
  password: passwordSchema,
  name: personName,
  locale: localeSchema.default("fr"),
});

/** Body of POST /auth/login. */
export const loginSchema = z.strictObject({
  email: emailSchema,
  password: z.string().max(1024),
  otp: z.string().max(16).optional(),
});

/** Body of PATCH /auth/me. */
export const accountChangeSchema = z.strictObject({
  name: personName.optional(),
  locale: localeSchema.optional(),
});

/** An account, as its owner sees it. */
export const accountSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  locale: localeSchema,
  /** May read the instance's outbox. */
  operator: z.boolean(),
});

/** Answer of register, login and refresh. */
export const sessionSchema = z.object({ accessToken: z.string(), account: accountSchema });

/** An account, as its owner sees it. */
export type Account = z.output<typeof accountSchema>;
