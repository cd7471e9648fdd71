import { canonicalJson, sha256Hex } from "../../../domain/kernel/canonical.ts";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import type { Clock } from "../clock.ts";

/** A remembered answer. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Where answers are remembered; `reserve` is atomic on the key. */
export interface IdempotencyStore {
  /** Takes the key, or returns what is known under it. */
  reserve(entry: {
    key: string;
    requestSha256: string;
    at: Date;
  }): Promise<{ taken: true } | { taken: false; requestSha256: string; answer: Answer | null }>;
  complete(key: string, answer: Answer): Promise<void>;
  release(key: string): Promise<void>;
}

/** Makes a write that is sent twice happen once (header `Idempotency-Key`). */
export interface Idempotency {
  /**
   * @throws {Refusal} conflict — the key was used for another request, or the first one still runs
   */
  once(request: { scope: string; request: unknown }, act: () => Promise<Answer>): Promise<Answer>;
}

/** Idempotency over a durable store; a failed act frees its key. */
export function createIdempotency(store: IdempotencyStore, clock: Clock): Idempotency {
  return {
    async once({ scope, request }, act) {
      const key = sha256Hex(scope);
      // Hashed with the key, which is not stored: a password in the body cannot be guessed from disk.
      const requestSha256 = sha256Hex(`${scope}\n${canonicalJson(request ?? null)}`);
      const found = await store.reserve({ key, requestSha256, at: clock.now() });
      if (!found.taken) return replay(found, requestSha256);
      try {
        const answer = await act();
        await store.complete(key, answer);
        return answer;
      } catch (error) {
        await store.release(key);
        throw error;
      }
    },
  };
}

function replay(
  found: { requestSha256: string; answer: Answer | null },
  requestSha256: string,
): Answer {
  if (found.requestSha256 !== requestSha256) {
    throw new Refusal("conflict", "This Idempotency-Key was used for another request.");
  }
  if (!found.answer) throw new Refusal("conflict", "The first request with this key still runs.");
  return found.answer;
}
