import type { EditorState } from "@tiptap/pm/state";
import type { Editor } from "@tiptap/react";
import { check } from "../../domain/agreements/checks.ts";
import type { Finding } from "../../domain/agreements/findings.ts";
import type { Language, TextNode } from "../../domain/kernel/text.ts";
import type { Model } from "../../domain/templates/model.ts";
import type { LiveDraft } from "./draft-port.ts";
import { unitAround } from "./editor/commands.ts";
import {
  idOf,
  outlineOf,
  setUnits,
  titleOf,
  unitsOf,
  type LiveText,
  type OutlineEntry,
} from "./editor/live-text.ts";
import { numbersOf, textJson } from "./editor/shown.ts";
import { createLive, type Live, type LiveCell } from "../platform/live.ts";

const CHECK_AFTER_MS = 350;

/** One open draft with everything that is computed from it while people write. */
export interface Session {
  readonly draft: LiveDraft;
  /** The editor on this draft, once it stands. */
  readonly editor: LiveCell<Editor | null>;
  readonly live: Live<LiveText>;
  readonly outline: Live<readonly OutlineEntry[]>;
  /** Id of the clause the cursor is in; "" outside of clauses. */
  readonly here: Live<string>;
  /** null until the first check has run. */
  readonly findings: Live<readonly Finding[] | null>;
  /** The text as it is now. */
  readonly text: () => TextNode;
  readonly noteState: (state: EditorState, docChanged: boolean) => void;
  readonly close: () => void;
}

/** What a session is made of. */
export interface SessionParts {
  readonly draft: LiveDraft;
  readonly model: Model;
  readonly language: Language;
}

/** Follows a draft: numbers, outline and findings are recomputed when text or facts change. */
export function openSession({ draft, model, language }: SessionParts): Session {
  const live = createLive<LiveText>({
    facts: draft.facts.get(),
    model,
    language,
    numbers: new Map(),
    titles: new Map(),
  });
  const outline = createLive<readonly OutlineEntry[]>([]);
  const here = createLive("");
  const findings = createLive<readonly Finding[] | null>(null);
  let state: EditorState | undefined;
  let frame = 0;
  let checkTimer: ReturnType<typeof setTimeout> | undefined;

  const text = (): TextNode => (state === undefined ? { type: "doc" } : textJson(state.doc));
  const runChecks = (): void => {
    findings.set(check({ text: text(), facts: live.get().facts, model, language }));
  };
  const recompute = (): void => {
    frame = 0;
    if (state === undefined) return;
    const { doc } = state;
    const numbers = numbersOf(textJson(doc), live.get().facts, model);
    setUnits(live, numbers, new Map(unitsOf(doc).map(({ node }) => [idOf(node), titleOf(node)])));
    const next = outlineOf(doc, numbers);
    if (JSON.stringify(next) !== JSON.stringify(outline.get())) outline.set(next);
    clearTimeout(checkTimer);
    checkTimer = setTimeout(runChecks, CHECK_AFTER_MS);
  };
  const recomputeSoon = (): void => {
    if (frame === 0) frame = requestAnimationFrame(recompute);
  };
  const stopFacts = draft.facts.subscribe(() => {
    live.set({ ...live.get(), facts: draft.facts.get() });
    recomputeSoon();
  });

  return {
    draft,
    editor: createLive<Editor | null>(null),
    live,
    outline,
    here,
    findings,
    text,
    noteState: (next, docChanged) => {
      state = next;
      const unit = unitAround(next.selection.$from, next.selection);
      here.set(unit === undefined ? "" : idOf(unit.node));
      if (docChanged) recomputeSoon();
    },
    close: () => {
      stopFacts();
      cancelAnimationFrame(frame);
      clearTimeout(checkTimer);
      draft.close();
    },
  };
}
