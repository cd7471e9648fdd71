import { z } from "zod";
import {
  agreementSchema,
  agreementSummarySchema,
  factsSchema,
  findingSchema,
  newAgreementSchema,
  newVersionSchema,
  versionSchema,
  versionSummarySchema,
} from "../../domain/agreements/wire.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { defineRoute, FileReply, type Route } from "../platform/http/route.ts";
import { idParams, listOf } from "../platform/http/shapes.ts";
import type { AgreementService } from "./service.ts";

const MAX_FACTS_BYTES = 1_000_000;
const versionParams = idParams.extend({ n: z.coerce.number().int().min(1).max(100_000) });

/** Doors of agreements. */
export function agreementRoutes(service: AgreementService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/partnerships/:id/agreements",
      summary: "Start an agreement from a template",
      auth: "account",
      status: 201,
      maxBodyBytes: MAX_FACTS_BYTES,
      params: idParams,
      body: newAgreementSchema,
      response: agreementSchema,
      handle: ({ actor, params, body }) => service.create(actor, params.id, body),
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/agreements",
      summary: "The agreements of a partnership",
      auth: "account",
      params: idParams,
      response: listOf(agreementSummarySchema),
      handle: async ({ actor, params }) => ({ items: await service.list(actor, params.id) }),
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id",
      summary: "One agreement: state, facts, text, permissions",
      auth: "account",
      params: idParams,
      response: agreementSchema,
      handle: async ({ actor, params, res }) => {
        const agreement = await service.get(actor, params.id);
        res.setHeader("etag", `"${agreement.revision}"`);
        return agreement;
      },
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id/template",
      summary: "The template as it was when the agreement began",
      auth: "account",
      params: idParams,
      handle: async ({ actor, params }) => {
        const { model, guidance, languages, sha256 } = await service.getTemplateOf(
          actor,
          params.id,
        );
        return { model, guidance, languages, sha256 };
      },
    }),
    ...changeRoutes(service),
    ...versionRoutes(service),
  ];
}

function changeRoutes(service: AgreementService): readonly Route[] {
  return [
    defineRoute({
      method: "put",
      path: "/agreements/:id/facts",
      summary: "Replace all facts; needs If-Match with the draft's revision",
      auth: "account",
      maxBodyBytes: MAX_FACTS_BYTES,
      params: idParams,
      body: factsSchema,
      response: agreementSchema,
      handle: ({ actor, params, body, req }) => {
        const ifMatch = req.get("if-match")?.replace(/^(W\/)?"(.*)"$/, "$2");
        if (!ifMatch) {
          throw new Refusal("stale-write", "Send If-Match with the revision you read.");
        }
        return service.replaceFacts(actor, params.id, { facts: body, ifMatch });
      },
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id/findings",
      summary: "What the checks find",
      auth: "account",
      params: idParams,
      response: listOf(findingSchema),
      handle: async ({ actor, params }) => {
        const { language, findings } = await service.listFindings(actor, params.id);
        return {
          items: findings.map(({ id, level, message, at }) => ({
            id,
            level,
            message: message[language],
            at,
          })),
        };
      },
    }),
    defineRoute({
      method: "post",
      path: "/agreements/:id/reopen",
      summary: "Open a frozen or approved agreement to edits again",
      auth: "account",
      params: idParams,
      response: agreementSchema,
      handle: ({ actor, params }) => service.reopen(actor, params.id),
    }),
    defineRoute({
      method: "post",
      path: "/agreements/:id/withdraw",
      summary: "Give an agreement up",
      auth: "account",
      params: idParams,
      response: agreementSchema,
      handle: ({ actor, params }) => service.withdraw(actor, params.id),
    }),
  ];
}

function versionRoutes(service: AgreementService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/agreements/:id/versions",
      summary: "Freeze the draft into a version",
      auth: "account",
      status: 201,
      params: idParams,
      body: newVersionSchema,
      response: versionSummarySchema,
      handle: ({ actor, params, body }) => service.freeze(actor, params.id, body),
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id/versions",
      summary: "The versions, newest first",
      auth: "account",
      params: idParams,
      response: listOf(versionSummarySchema),
      handle: async ({ actor, params }) => ({
        items: await service.listVersions(actor, params.id),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id/versions/:n.json",
      summary: "The canonical bytes of a version (RFC 8785); their SHA-256 is its hash",
      auth: "account",
      params: versionParams,
      handle: async ({ actor, params }) => {
        const { bytes, sha256 } = await service.getVersionBytes(actor, params.id, params.n);
        const fileName = `version-${params.n}.json`;
        return new FileReply(bytes, "application/json", { fileName, etag: sha256 });
      },
    }),
    defineRoute({
      method: "get",
      path: "/agreements/:id/versions/:n",
      summary: "One version with its text",
      auth: "account",
      params: versionParams,
      response: versionSchema,
      handle: ({ actor, params }) => service.getVersion(actor, params.id, params.n),
    }),
  ];
}
