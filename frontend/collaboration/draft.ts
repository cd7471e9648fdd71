import { Extension } from "@tiptap/core";
import { Collaboration } from "@tiptap/extension-collaboration";
import { CollaborationCaret } from "@tiptap/extension-collaboration-caret";
import { yUndoPluginKey } from "@tiptap/y-tiptap";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { sharedTypes } from "../../domain/collaboration/protocol.ts";
import type { LiveDraft, Me } from "../agreements/index.tsx";
import { drawCaret, drawSelection } from "./carets.ts";
import { DraftConnection } from "./connection.ts";
import { watchPeople } from "./presence.ts";
import { createSharedFacts, FACTS_ORIGIN } from "./shared-facts.ts";

/** One person's undo covers their own facts as well as their own words, never those of others. */
function undoFactsToo(facts: Y.Map<unknown>): Extension {
  return Extension.create({
    name: "undoFacts",
    onCreate() {
      const undo: unknown = yUndoPluginKey.getState(this.editor.state)?.undoManager;
      if (undo instanceof Y.UndoManager) undo.addToScope(facts);
    },
  });
}

/** Opens an agreement's draft: its shared text and facts, who is there, and whether it is saved. */
export function openDraft(agreementId: string, me: Me): LiveDraft {
  const doc = new Y.Doc();
  const awareness = new Awareness(doc);
  const text = doc.getXmlFragment(sharedTypes.text);
  const map = doc.getMap<unknown>(sharedTypes.facts);
  const facts = createSharedFacts(map);
  const connection = new DraftConnection({ agreementId, doc, awareness });
  const people = watchPeople(awareness);
  return {
    extensions: [
      Collaboration.configure({ fragment: text, yUndoOptions: { trackedOrigins: [FACTS_ORIGIN] } }),
      undoFactsToo(map),
      CollaborationCaret.configure({
        provider: { awareness },
        user: { ...me },
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
      doc.destroy();
    },
  };
}
