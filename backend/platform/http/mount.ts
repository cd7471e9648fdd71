import express, { type Request, type Response, type Router } from "express";
import type { z } from "zod";
import { Refusal, type InputProblem } from "../../../domain/kernel/refusal.ts";
import { FileReply, type Actor, type Route } from "./route.ts";
import type { Idempotency } from "./idempotency.ts";
import { assertPlainBody } from "./plain-body.ts";

/** What mounting needs to know of the rest. */
export interface MountOptions {
  /** @throws {Refusal} not-authenticated, session-ended, foreign-origin */
  authenticate(req: Request): Promise<Actor>;
  readonly idempotency: Idempotency;
}

const DEFAULT_MAX_BODY_BYTES = 100_000;
const nobody: Actor = { accountId: "", sessionId: "" };

/** Puts every route on one Express router: authenticate → parse → handle → send. */
export function mountRoutes(routes: readonly Route[], options: MountOptions): Router {
  const router = express.Router();
  for (const route of routes) {
    const before = route.rawBody
      ? []
      : [express.json({ limit: route.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES, strict: true })];
    router[route.method](route.path, ...before, (req, res) => serve(route, options, req, res));
  }
  return router;
}

async function serve(
  route: Route,
  options: MountOptions,
  req: Request,
  res: Response,
): Promise<void> {
  const actor = route.auth === "account" ? await options.authenticate(req) : nobody;
  if (route.body) requireJson(req);
  if (!route.rawBody) assertPlainBody(req.body);
  const context = {
    actor,
    params: parse(route.params, req.params, "/params"),
    query: parse(route.query, req.query, "/query"),
    body: parse(route.body, req.body, ""),
    req,
    res,
  };
  const key = req.get("idempotency-key");
  // Only under an account: a stranger's key must never answer with somebody else's sign-in.
  if (key && route.auth === "account" && route.method !== "get" && !route.rawBody) {
    const scope = [actor.accountId, route.method, req.originalUrl, key].join("\n");
    const answer = await options.idempotency.once({ scope, request: req.body }, async () => ({
      status: route.status ?? 200,
      body: await route.handle(context),
    }));
    send(res, answer.status, answer.body);
    return;
  }
  send(res, route.status ?? 200, await route.handle(context));
}

function send(res: Response, status: number, answer: unknown): void {
  if (answer instanceof FileReply) {
    sendFile(res, answer);
    return;
  }
  if (res.headersSent) return;
  res.setHeader("cache-control", "no-store");
  if (answer === undefined) res.status(status === 200 ? 204 : status).end();
  else res.status(status).json(answer);
}

function sendFile(res: Response, file: FileReply): void {
  const { fileName, etag, inline } = file.options;
  res.status(200).type(file.mediaType).setHeader("cache-control", "private, no-cache");
  if (etag) res.setHeader("etag", `"${etag}"`);
  if (fileName) {
    const kind = inline ? "inline" : "attachment";
    const ascii = fileName.replace(/[^\w.-]+/g, "-");
    const encoded = encodeURIComponent(fileName.replace(/\p{Surrogate}/gu, "-"));
    res.setHeader(
      "content-disposition",
      `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`,
    );
  }
  res.end(Buffer.from(file.bytes));
}

function requireJson(req: Request): void {
  if (req.headers["content-length"] === "0" || !req.is("*/*")) return;
  if (!req.is("application/json")) {
    throw new Refusal("unsupported-media-type", "Send application/json.");
  }
}

function parse(schema: z.ZodType | undefined, value: unknown, prefix: string): unknown {
  if (!schema) return {};
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new Refusal("invalid-input", "Some values are not acceptable.", {
    problems: result.error.issues.flatMap((issue) => problemsOf(issue, prefix)),
  });
}

function problemsOf(issue: z.core.$ZodIssue, prefix: string): InputProblem[] {
  const at = [prefix, ...issue.path.map((part) => `/${escapePointer(String(part))}`)].join("");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: `${at}/${escapePointer(key)}`,
      detail: "There is no such field.",
    }));
  }
  return [{ pointer: at, detail: issue.message }];
}

function escapePointer(part: string): string {
  return part.replaceAll("~", "~0").replaceAll("/", "~1");
}
