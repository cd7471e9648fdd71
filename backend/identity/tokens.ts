import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Clock } from "../platform/clock.ts";
import type { Actor } from "../platform/http/route.ts";

/** Lifetime of an access token, in seconds. */
export const ACCESS_TOKEN_S = 15 * 60;

const AUDIENCE = "entente-api";
const claims = z.object({ sub: z.string(), sid: z.string(), exp: z.number(), iat: z.number() });

/** Makes and reads access tokens: HS256 only, with issuer, audience and expiry required. */
export interface Tokens {
  issue(actor: Actor): string;
  /** @throws {Refusal} not-authenticated — anything is wrong with the token, never saying what */
  read(token: string): Actor;
}

/** Tokens under one secret; `issuer` is the instance's public origin. */
export function createTokens(options: { secret: string; issuer: string; clock: Clock }): Tokens {
  const { secret, issuer, clock } = options;
  const nowS = (): number => Math.floor(clock.now().getTime() / 1000);
  return {
    issue(actor) {
      const at = nowS();
      return jwt.sign({ sid: actor.sessionId, iat: at, exp: at + ACCESS_TOKEN_S }, secret, {
        algorithm: "HS256",
        subject: actor.accountId,
        issuer,
        audience: AUDIENCE,
      });
    },
    read(token) {
      try {
        const verified = jwt.verify(token, secret, {
          algorithms: ["HS256"],
          issuer,
          audience: AUDIENCE,
          clockTimestamp: nowS(),
          maxAge: ACCESS_TOKEN_S,
        });
        const { sub, sid } = claims.parse(verified);
        return { accountId: sub, sessionId: sid };
      } catch (cause) {
        throw new Refusal("not-authenticated", "The access token is not good.", { cause });
      }
    },
  };
}

/** The token secret: as configured, or made once and kept in the data folder (mode 0600). */
export function tokenSecret(configured: string | undefined, dataDir: string): string {
  if (configured) return configured;
  const file = join(dataDir, "keys", "jwt.secret");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  mkdirSync(join(dataDir, "keys"), { recursive: true, mode: 0o700 });
  const secret = randomBytes(48).toString("base64url");
  writeFileSync(file, secret, { mode: 0o600, flush: true });
  return secret;
}
