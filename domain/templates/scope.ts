import { Environment } from "@marcbachmann/cel-js";
import type { Json } from "../kernel/canonical.ts";
import type { Language } from "../kernel/text.ts";
import {
  MAX_EXPRESSION_LENGTH,
  MAX_TEXT_EXPRESSION_STEPS,
  namesRead,
  parseExpression,
  stepsOf,
} from "./expressions.ts";
import { isUnfilled, rowsOf, type Facts } from "./facts.ts";
import { registerFunctions } from "./functions.ts";
import {
  showBool,
  showDate,
  showDuration,
  showInteger,
  showList,
  showMoney,
  showNumber,
  showRatio,
  showShare,
} from "./format.ts";
import { labelOf, type Model, type Parameter, type ScalarParameter } from "./model.ts";

/** Where expressions are evaluated: facts, the model that types them, and the language of the text. */
export interface ScopeInput {
  readonly facts: Facts;
  readonly model: Model;
  readonly language: Language;
}

/** The value of an expression, or that it has none yet (a fact is missing, or the text is wrong). */
export type Evaluated = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** Evaluates expressions over one state of the facts; never throws. */
export interface Scope {
  readonly input: ScopeInput;
  /** CEL over the facts, of the model's own: whole numbers are BigInt. `row` is bound when given. */
  evaluate(expression: string, row?: Facts): Evaluated;
  /** The same for an expression that people wrote in a text: a costly one has no value. */
  evaluateText(expression: string): Evaluated;
  /** The printed value; `[label]` while a fact is missing, `[?]` if the expression is wrong. */
  show(expression: string): string;
  /** Whether a value can be printed in full. */
  isComplete(expression: string): boolean;
  /** The printed value of a fact, column or computed value of a known type. */
  showTyped(value: Json | undefined, parameter: ScalarParameter): string;
}

const opened = new WeakMap<Facts, Map<string, { model: Model; scope: Scope }>>();

/** The scope of these facts; kept while the same facts object lives, since opening one is the cost. */
export function openScope(input: ScopeInput): Scope {
  const known = opened.get(input.facts) ?? new Map<string, { model: Model; scope: Scope }>();
  opened.set(input.facts, known);
  const found = known.get(input.language);
  if (found !== undefined && found.model === input.model) return found.scope;
  const scope = createScope(input);
  known.set(input.language, { model: input.model, scope });
  return scope;
}

function createScope(input: ScopeInput): Scope {
  const { model, language } = input;
  const environment = createEnvironment(input);
  const context = contextOf(input);
  const evaluate = (expression: string, row?: Facts): Evaluated =>
    run(environment, expression, row === undefined ? context : { ...context, row: plain(row) });
  for (const [name, { expr }] of Object.entries(model.computed)) {
    const result = evaluate(expr);
    if (result.ok) context[name] = result.value;
  }
  const evaluateText = bounded(evaluate, input.facts);
  const shown = (expression: string): string | undefined => {
    const source = expression.trim();
    const parameter = model.parameters[source];
    if (parameter !== undefined && parameter.type !== "list") {
      const value = input.facts[source];
      return isUnfilled(value) ? undefined : typed(value, parameter, input);
    }
    const result = evaluateText(source);
    if (!result.ok) return undefined;
    return model.computed[source]?.type === undefined
      ? showResult(result.value, language)
      : showAs(result.value, model.computed[source].type, input);
  };
  return {
    input,
    evaluate,
    evaluateText,
    show: (expression) => shown(expression) ?? placeholder(expression, input),
    isComplete: (expression) => shown(expression) !== undefined,
    showTyped: (value, parameter) =>
      isUnfilled(value) ? "" : (typed(value, parameter, input) ?? ""),
  };
}

/** Most expressions of many steps that one text may have, each counted once. */
const MAX_COSTLY_EXPRESSIONS = 300;
const FEW_STEPS = 500;

/** Each expression of a text is evaluated once, if it is cheap and not one of too many. */
function bounded(
  evaluate: (expression: string) => Evaluated,
  facts: Facts,
): (expression: string) => Evaluated {
  const known = new Map<string, Evaluated>();
  let costly = 0;
  const rowsIn = (list: string): number | undefined =>
    Array.isArray(facts[list]) ? facts[list].length : undefined;
  return (expression) => {
    const found = known.get(expression);
    if (found !== undefined) return found;
    const ast = parseExpression(expression);
    const steps = ast === undefined ? Infinity : stepsOf(ast, rowsIn);
    if (steps > FEW_STEPS) costly += 1;
    const isRefused = steps > MAX_TEXT_EXPRESSION_STEPS || costly > MAX_COSTLY_EXPRESSIONS;
    const result: Evaluated = isRefused ? { ok: false } : evaluate(expression);
    known.set(expression, result);
    return result;
  };
}

function createEnvironment(input: ScopeInput): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
  });
  return registerFunctions(environment, {
    language: input.language,
    currency: currencyOf(input.facts),
    nameOf: (list, id) => nameOf(input, list, id),
    labelOf: (parameter, code) => enumLabel(input, parameter, code),
  });
}

/** The currency of the agreement's amounts: the fact `currency`, else the euro. */
export function currencyOf(facts: Facts): string {
  const currency = facts["currency"];
  return typeof currency === "string" && currency !== "" ? currency : "EUR";
}

function run(environment: Environment, expression: string, context: object): Evaluated {
  if (expression.length > MAX_EXPRESSION_LENGTH) return { ok: false };
  try {
    return { ok: true, value: environment.evaluate(expression, { ...context }) };
  } catch {
    // CEL signals "no such key", "no such overload" for values not filled yet by throwing.
    return { ok: false };
  }
}

/**
 * Facts as CEL sees them: an unfilled text is "", a boolean false, a list []. Any other unfilled fact
 * is not there, so that an expression that needs it has no value; in a row it is null.
 */
function contextOf({ facts, model }: ScopeInput): Record<string, unknown> {
  const context: Record<string, unknown> = {};
  for (const [name, parameter] of Object.entries(model.parameters)) {
    const value = valueInContext(facts[name], parameter, () =>
      rowsOf(facts, name).map((row) => rowInContext(row, parameter)),
    );
    if (value !== null) context[name] = value;
  }
  return context;
}

function valueInContext(
  value: Json | undefined,
  parameter: Parameter,
  rows: () => unknown,
): unknown {
  if (parameter.type === "list") return rows();
  if (value !== undefined && value !== null) return plain(value, parameter.type === "number");
  if (parameter.type === "bool") return false;
  return parameter.type === "text" || parameter.type === "longtext" || parameter.type === "ref"
    ? ""
    : null;
}

function rowInContext(row: Facts, parameter: Parameter): Record<string, unknown> {
  if (parameter.type !== "list") return {};
  return Object.fromEntries(
    Object.entries(parameter.of).map(([name, column]) => [
      name,
      valueInContext(row[name], column, () => []),
    ]),
  );
}

function plain(value: Json, decimal = false): unknown {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && !decimal ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item: Json) => plain(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

function nameOf({ facts }: ScopeInput, list: string, id: string): string | undefined {
  const row = rowsOf(facts, list).find((row) => row["id"] === id);
  const name = row?.["name"] ?? row?.["title"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

function enumLabel(
  { model, language }: ScopeInput,
  path: string,
  code: string,
): string | undefined {
  const [name = "", column] = path.split(".");
  const parameter = model.parameters[name];
  const holder = parameter?.type === "list" ? parameter.of[column ?? ""] : parameter;
  return holder?.type === "enum" ? holder.values[code]?.[language] : undefined;
}

function typed(
  value: Json | undefined,
  parameter: ScalarParameter,
  input: ScopeInput,
): string | undefined {
  if (parameter.type === "enum") {
    return typeof value === "string" ? parameter.values[value]?.[input.language] : undefined;
  }
  if (parameter.type === "ref") {
    return typeof value === "string" ? nameOf(input, parameter.to, value) : undefined;
  }
  if (value === undefined || value === null) return undefined;
  return showAs(plain(value, parameter.type === "number"), parameter.type, input);
}

type Printable = Exclude<ScalarParameter["type"], "enum" | "ref">;

function showAs(value: unknown, type: Printable, input: ScopeInput): string | undefined {
  const { language } = input;
  try {
    if (typeof value === "bigint") {
      if (type === "money") return showMoney(value, currencyOf(input.facts), language);
      return type === "share" || type === "percent"
        ? showShare(value, language)
        : showInteger(value, language);
    }
    if (typeof value === "string" && value !== "") {
      if (type === "date") return showDate(value, language);
      if (type === "duration") return showDuration(value, language);
      return type === "ratio" ? showRatio(value, language) : value;
    }
    return showResult(value, language);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function showResult(value: unknown, language: Language): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  if (typeof value === "bigint") return showInteger(value, language);
  if (typeof value === "number") {
    return Number.isFinite(value) ? showNumber(value, language) : undefined;
  }
  if (typeof value === "boolean") return showBool(value, language);
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? showList(value, language) || undefined
    : undefined;
}

/** What stands in the text until the fact is known: its label, in brackets. */
function placeholder(expression: string, { facts, model, language }: ScopeInput): string {
  const names = namesRead(expression, model);
  const waiting = names.find((name) => isUnfilled(facts[name])) ?? names[0];
  if (waiting === undefined) return "[?]";
  const parameter = model.parameters[waiting] ?? model.computed[waiting];
  return `[${labelOf(waiting, parameter)[language]}]`;
}
