import type { Request } from "express";
import {
  accountChangeSchema,
  accountSchema,
  loginSchema,
  registerSchema,
  sessionSchema,
} from "../../domain/identity/wire.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import {
  clearSessionCookies,
  readRefreshToken,
  setSessionCookies,
  type Origins,
} from "../platform/http/credentials.ts";
import { defineRoute, type Route, type RouteContext } from "../platform/http/route.ts";
import type { IdentityService, SignedIn } from "./service.ts";

type Exchange = Pick<RouteContext<unknown, unknown, unknown>, "req" | "res"> & {
  readonly origins: Origins;
};

/** Doors of accounts and sessions. */
export function identityRoutes(service: IdentityService, origins: Origins): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/auth/register",
      summary: "Create an account and sign in",
      auth: "public",
      status: 201,
      body: registerSchema,
      response: sessionSchema,
      handle: async ({ body, req, res }) =>
        answer(await service.register(body, addressOf(req)), { req, res, origins }),
    }),
    defineRoute({
      method: "post",
      path: "/auth/login",
      summary: "Sign in",
      auth: "public",
      body: loginSchema,
      response: sessionSchema,
      handle: async ({ body, req, res }) => {
        const { email, password } = body;
        return answer(await service.login({ email, password, address: addressOf(req) }), {
          req,
          res,
          origins,
        });
      },
    }),
    defineRoute({
      method: "post",
      path: "/auth/refresh",
      summary: "Trade the refresh cookie for a new access token",
      auth: "public",
      response: sessionSchema,
      handle: async ({ req, res }) => {
        const token = readRefreshToken(req, origins);
        if (!token) throw new Refusal("session-ended", "There is no session to refresh.");
        return answer(await service.refresh(token), { req, res, origins });
      },
    }),
    ...ownAccountRoutes(service),
  ];
}

function ownAccountRoutes(service: IdentityService): readonly Route[] {
  return [
    defineRoute({
      method: "post",
      path: "/auth/logout",
      summary: "End this session",
      auth: "account",
      status: 204,
      handle: async ({ actor, res }) => {
        await service.logout(actor);
        clearSessionCookies(res);
      },
    }),
    defineRoute({
      method: "post",
      path: "/auth/logout-everywhere",
      summary: "End all sessions of this account",
      auth: "account",
      status: 204,
      handle: async ({ actor, res }) => {
        await service.logoutEverywhere(actor);
        clearSessionCookies(res);
      },
    }),
    defineRoute({
      method: "get",
      path: "/auth/me",
      summary: "The caller's account",
      auth: "account",
      response: accountSchema,
      handle: ({ actor }) => service.getAccount(actor.accountId),
    }),
    defineRoute({
      method: "patch",
      path: "/auth/me",
      summary: "Change name or language",
      auth: "account",
      body: accountChangeSchema,
      response: accountSchema,
      handle: ({ actor, body }) => service.changeAccount(actor.accountId, body),
    }),
  ];
}

function answer(signedIn: SignedIn, { req, res, origins }: Exchange): unknown {
  // Behind a proxy that ends TLS the request looks plain: the public address says what browsers see.
  const isTls = req.secure || [...origins].every((origin) => origin.startsWith("https:"));
  setSessionCookies(res, signedIn, { isTls });
  return { accessToken: signedIn.accessToken, account: signedIn.account };
}

/** IPv6 clients own a /64: limiting single addresses would limit nothing. */
function addressOf(req: Request): string {
  const address = req.ip ?? "unknown";
  return address.includes(":") && !address.startsWith("::ffff:")
    ? address.split(":").slice(0, 4).join(":")
    : address;
}
