import { z } from "zod";
import type { Access } from "../partnerships/index.ts";
import { defineRoute, FileReply, type Route } from "../platform/http/route.ts";
import { idParams, listOf } from "../platform/http/shapes.ts";
import { MAX_ENTRIES, type DecisionLog } from "./decision-log.ts";

const index = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const size = index.min(1);
const tileParams = idParams.extend({
  path: z
    .union([z.string(), z.array(z.string())])
    .transform((parts) => (typeof parts === "string" ? parts : parts.join("/"))),
});

const keySchema = z.object({ origin: z.string(), vkey: z.string() });
const entrySchema = z.object({ index: z.int(), entry: z.string() });
const consistencySchema = z.object({
  from: z.int(),
  to: z.int(),
  fromRoot: z.string(),
  toRoot: z.string(),
  proof: z.array(z.string()),
});

interface LogDoors {
  readonly log: DecisionLog;
  readonly access: Access;
}

/** Doors of the decision log, laid out as C2SP tlog-tiles below `/log`. */
export function logRoutes(doors: LogDoors): readonly Route[] {
  return [...fileRoutes(doors), ...jsonRoutes(doors)];
}

function fileRoutes({ log, access }: LogDoors): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/partnerships/:id/log/checkpoint",
      summary: "Signed checkpoint of the decision log (C2SP tlog-checkpoint)",
      auth: "account",
      params: idParams,
      handle: async ({ actor, params }) => {
        await access.authorise(actor, "log.read", params.id);
        return textFile(await log.checkpoint(params.id));
      },
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/log/tile/*path",
      summary: "A tile of hashes or entries (C2SP tlog-tiles)",
      auth: "account",
      params: tileParams,
      handle: async ({ actor, params }) => {
        await access.authorise(actor, "log.read", params.id);
        return new FileReply(await log.tile(params.id, params.path), "application/octet-stream");
      },
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/log/proof",
      summary: "Proof that an entry is in the log (C2SP tlog-proof)",
      auth: "account",
      params: idParams,
      query: z.strictObject({ index }),
      handle: async ({ actor, params, query }) => {
        await access.authorise(actor, "log.read", params.id);
        const proof = await log.proof(params.id, query.index);
        return textFile(proof, `entry-${query.index}.tlog-proof`);
      },
    }),
  ];
}

function jsonRoutes({ log, access }: LogDoors): readonly Route[] {
  return [
    defineRoute({
      method: "get",
      path: "/partnerships/:id/log/key",
      summary: "Name and verifier key of the decision log",
      auth: "account",
      params: idParams,
      response: keySchema,
      handle: async ({ actor, params }) => {
        await access.authorise(actor, "log.read", params.id);
        return log.key(params.id);
      },
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/log/entries",
      summary: `Entries with from ≤ index < to, at most ${MAX_ENTRIES}`,
      auth: "account",
      params: idParams,
      query: z.strictObject({ from: index.default(0), to: index.optional() }),
      response: listOf(entrySchema),
      handle: async ({ actor, params, query }) => {
        await access.authorise(actor, "log.read", params.id);
        const found = await log.entries(params.id, query.from, query.to);
        return { items: found.map((entry, i) => ({ index: query.from + i, entry })) };
      },
    }),
    defineRoute({
      method: "get",
      path: "/partnerships/:id/log/consistency",
      summary: "Proof that the log of `to` entries extends that of `from` entries",
      auth: "account",
      params: idParams,
      query: z.strictObject({ from: size, to: size.optional() }),
      response: consistencySchema,
      handle: async ({ actor, params, query }) => {
        await access.authorise(actor, "log.read", params.id);
        return log.consistency(params.id, query.from, query.to);
      },
    }),
  ];
}

function textFile(text: string, fileName?: string): FileReply {
  const bytes = new TextEncoder().encode(text);
  return new FileReply(bytes, "text/plain; charset=utf-8", fileName ? { fileName } : {});
}
