import type { Connection } from "../platform/storage/connection.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/ids.ts";
import type { Origins } from "../platform/http/credentials.ts";
import type { Actor, Route } from "../platform/http/route.ts";
import { createAccountStore } from "./account-store.ts";
import { createLoginLimits, type LoginLimitSettings } from "./limits.ts";
import { identityRoutes } from "./routes.ts";
import { createIdentityService, type IdentityService } from "./service.ts";
import { createSessionStore } from "./session-store.ts";
import { createSessions } from "./sessions.ts";
import { createTokens, tokenSecret } from "./tokens.ts";

export type { IdentityService } from "./service.ts";

/** What identity needs. */
export interface IdentityDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly origins: Origins;
  readonly dataDir: string;
  /** Issuer of access tokens. */
  readonly issuer: string;
  readonly jwtSecret: string | undefined;
  readonly loginLimits: LoginLimitSettings;
}

/** Accounts, sessions and tokens. */
export interface Identity {
  readonly service: IdentityService;
  readonly routes: readonly Route[];
  /**
   * Who holds this access token, if the session still lives.
   * @throws {Refusal} not-authenticated; session-ended
   */
  authenticateToken(token: string): Promise<Actor>;
  /** @throws {Refusal} session-ended — the session is over */
  assertLive(actor: Actor): Promise<void>;
}

/** Builds identity over its stores. */
export function createIdentity(deps: IdentityDeps): Identity {
  const { connection, clock, ids, bus } = deps;
  const secret = tokenSecret(deps.jwtSecret, deps.dataDir);
  const tokens = createTokens({ secret, issuer: deps.issuer, clock });
  const sessions = createSessions({
    store: createSessionStore(connection),
    tokens,
    clock,
    ids,
    bus,
  });
  const service = createIdentityService({
    accounts: createAccountStore(connection),
    sessions,
    limits: createLoginLimits(deps.loginLimits),
    clock,
    ids,
  });
  return {
    service,
    routes: identityRoutes(service, deps.origins),
    async authenticateToken(token) {
      const actor = tokens.read(token);
      await sessions.assertLive(actor);
      return actor;
    },
    assertLive: sessions.assertLive,
  };
}
