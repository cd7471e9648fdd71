import type { Draft, DraftPort } from "../agreements/index.ts";
import type { TextNode } from "../../domain/agreements/schema.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Clock } from "../platform/clock.ts";
import { SharedDocument } from "./document.ts";
import { serverAuthor, type Rooms } from "./rooms.ts";
import { NO_HASH, NotOwner, recordHash, type CollaborationStore } from "./store.ts";

/** The drafts as other features see them, with the text's own replacement beside. */
export interface Drafts extends DraftPort {
  /**
   * Makes the text say `text`, as a forward change that open editors follow.
   * @throws {Refusal} stale-write, agreement-frozen, update-invalid
   */
  replaceText(
    agreementId: string,
    text: TextNode,
    expectedRevision: string,
  ): Promise<{ revision: string }>;
}

/** Drafts over the rooms: a live one is changed where it lives, so that open editors see it. */
export function createDrafts(parts: {
  readonly rooms: Rooms;
  readonly store: CollaborationStore;
  readonly clock: Clock;
}): Drafts {
  const { rooms, store, clock } = parts;
  const replace = (
    agreementId: string,
    next: Partial<Pick<Draft, "text" | "facts">>,
    expectedRevision: string,
  ): Promise<{ revision: string }> =>
    rooms.within(agreementId, async (room) => {
      await room.edit(next, serverAuthor, expectedRevision);
      return { revision: (await room.read()).revision };
    });
  return {
    async create(agreementId, { text, facts }) {
      const edit = SharedDocument.initialUpdate(text, facts);
      const at = clock.now();
      const first = { ...edit, ...serverAuthor, docId: agreementId, seq: 1, at, prevHash: NO_HASH };
      try {
        await store.append([{ ...first, hash: recordHash(first) }]);
      } catch (error) {
        if (error instanceof NotOwner) throw new Refusal("conflict", "The draft exists already.");
        throw error;
      }
    },
    read: (agreementId) => rooms.within(agreementId, (room) => room.read()),
    replaceFacts: (agreementId, facts, revision) => replace(agreementId, { facts }, revision),
    replaceText: (agreementId, text, revision) => replace(agreementId, { text }, revision),
    setWritable: (agreementId, isWritable) =>
      rooms.within(agreementId, async (room) => {
        if (!isWritable) room.isWritable = false;
        await room.settled();
        await store.setWritable(agreementId, isWritable);
        room.isWritable = isWritable;
      }),
  };
}
