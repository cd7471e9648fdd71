import { z } from "zod";
import { defineRoute, type Route } from "../platform/http/route.ts";
import { idParams } from "../platform/http/shapes.ts";
import type { Collaboration } from "./collaboration.ts";

const ticketSchema = z.object({ ticket: z.string(), path: z.string(), expiresAt: z.string() });

/** The door to the collaboration socket: a ticket, good once and for a minute. */
export function collaborationRoutes(collaboration: Collaboration): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/agreements/:id/collaboration-ticket",
      summary: "A ticket for one collaboration socket",
      auth: "account",
      params: idParams,
      response: ticketSchema,
      handle: ({ actor, params }) => collaboration.issueTicket(actor, params.id),
    }),
  ];
}
