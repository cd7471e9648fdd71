import { sha256Hex } from "../../domain/kernel/canonical.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import { randomSecret, type Ids } from "../platform/ids.ts";
import type { Actor } from "../platform/http/route.ts";
import type { SessionStore, StoredSession } from "./session-store.ts";
import type { Tokens } from "./tokens.ts";

/** Absolute lifetime of a session, in days. */
const SESSION_DAYS = 7;
/** For how long the refresh token just replaced still answers: two tabs may refresh at once. */
const GRACE_MS = 10_000;

/** What a sign-in or refresh gives. */
export interface IssuedSession {
  readonly actor: Actor;
  readonly accessToken: string;
  /** Absent when another tab has just rotated: the newer cookie is in place. */
  readonly refreshToken: string | undefined;
}

/** Sign-ins: opened, refreshed with rotation, ended. */
export interface Sessions {
  open(accountId: string): Promise<IssuedSession>;
  /**
   * Rotates the refresh token. One presented twice, after the grace, ends the whole session: it was stolen.
   * @throws {Refusal} session-ended — unknown, expired, ended or reused token
   */
  refresh(refreshToken: string): Promise<IssuedSession>;
  end(sessionId: string): Promise<void>;
  endAll(accountId: string): Promise<void>;
  /** @throws {Refusal} session-ended — the session is over */
  assertLive(actor: Actor): Promise<void>;
}

/** What sessions need. */
export interface SessionDeps {
  readonly store: SessionStore;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
}

const over = (): Refusal => new Refusal("session-ended", "Sign in again.");

/** Sessions over their store. */
export function createSessions(deps: SessionDeps): Sessions {
  const { store, tokens, clock, ids, bus } = deps;
  const announceEnd = (sessionId: string, accountId: string): void =>
    bus.publish({
      type: "session.ended",
      partnershipId: null,
      at: clock.now().toISOString(),
      actorId: accountId,
      subject: { sessionId, accountId },
    });
  const isLive = (session: StoredSession): boolean =>
    session.endedAt === null && session.expiresAt > clock.now();

  return {
    async open(accountId) {
      const at = clock.now();
      const refreshToken = randomSecret();
      const sessionId = ids.next();
      await store.insert({
        _id: sessionId,
        accountId,
        refreshSha256: sha256Hex(refreshToken),
        previousSha256: null,
        rotatedAt: at,
        createdAt: at,
        expiresAt: new Date(at.getTime() + SESSION_DAYS * 86_400_000),
        endedAt: null,
      });
      const actor = { accountId, sessionId };
      return { actor, accessToken: tokens.issue(actor), refreshToken };
    },
    refresh: (refreshToken) => refresh({ ...deps, isLive, announceEnd }, refreshToken),
    async end(sessionId) {
      const session = await store.findById(sessionId);
      if (!session) return;
      await store.end(sessionId, clock.now());
      announceEnd(sessionId, session.accountId);
    },
    async endAll(accountId) {
      const ended = await store.endAll(accountId, clock.now());
      for (const sessionId of ended) announceEnd(sessionId, accountId);
    },
    async assertLive(actor) {
      const session = await store.findById(actor.sessionId);
      if (!session || session.accountId !== actor.accountId || !isLive(session)) throw over();
    },
  };
}

interface RefreshDeps extends SessionDeps {
  isLive(session: StoredSession): boolean;
  announceEnd(sessionId: string, accountId: string): void;
}

async function refresh(deps: RefreshDeps, refreshToken: string): Promise<IssuedSession> {
  const { store, tokens, clock } = deps;
  const sha256 = sha256Hex(refreshToken);
  const session = await store.findByRefresh(sha256);
  if (!session || !deps.isLive(session)) throw over();
  const actor = { accountId: session.accountId, sessionId: session._id };
  const accessToken = tokens.issue(actor);
  const at = clock.now();
  if (session.refreshSha256 === sha256) {
    const next = randomSecret();
    const isFirst = await store.rotate(session._id, { from: sha256, to: sha256Hex(next), at });
    return { actor, accessToken, refreshToken: isFirst ? next : undefined };
  }
  if (at.getTime() - session.rotatedAt.getTime() <= GRACE_MS) {
    return { actor, accessToken, refreshToken: undefined };
  }
  await store.end(session._id, at);
  deps.announceEnd(session._id, session.accountId);
  throw over();
}
