import { EditorContent, useEditor } from "@tiptap/react";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Session } from "../session.ts";
import { editorExtensions } from "./extensions.ts";
import { newId } from "./new-id.ts";
import type { PaperContext } from "./views.ts";

interface PaperEditorProps {
  readonly session: Session;
  readonly isEditable: boolean;
  readonly openFact: (name: string) => void;
  readonly goTo: (clauseId: string) => void;
  readonly explain: PaperContext["explain"];
  readonly onInsertMenu: (asked: "slash" | "shortcut") => void;
}

/** The paper, alive: the shared text that everybody here writes in. */
export function PaperEditor(props: PaperEditorProps) {
  const { session, isEditable, openFact, goTo, explain, onInsertMenu } = props;
  const { t } = useTranslation("agreements");
  const extensions = useMemo(
    () => [
      ...editorExtensions(
        {
          live: session.live,
          words: t("paper", { returnObjects: true }),
          openFact,
          goTo,
          explain,
        },
        { newId, onState: session.noteState, onInsertMenu },
        t("placeholder", { returnObjects: true }),
      ),
      ...session.draft.extensions,
    ],
    [session, t, openFact, goTo, explain, onInsertMenu],
  );
  const editor = useEditor(
    {
      extensions,
      editable: isEditable,
      editorProps: {
        attributes: {
          class: "paper-text",
          role: "textbox",
          "aria-multiline": "true",
          "aria-label": t("page.paper"),
          spellcheck: "true",
          lang: session.live.get().language,
        },
      },
    },
    [extensions],
  );
  useEffect(() => {
    session.editor.set(editor);
    return () => session.editor.set(null);
  }, [editor, session]);
  useEffect(() => {
    editor.setEditable(isEditable, false);
  }, [editor, isEditable]);
  return <EditorContent editor={editor} className="paper-sheet" />;
}
