import { z } from "zod";
import type { Presence } from "../../domain/collaboration/protocol.ts";
import type { Clock } from "../platform/clock.ts";
import type { AwarenessEntry } from "./frames.ts";

const id = z.strictObject({ client: z.int().min(0), clock: z.int().min(0) });
const place = z.strictObject({
  type: id.nullish(),
  tname: z.string().max(64).nullish(),
  item: id.nullish(),
  assoc: z.int().optional(),
});

/** All that a client may say about itself: where its cursor is. Who it is, the server says. */
const state = z.object({
  cursor: z.strictObject({ anchor: place, head: place }).nullish().catch(null),
});

/** Who is in one agreement, as every client is told. */
export class PresenceBoard {
  private readonly clock: Clock;
  private readonly present = new Map<number, AwarenessEntry>();
  private readonly clocks = new Map<number, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Everyone who is here now. */
  get entries(): readonly AwarenessEntry[] {
    return [...this.present.values()];
  }

  /** What others are to be told of `clientId`; name, colour and initials are the server's own. */
  show(clientId: number, claimed: unknown, person: Presence): AwarenessEntry {
    const { cursor } = state.safeParse(claimed).data ?? {};
    const { name, initials, partner, color } = person;
    const user = { name, initials, partner, color };
    const shown = { user, ...(cursor ? { cursor } : {}) };
    const entry = { clientId, clock: this.tick(clientId), state: shown };
    this.present.set(clientId, entry);
    return entry;
  }

  /** What others are to be told when `clientId` leaves; undefined if nobody saw it. */
  hide(clientId: number): AwarenessEntry | undefined {
    if (!this.present.delete(clientId)) return undefined;
    return { clientId, clock: this.tick(clientId), state: null };
  }

  /**
   * Clocks are the server's and start at the time of day: a client's own could be set so high that
   * its owner is never seen again, and after a restart peers remember the clocks from before.
   */
  private tick(clientId: number): number {
    const clock = Math.max((this.clocks.get(clientId) ?? 0) + 1, this.clock.now().getTime());
    this.clocks.set(clientId, clock);
    return clock;
  }
}
