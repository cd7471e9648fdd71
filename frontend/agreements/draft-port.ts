import type { AnyExtension } from "@tiptap/core";
import type { Facts } from "../../domain/agreements/facts.ts";
import type { Json, JsonObject } from "../../domain/kernel/canonical.ts";
import type { Live } from "../platform/live.ts";

/**
 * Where a person's edits are. `unsaved` counts edits that the server has not yet confirmed to be
 * on its disk; `since` is the time of the last confirmation, in milliseconds since 1970.
 */
export type DraftStatus =
  | { readonly kind: "connecting"; readonly unsaved: number }
  | { readonly kind: "saved"; readonly since: number | null }
  | { readonly kind: "sending"; readonly unsaved: number }
  | { readonly kind: "stalled"; readonly code: string; readonly unsaved: number }
  | { readonly kind: "offline"; readonly unsaved: number }
  | { readonly kind: "refused"; readonly code: string; readonly unsaved: number }
  | { readonly kind: "closed"; readonly reason: ClosedReason; readonly unsaved: number };

/** Why the server ended the connection for good. */
export type ClosedReason = "refused" | "locked" | "gone" | "not-allowed" | "too-old";

/** Somebody who has the draft open. */
export interface PersonHere {
  readonly key: string;
  readonly name: string;
  readonly initials: string;
  readonly partner: string;
  readonly color: string;
  readonly isMe: boolean;
}

/** The facts everybody sees, and the ways to change them. Rows are addressed by their position now. */
export interface SharedFacts extends Live<Facts> {
  readonly set: (name: string, value: Json | undefined) => void;
  readonly setCell: (
    place: { readonly list: string; readonly row: number; readonly key: string },
    value: Json | undefined,
  ) => void;
  readonly addRow: (list: string, row: JsonObject) => void;
  readonly removeRow: (list: string, row: number) => void;
  readonly moveRow: (list: string, from: number, to: number) => void;
  /** One stable key per row, for lists on screen. */
  readonly rowKeys: (list: string) => readonly string[];
}

/** An open draft: what the editor needs of the collaboration, without knowing how it works. */
export interface LiveDraft {
  readonly extensions: readonly AnyExtension[];
  readonly facts: SharedFacts;
  readonly status: Live<DraftStatus>;
  readonly people: Live<readonly PersonHere[]>;
  /** True once the server's text has arrived at least once. */
  readonly isLoaded: Live<boolean>;
  /** Tries to reach the server now instead of at the next attempt. */
  readonly reconnect: () => void;
  readonly close: () => void;
}

/** Who I am to the others in the draft. */
export interface Me {
  readonly name: string;
  /** Name of the partner this person acts for; "" for none. */
  readonly partner: string;
  /** `#rrggbb`, the partner's colour. */
  readonly color: string;
}

/** Opens the draft of an agreement. */
export type OpenDraft = (agreementId: string, me: Me) => LiveDraft;
