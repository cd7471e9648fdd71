import { z } from "zod";

/** What a socket asks: to follow, or stop following, a partnership. */
export const followSchema = z.strictObject({ partnershipId: z.string().min(1).max(64) });

/** Answer to a socket's request: fine, or the code of the refusal. */
export type SocketAnswer = { readonly ok: true } | { readonly ok: false; readonly code: string };

/** News of a partnership as browsers get it: ids, numbers and codes only. */
export interface News {
  readonly type: string;
  readonly partnershipId: string;
  readonly at: string;
  readonly subject: Readonly<Record<string, string | number | boolean | null>>;
}
