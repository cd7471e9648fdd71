import type { ErrorRequestHandler, Response } from "express";
import { isRefusal, Refusal } from "../../../domain/kernel/refusal.ts";
import type { Log } from "../log.ts";
import { isOutOfDiskSpace } from "../storage/errors.ts";
import { problemOf } from "./problem.ts";

const RETRY_AFTER_S = 60;

/** RFC 9457 problem details, with our `code` and all problems of the input. */
export function sendProblem(res: Response, refusal: Refusal, requestId: string): void {
  const { status, title } = problemOf[refusal.code];
  if (status === 429) res.setHeader("retry-after", RETRY_AFTER_S);
  res
    .setHeader("cache-control", "no-store")
    .status(status)
    .type("application/problem+json")
    .send(
      JSON.stringify({
        type: `/problems/${refusal.code}`,
        title,
        status,
        code: refusal.code,
        detail: refusal.message,
        instance: requestId,
        ...(refusal.problems.length > 0 ? { errors: refusal.problems } : {}),
      }),
    );
}

/** Turns whatever was thrown into a coded answer; a bug is logged once, with its cause. */
export function errorHandler(log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const requestId = String(res.getHeader("x-request-id") ?? "");
    const refusal = isRefusal(error) ? error : (bodyRefusal(error) ?? storageRefusal(error));
    if (refusal && refusal.code !== "unexpected") {
      if (refusal.code === "storage-full") log.error({ err: error, requestId }, "storage is full");
      log.debug({ code: refusal.code, requestId, method: req.method }, "refused");
      sendProblem(res, refusal, requestId);
      return;
    }
    log.error({ err: error, requestId, method: req.method }, "unexpected error");
    sendProblem(
      res,
      new Refusal("unexpected", "The fault is ours and has been logged."),
      requestId,
    );
  };
}

function bodyRefusal(error: unknown): Refusal | undefined {
  if (typeof error !== "object" || error === null || !("type" in error)) return undefined;
  if (error.type === "entity.too.large")
    return new Refusal("body-too-large", "The body is too large.");
  if (error.type === "entity.parse.failed")
    return new Refusal("malformed-body", "The body is not JSON.");
  if (error.type === "encoding.unsupported" || error.type === "charset.unsupported") {
    return new Refusal("unsupported-media-type", "Send JSON in UTF-8.");
  }
  if (error.type === "request.aborted")
    return new Refusal("malformed-body", "The body was cut short.");
  return undefined;
}

function storageRefusal(error: unknown): Refusal | undefined {
  if (!isOutOfDiskSpace(error)) return undefined;
  return new Refusal("storage-full", "Nothing was saved. Free some space and try again.");
}
