import * as Y from "yjs";
import { MissingDependency, SharedDocument } from "../../../backend/collaboration/document.ts";
import { defaultLimits } from "../../../domain/collaboration/protocol.ts";
import { isRefusal } from "../../../domain/kernel/refusal.ts";
import { sampleFacts, sampleText } from "./editing.ts";

/** A document with the sample agreement. */
export function open(limits = defaultLimits): SharedDocument {
  const { update } = SharedDocument.initialUpdate(sampleText, sampleFacts);
  return new SharedDocument(limits, { updates: [update], owners: new Map() });
}

/** A client's copy of what is on disk. */
export function copyOf(document: SharedDocument): Y.Doc {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, document.since());
  return doc;
}

/** An author who may use any free client id. */
export function by(accountId: string) {
  return { accountId, mayBind: () => true };
}

/** The refusal's code, "gap", or "let in". */
export function verdict(
  document: SharedDocument,
  update: Uint8Array,
  accountId = "mallory",
): string {
  try {
    const edit = document.admit(update, by(accountId));
    if (edit) document.settle(edit.update);
    return "let in";
  } catch (error) {
    if (error instanceof MissingDependency) return "gap";
    if (isRefusal(error)) return error.code;
    throw error;
  }
}
