import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowDown,
  IconArrowForwardUp,
  IconArrowUp,
  IconBold,
  IconChevronDown,
  IconIndentDecrease,
  IconIndentIncrease,
  IconItalic,
  IconList,
  IconListNumbers,
  IconPlus,
  IconTable,
  IconTrash,
} from "@tabler/icons-react";
import type { Command } from "@tiptap/pm/state";
import {
  addColumnAfter,
  addRowAfter,
  deleteColumn,
  deleteRow,
  deleteTable,
  isInTable,
} from "@tiptap/pm/tables";
import { useEditorState, type Editor } from "@tiptap/react";
import type { ComponentType, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import {
  addAnnex,
  addClause,
  addSubClause,
  deleteUnit,
  liftClause,
  moveUnit,
  nestClause,
  toggleList,
} from "./commands.ts";
import { newId } from "./new-id.ts";

interface ToolbarProps {
  readonly editor: Editor;
  readonly onInsertMenu: () => void;
  /** What stands at the end of the bar. */
  readonly children?: ReactNode;
}

type Icon = ComponentType<{ size?: number; "aria-hidden"?: boolean }>;

/** Whether a command would do something now. */
function may(editor: Editor, command: Command): boolean {
  return command(editor.state);
}

/** Runs a command and gives the focus back to the text. */
function act(editor: Editor, command: Command): void {
  command(editor.state, editor.view.dispatch, editor.view);
  editor.view.focus();
}

function useStateOf(editor: Editor) {
  return useEditorState({
    editor,
    selector: ({ editor }) => ({
      isBold: editor.isActive("bold"),
      isItalic: editor.isActive("italic"),
      isBulleted: editor.isActive("bulletList"),
      isNumbered: editor.isActive("orderedList"),
      isInTable: isInTable(editor.state),
      mayUndo: editor.can().undo(),
      mayRedo: editor.can().redo(),
      mayUp: may(editor, moveUnit(-1)),
      mayDown: may(editor, moveUnit(1)),
      mayNest: may(editor, nestClause),
      mayLift: may(editor, liftClause),
      mayDelete: may(editor, deleteUnit),
      maySub: may(editor, addSubClause("")),
    }),
  });
}

/** Formatting, articles, tables, insertion and undo. */
export function Toolbar({ editor, onInsertMenu, children }: ToolbarProps) {
  const { t } = useTranslation("agreements");
  const now = useStateOf(editor);
  return (
    <div className="toolbar" role="toolbar" aria-label={t("toolbar.label")}>
      <Tool
        icon={IconArrowBackUp}
        label={t("toolbar.undo")}
        keys="Ctrl+Z"
        isDisabled={!now.mayUndo}
        onUse={() => editor.chain().focus().undo().run()}
      />
      <Tool
        icon={IconArrowForwardUp}
        label={t("toolbar.redo")}
        keys="Ctrl+Y"
        isDisabled={!now.mayRedo}
        onUse={() => editor.chain().focus().redo().run()}
      />
      <span className="toolbar__gap" />
      <StyleTools editor={editor} now={now} />
      <span className="toolbar__gap" />
      <ClauseMenu editor={editor} now={now} />
      {now.isInTable && <TableMenu editor={editor} />}
      <Button
        variant="subtle"
        size="sm"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={onInsertMenu}
      >
        {t("toolbar.insert")}
      </Button>
      {children}
    </div>
  );
}

function StyleTools({ editor, now }: ClauseMenuProps) {
  const { t } = useTranslation("agreements");
  return (
    <>
      <Tool
        icon={IconBold}
        label={t("toolbar.bold")}
        keys="Ctrl+B"
        isOn={now.isBold}
        onUse={() => editor.chain().focus().toggleMark("bold").run()}
      />
      <Tool
        icon={IconItalic}
        label={t("toolbar.italic")}
        keys="Ctrl+I"
        isOn={now.isItalic}
        onUse={() => editor.chain().focus().toggleMark("italic").run()}
      />
      <Tool
        icon={IconList}
        label={t("toolbar.bulletList")}
        keys="Ctrl+Shift+8"
        isOn={now.isBulleted}
        onUse={() => act(editor, toggleList("bulletList"))}
      />
      <Tool
        icon={IconListNumbers}
        label={t("toolbar.orderedList")}
        keys="Ctrl+Shift+7"
        isOn={now.isNumbered}
        onUse={() => act(editor, toggleList("orderedList"))}
      />
    </>
  );
}

interface ToolProps {
  readonly icon: Icon;
  readonly label: string;
  readonly keys: string;
  readonly isOn?: boolean;
  readonly isDisabled?: boolean;
  readonly onUse: () => void;
}

function Tool({ icon: Icon, label, keys, isOn, isDisabled = false, onUse }: ToolProps) {
  return (
    <Tooltip label={`${label} (${keys})`}>
      <ActionIcon
        variant={isOn === true ? "light" : "subtle"}
        size={36}
        aria-label={label}
        {...(isOn === undefined ? {} : { "aria-pressed": isOn })}
        disabled={isDisabled}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onUse}
      >
        <Icon size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

interface ClauseMenuProps {
  readonly editor: Editor;
  readonly now: ReturnType<typeof useStateOf>;
}

function ClauseMenu({ editor, now }: ClauseMenuProps) {
  const { t } = useTranslation("agreements");
  const item = (icon: ReactNode, label: string, command: () => Command, isOpen = true) => (
    <Menu.Item leftSection={icon} disabled={!isOpen} onClick={() => act(editor, command())}>
      {label}
    </Menu.Item>
  );
  const size = { size: 16, "aria-hidden": true };
  return (
    <Menu position="bottom-start" returnFocus={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="subtle" size="sm" rightSection={<IconChevronDown {...size} />}>
          {t("toolbar.clause")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {item(<IconPlus {...size} />, t("toolbar.addClause"), () => addClause(newId()))}
        {item(
          <IconPlus {...size} />,
          t("toolbar.addSubClause"),
          () => addSubClause(newId()),
          now.maySub,
        )}
        {item(<IconPlus {...size} />, t("toolbar.addAnnex"), () => addAnnex(newId()))}
        <Menu.Divider />
        {item(<IconArrowUp {...size} />, t("toolbar.moveUp"), () => moveUnit(-1), now.mayUp)}
        {item(<IconArrowDown {...size} />, t("toolbar.moveDown"), () => moveUnit(1), now.mayDown)}
        {item(<IconIndentIncrease {...size} />, t("toolbar.nest"), () => nestClause, now.mayNest)}
        {item(<IconIndentDecrease {...size} />, t("toolbar.lift"), () => liftClause, now.mayLift)}
        <Menu.Divider />
        {item(<IconTrash {...size} />, t("toolbar.deleteUnit"), () => deleteUnit, now.mayDelete)}
      </Menu.Dropdown>
    </Menu>
  );
}

function TableMenu({ editor }: { readonly editor: Editor }) {
  const { t } = useTranslation("agreements");
  const items: readonly [string, Command][] = [
    [t("toolbar.tableRowAfter"), addRowAfter],
    [t("toolbar.tableColumnAfter"), addColumnAfter],
    [t("toolbar.tableRowDelete"), deleteRow],
    [t("toolbar.tableColumnDelete"), deleteColumn],
    [t("toolbar.tableDelete"), deleteTable],
  ];
  return (
    <Menu position="bottom-start" returnFocus={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="subtle" size="sm" leftSection={<IconTable size={16} aria-hidden />}>
          {t("toolbar.table")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {items.map(([label, command]) => (
          <Menu.Item key={label} onClick={() => act(editor, command)}>
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
