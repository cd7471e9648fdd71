import { Kbd, Table } from "@mantine/core";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../ui/Dialog.tsx";

interface ShortcutsProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** The list of shortcuts, under `?`. */
export function Shortcuts({ isOpen, onClose }: ShortcutsProps) {
  const { t } = useTranslation(["common", "agreements"]);
  const rows: readonly (readonly [readonly string[], string])[] = [
    [["Ctrl K"], t("shortcuts.commands")],
    [["?"], t("shortcuts.help")],
    [["G", "P"], t("shortcuts.home")],
    [["G", "A"], t("shortcuts.archive")],
    [["G", "V"], t("shortcuts.verify")],
    [["Esc"], t("shortcuts.close")],
    [["Ctrl /"], t("agreements:insert.keys")],
    [["Ctrl ↵"], t("agreements:toolbar.addClause")],
    [["Ctrl ⇧ ↵"], t("agreements:toolbar.addSubClause")],
    [["Alt ↑"], t("agreements:toolbar.moveUp")],
    [["Alt ↓"], t("agreements:toolbar.moveDown")],
    [["Tab"], t("agreements:toolbar.nestKeys")],
    [["Ctrl Z"], t("agreements:toolbar.undo")],
  ];
  return (
    <Dialog size="md" isOpen={isOpen} onClose={onClose} title={t("shortcuts.title")}>
      <Table verticalSpacing="sm">
        <Table.Tbody>
          {rows.map(([keys, words]) => (
            <Table.Tr key={words}>
              <Table.Td w={140}>
                {keys.map((key, index) => (
                  <Fragment key={key}>
                    {index > 0 && ` ${t("shortcuts.andThen")} `}
                    <Kbd>{key}</Kbd>
                  </Fragment>
                ))}
              </Table.Td>
              <Table.Td>{words}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Dialog>
  );
}
