import { closeCode, type CloseCode, type Presence } from "../../domain/collaboration/protocol.ts";
import { isRefusal } from "../../domain/kernel/refusal.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";

/** Who is asking: an account in one of its sessions. */
export interface Actor {
  readonly accountId: string;
  readonly sessionId: string;
}

/** What a person may do to an agreement's draft, and how others see them. */
export interface AccessLevel extends Presence {
  readonly level: "write" | "read" | "none" | "gone";
}

/** Asked at the upgrade and again for every frame; the answer may be kept for up to two seconds. */
export interface CollaborationAccess {
  /** @throws {Refusal} session-ended, not-authenticated, not-allowed, not-found, gone */
  levelOf(actor: Actor, agreementId: string): Promise<AccessLevel>;
}

/** A person may be here, or the socket is to be closed with a code and a reason. */
export type Admission =
  | { readonly isIn: true; readonly access: AccessLevel }
  | { readonly isIn: false; readonly close: CloseCode; readonly reason: string };

const events = ["membership.", "member.", "session.", "account.", "partner.", "agreement."];

/** Remembers answers for a moment, and forgets them all when something that may change one happens. */
export class AccessGate {
  private readonly access: CollaborationAccess;
  private readonly clock: Clock;
  private readonly cacheMs: number;
  private readonly known = new Map<
    string,
    { readonly until: number; readonly admission: Admission }
  >();
  private readonly unsubscribe: readonly (() => void)[];
  private generation = 0;

  constructor(parts: {
    readonly access: CollaborationAccess;
    readonly clock: Clock;
    readonly cacheMs: number;
    readonly bus: Bus;
    /** Called after something happened that may have taken a permission away. */
    readonly changed: () => void;
  }) {
    this.access = parts.access;
    this.clock = parts.clock;
    this.cacheMs = parts.cacheMs;
    const forget = (): void => {
      this.generation += 1;
      this.known.clear();
      parts.changed();
    };
    this.unsubscribe = events.map((prefix) => parts.bus.subscribe(prefix, forget));
  }

  /** The answer, if it is known and fresh. */
  recall(actor: Actor, agreementId: string): Admission | undefined {
    const entry = this.known.get(keyOf(actor, agreementId));
    return entry && entry.until > this.clock.now().getTime() ? entry.admission : undefined;
  }

  /** The answer, asked for if need be. Never throws a refusal: a refusal is an answer. */
  async ask(actor: Actor, agreementId: string): Promise<Admission> {
    const recalled = this.recall(actor, agreementId);
    if (recalled) return recalled;
    const { generation } = this;
    const admission = await this.decide(actor, agreementId);
    if (generation === this.generation) {
      const until = this.clock.now().getTime() + this.cacheMs;
      this.known.set(keyOf(actor, agreementId), { until, admission });
    }
    return admission;
  }

  /** Drops stale answers. */
  sweep(): void {
    const now = this.clock.now().getTime();
    for (const [key, entry] of this.known) if (entry.until <= now) this.known.delete(key);
  }

  close(): void {
    for (const unsubscribe of this.unsubscribe) unsubscribe();
  }

  private async decide(actor: Actor, agreementId: string): Promise<Admission> {
    try {
      const access = await this.access.levelOf(actor, agreementId);
      if (access.level === "gone") return closed(closeCode.gone, "gone");
      if (access.level === "none") return closed(closeCode.notAllowed, "not-allowed");
      return { isIn: true, access };
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (error.code === "gone") return closed(closeCode.gone, error.code);
      const isUnknown = error.code === "session-ended" || error.code === "not-authenticated";
      return closed(isUnknown ? closeCode.notAuthenticated : closeCode.notAllowed, error.code);
    }
  }
}

function closed(close: CloseCode, reason: string): Admission {
  return { isIn: false, close, reason };
}

function keyOf(actor: Actor, agreementId: string): string {
  return `${actor.accountId}\n${actor.sessionId}\n${agreementId}`;
}
