import express, { type Router } from "express";
import {
  newSignatureRequestSchema,
  newSignatureSchema,
  refusalReasonSchema,
  signatureRequestSchema,
  signatureRequestSummarySchema,
} from "../../domain/signing/wire.ts";
import { defineRoute, FileReply, type Route } from "../platform/http/route.ts";
import { idParams, listOf } from "../platform/http/shapes.ts";
import type { CertificationAuthority } from "./pki.ts";
import type { SigningService } from "./service.ts";

/** How long asking for signatures waits for the document, unless the caller prefers not to (RFC 7240). */
const REQUEST_WAIT_MS = 20_000;
const HOUR_SECONDS = 3_600;

/** Doors of signature requests. */
export function signingRoutes(service: SigningService): readonly Route[] {
  return [...requestRoutes(service), documentRoute(service), ...signatureRoutes(service)];
}

function requestRoutes(service: SigningService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/agreements/:id/signature-requests",
      summary:
        "Send an approved version out for signature; `Prefer: respond-async` answers at once",
      auth: "account",
      status: 201,
      params: idParams,
      body: newSignatureRequestSchema,
      response: signatureRequestSchema,
      handle: ({ actor, params, body, req }) => {
        const isHasty = /\brespond-async\b/.test(req.get("prefer") ?? "");
        const waitMs = isHasty ? 0 : REQUEST_WAIT_MS;
        return service.request(actor, params.id, { ...body, waitMs });
      },
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id/signature-requests",
      summary: "The signature requests of an agreement, newest first",
      auth: "account",
      params: idParams,
      response: listOf(signatureRequestSummarySchema),
      handle: async ({ actor, params }) => ({
        items: await service.listOfAgreement(actor, params.id),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/signature-requests",
      summary: "The signature requests of a partnership, those that wait for the caller first",
      auth: "account",
      params: idParams,
      response: listOf(signatureRequestSummarySchema),
      handle: async ({ actor, params }) => ({
        items: await service.listOfPartnership(actor, params.id),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/signature-requests/:id",
      summary: "One signature request with the caller's part in it",
      auth: "account",
      params: idParams,
      response: signatureRequestSchema,
      handle: ({ actor, params }) => service.get(actor, params.id),
    }),
  ];
}

function documentRoute(service: SigningService): Route {
  return defineRoute({
    method: "get",
    path: "/signature-requests/:id/document.pdf",
    summary: "The newest revision of the document; its ETag is its SHA-256",
    auth: "account",
    params: idParams,
    handle: async ({ actor, params }) => {
      const { bytes, sha256, fileName } = await service.getDocument(actor, params.id);
      return new FileReply(bytes, "application/pdf", { etag: sha256, fileName, inline: true });
    },
  });
}

function signatureRoutes(service: SigningService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/signature-requests/:id/signatures",
      summary: "Sign for one's partner, confirmed by a step-up",
      auth: "account",
      status: 201,
      params: idParams,
      body: newSignatureSchema,
      response: signatureRequestSchema,
      handle: ({ actor, params, body }) => service.sign(actor, params.id, body),
    }),
    defineRoute({
      method: "post",
      path: "/signature-requests/:id/decline",
      summary: "Decline to sign, with the reason; the request ends",
      auth: "account",
      params: idParams,
      body: refusalReasonSchema,
      response: signatureRequestSchema,
      handle: ({ actor, params, body }) => service.decline(actor, params.id, body.reason),
    }),
    defineRoute({
      method: "post",
      path: "/signature-requests/:id/cancel",
      summary: "Call a signature request back, with the reason",
      auth: "account",
      params: idParams,
      body: refusalReasonSchema,
      response: signatureRequestSchema,
      handle: ({ actor, params, body }) => service.cancel(actor, params.id, body.reason),
    }),
  ];
}

/** Public files of the authority, to be mounted at `/pki`: `ca.cer` (RFC 2585) and `crl`. */
export function authorityRouter(authority: CertificationAuthority): Router {
  const router = express.Router();
  const maxAge = `public, max-age=${HOUR_SECONDS}`;
  router.get("/ca.cer", (_req, res) => {
    res.type("application/pkix-cert").setHeader("cache-control", maxAge);
    res.end(Buffer.from(authority.root));
  });
  router.get("/crl", async (_req, res) => {
    const list = await authority.revocationList();
    res.type("application/pkix-crl").setHeader("cache-control", maxAge);
    res.end(Buffer.from(list));
  });
  return router;
}
