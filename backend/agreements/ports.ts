import type { Facts } from "../../domain/agreements/facts.ts";
import type { TextNode } from "../../domain/agreements/schema.ts";

/** The live text and facts of an agreement. `revision` is SHA-256 over the canonical {text, facts}. */
export interface Draft {
  readonly text: TextNode;
  readonly facts: Facts;
  readonly revision: string;
}

/** Where drafts live; collaboration implements it, so that open editors see every change. */
export interface DraftPort {
  /** Stores a new draft durably; it must not exist. */
  create(agreementId: string, content: { text: TextNode; facts: Facts }): Promise<void>;
  /** @throws {Refusal} not-found */
  read(agreementId: string): Promise<Draft>;
  /**
   * Replaces all facts as a forward change, durably.
   * @throws {Refusal} stale-write — the draft is no longer at `expectedRevision`
   */
  replaceFacts(
    agreementId: string,
    facts: Facts,
    expectedRevision: string,
  ): Promise<{ revision: string }>;
  /** Closes the draft to every writer, or opens it; returns once no update accepted before is in flight. */
  setWritable(agreementId: string, isWritable: boolean): Promise<void>;
}
