import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import express, { type Express, type RequestHandler, type Router } from "express";
import helmet from "helmet";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import type { Log } from "../log.ts";
import { errorHandler } from "./errors.ts";

/** What the HTTP front needs. */
export interface HttpOptions {
  readonly log: Log;
  readonly trustProxy: string | undefined;
  readonly isTls: boolean;
  /** Routers by mount path, in order. */
  readonly mounts: readonly (readonly [string, Router | RequestHandler])[];
  /** Folder of the built pages. */
  readonly pagesDir: string;
}

/** The Express application: headers, routers, pages, one error handler. */
export function createHttp(options: HttpOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", "simple");
  if (options.trustProxy) app.set("trust proxy", proxySetting(options.trustProxy));
  app.use(requestId, securityHeaders(options.isTls));
  for (const [path, handler] of options.mounts) app.use(path, handler);
  app.use("/api", () => {
    throw new Refusal("not-found", "There is no such door.");
  });
  app.use(pages(options.pagesDir));
  app.use(errorHandler(options.log));
  return app;
}

function proxySetting(value: string): number | string {
  return /^\d+$/.test(value) ? Number(value) : value;
}

const requestId: RequestHandler = (_req, res, next) => {
  res.setHeader("x-request-id", randomUUID());
  next();
};

/** Scripts only from our own files; Mantine needs inline styles. */
function securityHeaders(isTls: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "blob:", "data:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
      },
    },
    strictTransportSecurity: isTls ? { maxAge: 63_072_000 } : false,
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    referrerPolicy: { policy: "no-referrer" },
  });
}

/** The built pages; every other address that wants HTML gets the application. */
function pages(dir: string): Router {
  const router = express.Router();
  router.use("/assets", express.static(join(dir, "assets"), { immutable: true, maxAge: "365d" }));
  router.use(express.static(dir, { index: false, maxAge: 0 }));
  router.get("/{*path}", (req, res, next) => {
    const index = join(dir, "index.html");
    if (!req.accepts("html") || !existsSync(index)) {
      next(new Refusal("not-found", "Nothing at this address."));
      return;
    }
    res.setHeader("cache-control", "no-cache");
    res.sendFile(index);
  });
  return router;
}
