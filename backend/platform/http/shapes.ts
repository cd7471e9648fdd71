import { z } from "zod";

/** Path parameters of a route about one thing. */
export const idParams = z.object({ id: z.string().min(1).max(64) });

/** Query of a list: how many, and where to go on. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});

/** The shape of every list answer. */
export function listOf<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}
