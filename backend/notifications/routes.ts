import { z } from "zod";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { IdentityService } from "../identity/index.ts";
import { defineRoute, type Route } from "../platform/http/route.ts";
import { listOf } from "../platform/http/shapes.ts";
import type { Mail } from "../platform/mail.ts";

const OUTBOX_SHOWN = 100;

const messageSchema = z.object({
  id: z.string(),
  at: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
});

/** The operator's door to the outbox: messages carry invitation links, so nobody else reads them. */
export function outboxRoutes(
  mail: Mail,
  identity: Pick<IdentityService, "getAccount">,
): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/operator/outbox",
      summary: "Messages that wait in the outbox folder (operator only)",
      auth: "account",
      response: listOf(messageSchema),
      handle: async ({ actor }) => {
        const account = await identity.getAccount(actor.accountId);
        if (!account.operator)
          throw new Refusal("not-allowed", "Only the operator reads the outbox.");
        return { items: await mail.listOutbox(OUTBOX_SHOWN) };
      },
    }),
  ];
}
