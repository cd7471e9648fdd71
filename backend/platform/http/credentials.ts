import { parseCookie } from "cookie";
import type { Request, Response } from "express";
import { Refusal } from "../../../domain/kernel/refusal.ts";

/** The origins under which the instance is reached; filled when it listens. */
export type Origins = ReadonlySet<string>;

const ACCESS = "entente_access";
const REFRESH = "entente_refresh";
const REFRESH_PATH = "/api/v1/auth";
const WEEK_MS = 7 * 86_400_000;
const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The access token of a request: bearer header, or cookie. A cookie travels by itself, so a write
 * that relies on one must come from our own pages (stops cross-site request forgery).
 * @throws {Refusal} foreign-origin — a cookie write from another site
 */
export function readAccessToken(req: Request, origins: Origins): string | undefined {
  const bearer = /^Bearer (\S+)$/.exec(req.get("authorization") ?? "")?.[1];
  if (bearer) return bearer;
  const token = cookiesOf(req.headers.cookie)[ACCESS];
  if (token) assertOwnOrigin(req, origins);
  return token;
}

/** The refresh token of a request. @throws {Refusal} foreign-origin — sent by another site */
export function readRefreshToken(req: Request, origins: Origins): string | undefined {
  const token = cookiesOf(req.headers.cookie)[REFRESH];
  if (token) assertOwnOrigin(req, origins);
  return token;
}

/** The access token in a raw Cookie header, for sockets (which check Origin themselves). */
export function accessTokenInCookies(header: string | undefined): string | undefined {
  return cookiesOf(header)[ACCESS];
}

function cookiesOf(header: string | undefined): Readonly<Record<string, string | undefined>> {
  return header ? parseCookie(header) : {};
}

function assertOwnOrigin(req: Request, origins: Origins): void {
  if (safeMethods.has(req.method)) return;
  const origin = req.get("origin");
  if (origin === undefined ? req.get("sec-fetch-site") === "same-origin" : origins.has(origin))
    return;
  throw new Refusal("foreign-origin", "Send this from the instance's own pages.");
}

/** Sets the session's cookies: HttpOnly, SameSite=Strict, Secure when browsers come over TLS. */
export function setSessionCookies(
  res: Response,
  tokens: { accessToken: string; refreshToken: string | undefined },
  { isTls }: { isTls: boolean },
): void {
  const common = { httpOnly: true, sameSite: "strict", secure: isTls } as const;
  res.cookie(ACCESS, tokens.accessToken, { ...common, path: "/", maxAge: WEEK_MS });
  if (tokens.refreshToken) {
    res.cookie(REFRESH, tokens.refreshToken, { ...common, path: REFRESH_PATH, maxAge: WEEK_MS });
  }
}

/** Removes the session's cookies. */
export function clearSessionCookies(res: Response): void {
  res.clearCookie(ACCESS, { path: "/" });
  res.clearCookie(REFRESH, { path: REFRESH_PATH });
}
