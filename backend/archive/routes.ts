import { RateLimiterMemory } from "rate-limiter-flexible";
import { z } from "zod";
import { reportSchema } from "../../domain/archive/report.ts";
import { recordSchema, recordSummarySchema } from "../../domain/archive/wire.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { defineRoute, FileReply, type Route } from "../platform/http/route.ts";
import { idParams, listOf, pageQuery } from "../platform/http/shapes.ts";
import type { ArchiveService } from "./service.ts";
import { readUpload } from "./upload.ts";

const searchQuery = pageQuery.extend({
  query: z.string().max(200).optional(),
  partnershipId: z.string().max(64).optional(),
  agreementId: z.string().max(64).optional(),
});

/** Doors of the reading room. */
export function archiveRoutes(service: ArchiveService): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/archive",
      summary: "Sealed agreements of the caller's partnerships, found by words",
      auth: "account",
      query: searchQuery,
      response: listOf(recordSummarySchema),
      handle: ({ actor, query }) => service.search(actor, query),
    }),
    defineRoute({
      method: "get",
      path: "/archive/:id",
      summary: "One sealed agreement: parties, decision, signatures, hashes, report",
      auth: "account",
      params: idParams,
      response: recordSchema,
      handle: ({ actor, params }) => service.get(actor, params.id),
    }),
    defineRoute({
      method: "get",
      path: "/archive/:id/document.pdf",
      summary: "The sealed PDF",
      auth: "account",
      params: idParams,
      handle: async ({ actor, params }) => {
        const { bytes, record } = await service.getDocument(actor, params.id);
        const fileName = `${record.title} v${record.version}.pdf`;
        return new FileReply(bytes, "application/pdf", { fileName, etag: record.documentSha256 });
      },
    }),
    defineRoute({
      method: "get",
      path: "/archive/:id/report",
      summary: "Verify the sealed PDF again, now",
      auth: "account",
      params: idParams,
      response: reportSchema,
      handle: ({ actor, params }) => service.examine(actor, params.id),
    }),
  ];
}

/** The public door of the verifier; `perAddressPerMin` files from one address. */
export function verifyRoutes(
  service: Pick<ArchiveService, "examineFile">,
  { perAddressPerMin }: { readonly perAddressPerMin: number },
): readonly Route[] {
  const limiter = new RateLimiterMemory({ points: perAddressPerMin, duration: 60 });
  return [
    defineRoute({
      method: "post",
      path: "/verify",
      summary: "Verify a PDF (multipart field `file`), without an account; the file is not kept",
      auth: "public",
      rawBody: true,
      response: reportSchema,
      handle: async ({ req }) => {
        await limiter.consume(req.ip ?? "").catch((cause: unknown) => {
          throw new Refusal("too-many-requests", "Too many files; wait a minute.", { cause });
        });
        return service.examineFile(await readUpload(req));
      },
    }),
  ];
}
