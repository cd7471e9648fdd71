import { Combobox, Modal, TextInput, useCombobox } from "@mantine/core";
import type { Editor } from "@tiptap/react";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Session } from "../session.ts";
import { insertInline } from "./commands.ts";
import { findInsertions, insertionsOf, type Insertion } from "./insertions.ts";

interface InsertMenuProps {
  readonly editor: Editor;
  readonly session: Session;
  /** How it was asked for; after "/" an Escape leaves the slash in the text. */
  readonly asked: "slash" | "shortcut";
  readonly onClose: () => void;
}

const groups = ["blocks", "facts", "references", "terms"] as const;

/** What the query finds, and the offer to define it as a term. */
function useFound({ editor, session }: InsertMenuProps, query: string): readonly Insertion[] {
  const { t, i18n } = useTranslation("agreements");
  const all = useMemo(
    () =>
      insertionsOf({
        now: session.live.get(),
        doc: editor.state.doc,
        outline: session.outline.get(),
        t,
        language: i18n.language === "en" ? "en" : "fr",
      }),
    [session, editor, t, i18n.language],
  );
  return useMemo(() => {
    const name = query.trim();
    const found = findInsertions(all, query);
    if (name.length < 2) return found;
    const define = insertInline("term", { name, defines: true });
    const label = t("insert.defineTerm", { name });
    return [...found, { key: "define", group: "terms", label, note: "", command: define }];
  }, [all, query, t]);
}

/** Puts the focus back in the text, then acts there: a dialog that closes takes the focus once more. */
function inText(editor: Editor, act: () => void): void {
  requestAnimationFrame(() => {
    editor.view.focus();
    act();
  });
}

/** Chooses what to put at the cursor: a fact, a term, a reference, an element. Typing narrows the list. */
export function InsertMenu(props: InsertMenuProps) {
  const { editor, asked, onClose } = props;
  const { t } = useTranslation("agreements");
  const [query, setQuery] = useState("");
  const found = useFound(props, query);
  const use = (key: string): void => {
    const chosen = found.find((one) => one.key === key);
    onClose();
    inText(editor, () => chosen?.command(editor.state, editor.view.dispatch, editor.view));
  };
  const leave = (typed = "/"): void => {
    onClose();
    inText(editor, () => {
      if (asked === "slash" && query === "")
        editor.view.dispatch(editor.state.tr.insertText(typed));
    });
  };
  // The list is always open: closing it, by Escape, closes the dialog.
  const combobox = useCombobox({ opened: true, onDropdownClose: () => leave() });
  const { selectFirstOption } = combobox;
  useEffect(() => {
    if (found.length > 0) selectFirstOption();
  }, [found, selectFirstOption]);
  return (
    <Modal.Root opened onClose={() => leave()} size="md" yOffset="12vh" returnFocus={false}>
      <Modal.Overlay backgroundOpacity={0.2} />
      <Modal.Content radius="md" aria-label={t("insert.title")}>
        <Modal.Body p="md">
          <Combobox store={combobox} onOptionSubmit={use}>
            <Combobox.EventsTarget withExpandedAttribute>
              <TextInput
                data-autofocus
                value={query}
                placeholder={t("insert.search")}
                aria-label={t("insert.search")}
                description={t("insert.hint")}
                onChange={(event) => setQuery(event.currentTarget.value)}
                onKeyDown={(event) => {
                  if (event.key !== " " || query !== "" || asked !== "slash") return;
                  event.preventDefault();
                  leave();
                }}
              />
            </Combobox.EventsTarget>
            <Found found={found} />
          </Combobox>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Found({ found }: { readonly found: readonly Insertion[] }) {
  const { t } = useTranslation("agreements");
  return (
    <Combobox.Options className="insert-list" aria-label={t("insert.title")}>
      {found.length === 0 && <Combobox.Empty>{t("insert.nothing")}</Combobox.Empty>}
      {groups.map((group) => {
        const members = found.filter((one) => one.group === group);
        if (members.length === 0) return null;
        return (
          <Combobox.Group key={group} label={t(`insert.${group}`)}>
            {members.map(({ key, label, note }) => (
              <Combobox.Option key={key} value={key} className="insert-list__option">
                <span>{label}</span>
                <span className="insert-list__note">{note}</span>
              </Combobox.Option>
            ))}
          </Combobox.Group>
        );
      })}
    </Combobox.Options>
  );
}
