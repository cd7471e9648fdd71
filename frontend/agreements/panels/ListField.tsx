import { Accordion, ActionIcon, Button, Group } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Json, JsonObject } from "../../../domain/kernel/canonical.ts";
import type { Language } from "../../../domain/kernel/text.ts";
import { isUnfilled, rowsOf } from "../../../domain/templates/facts.ts";
import { labelOf, type ListParameter } from "../../../domain/templates/model.ts";
import { currencyOf, openScope } from "../../../domain/templates/scope.ts";
import type { SharedFacts } from "../draft-port.ts";
import type { LiveText } from "../editor/live-text.ts";
import { newId } from "../editor/new-id.ts";
import { FactField } from "./FactField.tsx";

interface ListFieldProps {
  readonly name: string;
  readonly list: ListParameter;
  readonly shared: SharedFacts;
  readonly now: LiveText;
  readonly isReadOnly: boolean;
  /** Row to show open, when somebody came for it. */
  readonly openRow: number | undefined;
}

function useLanguage(): Language {
  return useTranslation().i18n.language === "en" ? "en" : "fr";
}

const telling = new Set(["text", "ref", "enum", "date", "money", "share", "percent"]);

/** What a row is called in its heading: its first filled columns, as the text would print them. */
function headingOf(row: JsonObject, list: ListParameter, now: LiveText): string {
  const scope = openScope(now);
  return Object.entries(list.of)
    .filter(([key, column]) => key !== "id" && telling.has(column.type))
    .map(([key, column]) => scope.showTyped(row[key], column))
    .filter((text) => text !== "")
    .slice(0, 2)
    .join(" · ");
}

/** A new row: the columns' defaults, and an id where rows are referred to by one. */
function newRow(list: ListParameter): JsonObject {
  const entries = Object.entries(list.of).flatMap(([key, column]): [string, Json][] => {
    if (key === "id") return [[key, newId()]];
    return column.default === undefined ? [] : [[key, column.default]];
  });
  return Object.fromEntries(entries);
}

/** A list of the facts form: rows that open one at a time, added, removed and put in order. */
export function ListField(props: ListFieldProps) {
  const { name, list, shared, now, isReadOnly, openRow } = props;
  const { t } = useTranslation("agreements");
  const language = useLanguage();
  const rows = rowsOf(now.facts, name);
  const keys = shared.rowKeys(name);
  const keyAt = (index: number): string => keys[index] ?? `row-at-${String(index)}`;
  const [opened, setOpened] = useState<string | null>(null);
  const [asked, setAsked] = useState<number | undefined>(undefined);
  if (asked !== openRow) {
    setAsked(openRow);
    if (openRow !== undefined) setOpened(keyAt(openRow));
  }
  const label = labelOf(name, list)[language];
  return (
    <section className="fact-list" id={`fact-${name}`} aria-label={label} tabIndex={-1}>
      <p className="fact-list__title">{label}</p>
      {list.help !== undefined && <p className="fact-list__help">{list.help[language]}</p>}
      {rows.length === 0 && <p className="fact-list__help">{t("facts.noRows")}</p>}
      <Accordion value={opened} onChange={setOpened} variant="contained" chevronPosition="left">
        {rows.map((row, index) => (
          <Accordion.Item key={keyAt(index)} value={keyAt(index)}>
            <Accordion.Control>
              {headingOf(row, list, now) || t("facts.row", { number: index + 1 })}
            </Accordion.Control>
            <Accordion.Panel>
              {opened === keyAt(index) && <RowFields {...props} row={row} index={index} />}
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      {!isReadOnly && rows.length < (list.max ?? 500) && (
        <Button
          variant="default"
          size="sm"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => {
            shared.addRow(name, newRow(list));
            setOpened(shared.rowKeys(name).at(-1) ?? null);
          }}
        >
          {t("facts.addRow")}
        </Button>
      )}
    </section>
  );
}

function RowFields(props: ListFieldProps & { row: JsonObject; index: number }) {
  const { name, list, shared, now, isReadOnly, row, index } = props;
  const language = useLanguage();
  return (
    <div className="fact-row">
      {Object.entries(list.of)
        .filter(([key]) => key !== "id")
        .map(([key, column]) =>
          "computed" in column && column.computed !== undefined ? null : (
            <FactField
              key={key}
              id={`fact-${name}-${String(index)}-${key}`}
              label={labelOf(key, column)[language]}
              help={column.help?.[language]}
              parameter={column}
              value={row[key]}
              currency={currencyOf(now.facts)}
              choices={column.type === "ref" ? now.facts[column.to] : undefined}
              isMissing={column.required === true && isUnfilled(row[key])}
              isReadOnly={isReadOnly}
              onChange={(value) => shared.setCell({ list: name, row: index, key }, value)}
            />
          ),
        )}
      {!isReadOnly && <RowActions {...props} />}
    </div>
  );
}

function RowActions({ name, shared, now, index }: ListFieldProps & { index: number }) {
  const { t } = useTranslation("agreements");
  const last = rowsOf(now.facts, name).length - 1;
  return (
    <Group gap="xs" justify="flex-end">
      <ActionIcon
        variant="subtle"
        size={36}
        disabled={index === 0}
        aria-label={t("facts.moveRowUp")}
        title={t("facts.moveRowUp")}
        onClick={() => shared.moveRow(name, index, index - 1)}
      >
        <IconArrowUp size={18} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        size={36}
        disabled={index === last}
        aria-label={t("facts.moveRowDown")}
        title={t("facts.moveRowDown")}
        onClick={() => shared.moveRow(name, index, index + 1)}
      >
        <IconArrowDown size={18} aria-hidden />
      </ActionIcon>
      <Button
        variant="subtle"
        color="red"
        size="compact-sm"
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={() => shared.removeRow(name, index)}
      >
        {t("facts.removeRow")}
      </Button>
    </Group>
  );
}
