import { Collaboration } from "@tiptap/extension-collaboration";
import { CollaborationCaret } from "@tiptap/extension-collaboration-caret";
import { defaultDeleteFilter, defaultProtectedNodes, ySyncPluginKey } from "@tiptap/y-tiptap";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { sharedTypes } from "../../domain/collaboration/protocol.ts";
import type { LiveDraft, Me } from "../agreements/index.tsx";
import { drawCaret, drawSelection } from "./carets.ts";
import { DraftConnection } from "./connection.ts";
import { watchPeople } from "./presence.ts";
import { createSharedFacts, FACTS_ORIGIN } from "./shared-facts.ts";

/** One person's undo covers their own words and their own facts, never those of others. */
function createUndo(text: Y.XmlFragment, facts: Y.Map<unknown>): Y.UndoManager {
  return new Y.UndoManager([text, facts], {
    trackedOrigins: new Set<unknown>([ySyncPluginKey, FACTS_ORIGIN]),
    deleteFilter: (item) => defaultDeleteFilter(item, defaultProtectedNodes),
    captureTransaction: (transaction) => transaction.meta.get("addToHistory") !== false,
  });
}

/** Opens an agreement's draft: its shared text and facts, who is there, and whether it is saved. */
export function openDraft(agreementId: string, me: Me): LiveDraft {
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const text = doc.getXmlFragment(sharedTypes.text);
  const map = doc.getMap<unknown>(sharedTypes.facts);
  const facts = createSharedFacts(map);
  const undoManager = createUndo(text, map);
  const connection = new DraftConnection({ agreementId, doc, awareness });
  const people = watchPeople(awareness);
  return {
    extensions: [
      Collaboration.configure({ fragment: text, yUndoOptions: { undoManager } }),
      CollaborationCaret.configure({
        provider: { awareness },
        user: { name: me.name, color: "#5b6470" },
        render: drawCaret,
        selectionRender: drawSelection,
      }),
    ],
    facts,
    status: connection.status,
    isLoaded: connection.isLoaded,
    people,
    reconnect: connection.retry,
    close: () => {
      people.stop();
      facts.stop();
      connection.close();
      undoManager.destroy();
      doc.destroy();
    },
  };
}
