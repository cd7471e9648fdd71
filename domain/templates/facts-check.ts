import type { Json, JsonObject } from "../kernel/canonical.ts";
import type { InputProblem } from "../kernel/refusal.ts";
import { readDate, readDuration, readRatio } from "./format.ts";
import { isUnfilled, type Facts } from "./facts.ts";
import type { ListParameter, Model, ScalarParameter } from "./model.ts";

/** A problem of submitted facts; `unknown` tells a name the template does not have from a wrong value. */
export interface FactProblem extends InputProblem {
  readonly kind: "unknown" | "invalid" | "missing";
}

/** Most rows that one list of facts may have. */
export const MAX_ROWS = 500;
/** Most characters of a one-line text. */
export const MAX_TEXT_LENGTH = 1_000;
/** Most characters of a long text. */
export const MAX_LONGTEXT_LENGTH = 20_000;

/** Problems of draft facts: every name must be known and every value of its type, but any may be missing. */
export function draftFactsProblems(facts: Facts, model: Model): readonly FactProblem[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const pointer = `/${escapePointer(name)}`;
    const parameter = Object.hasOwn(model.parameters, name) ? model.parameters[name] : undefined;
    if (parameter === undefined) {
      return [{ pointer, detail: "unknown parameter", kind: "unknown" as const }];
    }
    if (value === undefined || value === null) return [];
    return parameter.type === "list"
      ? listProblems(value, parameter, pointer)
      : scalarProblems(value, parameter, pointer);
  });
}

/** Values that the model requires without a condition and that are not there. */
export function missingFacts(facts: Facts, model: Model): readonly FactProblem[] {
  return Object.entries(model.parameters).flatMap(([name, parameter]) => {
    if (parameter.type === "list") return missingRows(facts[name], parameter, name);
    return parameter.required === true && isUnfilled(facts[name]) ? [missing(`/${name}`)] : [];
  });
}

function missingRows(
  value: Json | undefined,
  parameter: ListParameter,
  name: string,
): readonly FactProblem[] {
  const rows: readonly Json[] = Array.isArray(value) ? value : [];
  const least = parameter.min ?? (parameter.required === true ? 1 : 0);
  const few = rows.length < least ? [missing(`/${name}`, `at least ${least} rows`)] : [];
  const columns = Object.entries(parameter.of).filter(([, column]) => column.required === true);
  const cells = rows.flatMap((row, index) =>
    columns
      .filter(([column]) => isRow(row) && isUnfilled(row[column]))
      .map(([column]) => missing(`/${name}/${index}/${column}`)),
  );
  return [...few, ...cells];
}

function missing(pointer: string, detail = "required"): FactProblem {
  return { pointer, detail, kind: "missing" };
}

function listProblems(
  value: Json,
  parameter: ListParameter,
  pointer: string,
): readonly FactProblem[] {
  if (!Array.isArray(value)) return [invalid(pointer, "a list is expected")];
  const most = parameter.max ?? MAX_ROWS;
  if (value.length > most) return [invalid(pointer, `at most ${most} rows`)];
  const rows: readonly Json[] = value;
  return rows.flatMap((row, index) => rowProblems(row, parameter, `${pointer}/${index}`));
}

function rowProblems(row: Json, parameter: ListParameter, pointer: string): readonly FactProblem[] {
  if (!isRow(row)) return [invalid(pointer, "a row is an object")];
  return Object.entries(row).flatMap(([name, value]) => {
    const at = `${pointer}/${escapePointer(name)}`;
    const column = Object.hasOwn(parameter.of, name) ? parameter.of[name] : undefined;
    if (column === undefined) {
      return [{ pointer: at, detail: "unknown column", kind: "unknown" as const }];
    }
    return value === undefined || value === null ? [] : scalarProblems(value, column, at);
  });
}

function scalarProblems(
  value: Json,
  parameter: ScalarParameter,
  pointer: string,
): readonly FactProblem[] {
  const detail = valueFault(value, parameter);
  return detail === undefined ? [] : [invalid(pointer, detail)];
}

const ranges = {
  money: { min: 0, max: Number.MAX_SAFE_INTEGER },
  share: { min: 0, max: 10_000 },
  percent: { min: 0, max: 100_000 },
  score: { min: 1, max: 5 },
  int: { min: 0, max: Number.MAX_SAFE_INTEGER },
  number: { min: -1e12, max: 1e12 },
} as const;

/** What is wrong with one value of a type, as a phrase; undefined if nothing is. */
function valueFault(value: Json, parameter: ScalarParameter): string | undefined {
  if (isNumeric(parameter)) return numberFault(value, parameter);
  if (parameter.type === "bool") {
    return typeof value === "boolean" ? undefined : "true or false is expected";
  }
  if (parameter.type === "enum") {
    return typeof value === "string" && Object.hasOwn(parameter.values, value)
      ? undefined
      : `one of ${Object.keys(parameter.values).join(", ")} is expected`;
  }
  return typeof value === "string" ? textFault(value, parameter) : "a text is expected";
}

type Numeric = Extract<ScalarParameter, { type: keyof typeof ranges }>;

function isNumeric(parameter: ScalarParameter): parameter is Numeric {
  return Object.hasOwn(ranges, parameter.type);
}

function numberFault(value: Json, parameter: Numeric): string | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return "a number is expected";
  if (parameter.type !== "number" && !Number.isSafeInteger(value)) {
    return "a whole number is expected";
  }
  const range = ranges[parameter.type];
  const [min, max] = [parameter.min ?? range.min, parameter.max ?? range.max];
  return value < min || value > max ? `a number from ${min} to ${max} is expected` : undefined;
}

function textFault(value: string, parameter: ScalarParameter): string | undefined {
  const most = parameter.type === "longtext" ? MAX_LONGTEXT_LENGTH : MAX_TEXT_LENGTH;
  if (value.length > most) return `at most ${most} characters`;
  // C0 controls cannot be printed, and NUL breaks more than one reader.
  if (/\p{Cc}/u.test(value.replace(/[\t\n\r]/g, ""))) return "control characters";
  return value === "" ? undefined : formatFault(value, parameter.type);
}

function formatFault(value: string, type: ScalarParameter["type"]): string | undefined {
  if (type === "date") return readDate(value) ? undefined : "a date YYYY-MM-DD is expected";
  if (type === "duration")
    return readDuration(value) ? undefined : "a duration like P36M is expected";
  return type === "ratio" && !readRatio(value) ? "a ratio like 2/3 is expected" : undefined;
}

function invalid(pointer: string, detail: string): FactProblem {
  return { pointer, detail, kind: "invalid" };
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

function isRow(row: Json | undefined): row is JsonObject {
  return typeof row === "object" && row !== null && !Array.isArray(row);
}
