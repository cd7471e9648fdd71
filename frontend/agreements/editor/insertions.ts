import type { TFunction } from "i18next";
import type { Node } from "@tiptap/pm/model";
import type { Command } from "@tiptap/pm/state";
import { labelOf } from "../../../domain/templates/model.ts";
import {
  addAnnex,
  addClause,
  addSubClause,
  insertDataTable,
  insertInline,
  insertSignatures,
  insertTable,
  toggleList,
} from "./commands.ts";
import type { LiveText, OutlineEntry } from "./live-text.ts";
import { newId } from "./new-id.ts";
import { shownValue } from "./shown.ts";

/** Something that can be put at the cursor. */
export interface Insertion {
  readonly key: string;
  readonly group: "facts" | "terms" | "references" | "blocks";
  readonly label: string;
  /** What it would show now. */
  readonly note: string;
  readonly command: Command;
}

/** What the menu chooses from. */
export interface InsertionSource {
  readonly now: LiveText;
  readonly doc: Node;
  readonly outline: readonly OutlineEntry[];
  readonly t: TFunction<"agreements">;
  readonly language: "fr" | "en";
}

function facts({ now, language }: InsertionSource): readonly Insertion[] {
  const named = [...Object.entries(now.model.parameters), ...Object.entries(now.model.computed)];
  return named.flatMap(([name, parameter]) => {
    if ("type" in parameter && parameter.type === "list") return [];
    if (!("label" in parameter)) return [];
    const shown = shownValue(name, now);
    return [
      {
        key: `fact ${name}`,
        group: "facts" as const,
        label: labelOf(name, parameter)[language],
        note: shown.isMissing ? "" : shown.text,
        command: insertInline("value", { expr: name }),
      },
    ];
  });
}

/** Every term the text uses or defines, once. */
function termsIn(doc: Node): readonly string[] {
  const names = new Set<string>();
  doc.descendants((node) => {
    if (node.type.name === "term") names.add(String(node.attrs["name"]));
  });
  return [...names].sort((a, b) => a.localeCompare(b));
}

function terms({ doc }: InsertionSource): readonly Insertion[] {
  return termsIn(doc).map((name) => ({
    key: `term ${name}`,
    group: "terms",
    label: name,
    note: "",
    command: insertInline("term", { name, defines: false }),
  }));
}

function references({ outline, t }: InsertionSource): readonly Insertion[] {
  return outline.map(({ id, number, title, kind }) => ({
    key: `ref ${id}`,
    group: "references",
    label: `${kind === "annex" ? t("paper.annex") : t("paper.article")} ${number}`,
    note: title,
    command: insertInline("clauseRef", { target: id }),
  }));
}

function blocks({ now, t, language }: InsertionSource): readonly Insertion[] {
  const plain: readonly [string, string, Command][] = [
    ["clause", t("insert.clause"), addClause(newId())],
    ["sub-clause", t("insert.subClause"), addSubClause(newId())],
    ["annex", t("insert.annex"), addAnnex(newId())],
    ["table", t("insert.table"), insertTable(3, 3)],
    ["bullets", t("insert.bulletList"), toggleList("bulletList")],
    ["numbers", t("insert.orderedList"), toggleList("orderedList")],
    ["signatures", t("insert.signatures"), insertSignatures],
  ];
  const tables = Object.entries(now.model.parameters).flatMap(([name, parameter]) =>
    parameter.type === "list"
      ? [
          [
            `table ${name}`,
            t("insert.dataTable", { name: labelOf(name, parameter)[language] }),
            insertDataTable({
              id: newId(),
              of: name,
              columns: columnsOf(Object.keys(parameter.of)),
            }),
          ] as const,
        ]
      : [],
  );
  return [...plain, ...tables].map(([key, label, command]) => ({
    key,
    group: "blocks",
    label,
    note: "",
    command,
  }));
}

function columnsOf(keys: readonly string[]): string {
  return keys
    .filter((key) => key !== "id")
    .slice(0, 5)
    .join(",");
}

/** Everything that can be inserted, in the order of the menu. */
export function insertionsOf(source: InsertionSource): readonly Insertion[] {
  return [...blocks(source), ...facts(source), ...references(source), ...terms(source)];
}

/** Letters without accents and case, so that "beneficiaire" finds "bénéficiaire". */
export function plainLetters(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

/** The insertions whose label or value contains every word of the query. */
export function findInsertions(all: readonly Insertion[], query: string): readonly Insertion[] {
  const words = plainLetters(query)
    .split(/\s+/u)
    .filter((word) => word !== "");
  return all.filter(({ label, note }) => {
    const text = plainLetters(`${label} ${note}`);
    return words.every((word) => text.includes(word));
  });
}
