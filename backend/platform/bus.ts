import type { Log } from "./log.ts";

/** Something that has happened; `subject` holds ids, numbers and codes only, never text or personal data. */
export interface DomainEvent {
  /** Past tense, dotted: `agreement.frozen`. The same string on bus, socket and log line. */
  readonly type: string;
  readonly partnershipId: string | null;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly actorId?: string;
  readonly subject: Readonly<Record<string, string | number | boolean | null>>;
}

type Handler = (event: DomainEvent) => void | Promise<void>;

/** Carries news upward, from a feature to those that come after it. */
export interface Bus {
  publish(event: DomainEvent): void;
  /** `prefix` is an event type, or its beginning (`agreement.`), or "" for everything. */
  subscribe(prefix: string, handler: Handler): () => void;
}

/** A bus within the process: handlers run after the publisher's turn, and their faults are logged. */
export function createBus(log: Log): Bus {
  const handlers = new Set<{ prefix: string; handler: Handler }>();
  const deliver = async (handler: Handler, event: DomainEvent): Promise<void> => {
    try {
      await handler(event);
    } catch (error) {
      log.error({ err: error, event: event.type }, "event handler failed");
    }
  };
  return {
    publish(event) {
      log.info(
        { event: event.type, partnershipId: event.partnershipId, ...event.subject },
        "event",
      );
      for (const entry of handlers) {
        if (event.type.startsWith(entry.prefix)) {
          queueMicrotask(() => void deliver(entry.handler, event));
        }
      }
    },
    subscribe(prefix, handler) {
      const entry = { prefix, handler };
      handlers.add(entry);
      return () => handlers.delete(entry);
    },
  };
}
