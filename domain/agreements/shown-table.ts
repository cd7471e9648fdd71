import type { JsonObject } from "../kernel/canonical.ts";
import type { Language } from "../kernel/text.ts";
import { rowsOf, type Facts } from "../templates/facts.ts";
import { findList, labelOf, type Model, type ScalarParameter } from "../templates/model.ts";
import { openScope, type Scope } from "../templates/scope.ts";
import type { ShownTable } from "./version.ts";

/** Which list a data table shows, and how: comma-separated column names; "" means all. */
export interface TableView {
  readonly of: string;
  readonly columns: string;
  readonly total: string | null;
}

/** What a data table is shown with. */
export interface TableInput {
  readonly facts: Facts;
  readonly model: Model;
  readonly language: Language;
}

const numeric = new Set(["money", "share", "percent", "int", "number", "score"]);

/** A data table as printed: labels, rows and totals; a list that the model does not have has no column. */
export function showTable(view: TableView, input: TableInput): ShownTable {
  const list = findList(input.model, view.of);
  if (list === undefined) return { columns: [], rows: [], total: null };
  const scope = openScope(input);
  const keys = columnKeys(view.columns, Object.keys(list.of));
  const columns = keys.map((key) => ({ key, parameter: list.of[key] }));
  const rows = rowsOf(input.facts, view.of);
  return {
    columns: columns.map(({ key, parameter }) => ({
      key,
      label: labelOf(key, parameter)[input.language],
      align: parameter !== undefined && numeric.has(parameter.type) ? "right" : "left",
    })),
    rows: rows.map((row) =>
      columns.map(({ key, parameter }) =>
        parameter === undefined ? "" : cell(key, parameter, { row, scope }),
      ),
    ),
    total: totals(view, columns, { rows, scope }),
  };
}

type Column = { readonly key: string; readonly parameter: ScalarParameter | undefined };

function columnKeys(given: string, all: readonly string[]): readonly string[] {
  const keys = split(given);
  return keys.length === 0 ? all : keys.filter((key) => all.includes(key));
}

function split(names: string | null): readonly string[] {
  return (names ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

function cell(
  key: string,
  parameter: ScalarParameter,
  { row, scope }: { row: JsonObject; scope: Scope },
): string {
  const expression = "computed" in parameter ? parameter.computed : undefined;
  if (expression === undefined) return scope.showTyped(row[key], parameter);
  const result = scope.evaluate(expression, row);
  return result.ok && typeof result.value === "bigint"
    ? scope.showTyped(Number(result.value), parameter)
    : "";
}

function totals(
  view: TableView,
  columns: readonly Column[],
  { rows, scope }: { rows: readonly JsonObject[]; scope: Scope },
): readonly string[] | null {
  const summed = split(view.total);
  if (!columns.some(({ key }) => summed.includes(key))) return null;
  return columns.map(({ key, parameter }, index) => {
    if (parameter !== undefined && summed.includes(key)) {
      return scope.showTyped(sumOf(rows, key), parameter);
    }
    return index === 0 ? "Total" : "";
  });
}

function sumOf(rows: readonly JsonObject[], key: string): number {
  return rows.reduce((sum, row) => {
    const value = row[key];
    return sum + (typeof value === "number" ? value : 0);
  }, 0);
}
