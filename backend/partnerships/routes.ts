import { z } from "zod";
import {
  invitationPreviewSchema,
  invitationSchema,
  memberSchema,
  newInvitationSchema,
  newPartnerSchema,
  newPartnershipSchema,
  partnerSchema,
  partnershipSchema,
} from "../../domain/partnerships/wire.ts";
import { defineRoute, type Route } from "../platform/http/route.ts";
import { idParams, listOf } from "../platform/http/shapes.ts";
import type { Invitations } from "./invitations.ts";
import type { PartnershipService } from "./service.ts";

/** Doors of partnerships, partners and members. */
export function partnershipRoutes(service: PartnershipService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/partnerships",
      summary: "Open a partnership; the caller becomes its coordinator",
      auth: "account",
      status: 201,
      body: newPartnershipSchema,
      response: partnershipSchema,
      handle: ({ actor, body }) => service.create(actor, body),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships",
      summary: "The caller's partnerships",
      auth: "account",
      response: listOf(partnershipSchema),
      handle: async ({ actor }) => ({ items: await service.list(actor) }),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id",
      summary: "One partnership",
      auth: "account",
      params: idParams,
      response: partnershipSchema,
      handle: ({ actor, params }) => service.get(actor, params.id),
    }),
    defineRoute({
      method: "post",
      path: "/partnerships/:id/partners",
      summary: "Add a partner",
      auth: "account",
      status: 201,
      params: idParams,
      body: newPartnerSchema,
      response: partnerSchema,
      handle: ({ actor, params, body }) => service.addPartner(actor, params.id, body),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/members",
      summary: "The members",
      auth: "account",
      params: idParams,
      response: listOf(memberSchema),
      handle: async ({ actor, params }) => ({ items: await service.listMembers(actor, params.id) }),
    }),
    defineRoute({
      method: "delete",
      path: "/partnerships/:id/members/:memberId",
      summary: "End a membership",
      auth: "account",
      status: 204,
      params: idParams.extend({ memberId: z.string().max(64) }),
      handle: ({ actor, params }) => service.removeMember(actor, params.id, params.memberId),
    }),
  ];
}

/** Doors of invitations. */
export function invitationRoutes(invitations: Invitations): readonly Route[] {
  const tokenParams = z.object({ token: z.string().min(20).max(100) });
  return [
    defineRoute({
      method: "post",
      path: "/partnerships/:id/invitations",
      summary: "Invite a person by mail",
      auth: "account",
      status: 201,
      params: idParams,
      body: newInvitationSchema,
      response: invitationSchema,
      handle: ({ actor, params, body }) => invitations.invite(actor, params.id, body),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/invitations",
      summary: "Invitations that wait",
      auth: "account",
      params: idParams,
      response: listOf(invitationSchema),
      handle: async ({ actor, params }) => ({
        items: await invitations.listOpen(actor, params.id),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/invitations/:token",
      summary: "What an invitation link offers",
      auth: "public",
      params: tokenParams,
      response: invitationPreviewSchema,
      handle: ({ params }) => invitations.preview(params.token),
    }),
    defineRoute({
      method: "post",
      path: "/invitations/:token/accept",
      summary: "Accept an invitation",
      auth: "account",
      status: 201,
      params: tokenParams,
      response: memberSchema,
      handle: ({ actor, params }) => invitations.accept(actor, params.token),
    }),
  ];
}
