import type { Environment } from "@marcbachmann/cel-js";
import type { Language } from "../kernel/text.ts";
import {
  countInWords,
  dateAfter,
  moneyInWords,
  readRatio,
  showDate,
  showDuration,
  showList,
  showMoney,
  showRatio,
  showShare,
  showTime,
  type TimeUnit,
} from "./format.ts";

/** What the functions need to know about the agreement. */
export interface FunctionSettings {
  readonly language: Language;
  readonly currency: string;
  /** Name of the row with this id in this list. */
  nameOf(list: string, id: string): string | undefined;
  /** Label of an enum's code; `path` is `parameter` or `list.column`. */
  labelOf(path: string, code: string): string | undefined;
}

/**
 * The functions that templates may call, beside CEL's own. A function given a value of the wrong
 * type throws; the scope turns that into "no value yet".
 */
export function registerFunctions(
  environment: Environment,
  settings: FunctionSettings,
): Environment {
  registerPrinting(environment, settings);
  registerArithmetic(environment);
  return registerNames(environment, settings);
}

function registerPrinting(
  environment: Environment,
  { language, currency }: FunctionSettings,
): void {
  const time = (unit: TimeUnit) => (count: unknown) => showTime(whole(count), unit, language);
  environment
    .registerFunction("money(dyn): string", (minor: unknown) =>
      showMoney(whole(minor), currency, language),
    )
    .registerFunction("words(dyn): string", (minor: unknown) =>
      moneyInWords(whole(minor), currency, language),
    )
    .registerFunction("count(dyn): string", (value: unknown) =>
      countInWords(whole(value), language),
    )
    .registerFunction("percent(dyn): string", (value: unknown) => showShare(whole(value), language))
    .registerFunction("share(dyn): string", (value: unknown) => showShare(whole(value), language))
    .registerFunction("ratio(dyn): string", (value: unknown) => showRatio(written(value), language))
    .registerFunction("date(dyn): string", (value: unknown) => showDate(written(value), language))
    .registerFunction("period(dyn): string", (value: unknown) =>
      showDuration(written(value), language),
    )
    .registerFunction("days(dyn): string", time("D"))
    .registerFunction("weeks(dyn): string", time("W"))
    .registerFunction("months(dyn): string", time("M"))
    .registerFunction("years(dyn): string", time("Y"))
    .registerFunction("list(dyn): string", (items: unknown) =>
      filled(showList(many(items).map(written), language)),
    );
}

function registerArithmetic(environment: Environment): void {
  environment
    .registerFunction("sum(list): int", (items: unknown) =>
      many(items).reduce((total: bigint, item) => total + whole(item), 0n),
    )
    .registerFunction("distinct(list): int", (items: unknown) => BigInt(new Set(many(items)).size))
    .registerFunction("after(dyn, dyn): string", (date: unknown, by: unknown) =>
      dateAfter(written(date), written(by)),
    )
    .registerFunction("compare(dyn, dyn): int", (a: unknown, b: unknown) =>
      compareRatios(written(a), written(b)),
    )
    .registerFunction("at_least(dyn, dyn): int", (ratio: unknown, of: unknown) =>
      smallestReaching(written(ratio), whole(of)),
    );
}

function registerNames(environment: Environment, settings: FunctionSettings): Environment {
  return environment
    .registerFunction("party(dyn): string", (id: unknown) =>
      filled(settings.nameOf("parties", written(id))),
    )
    .registerFunction("name(dyn, dyn): string", (list: unknown, id: unknown) =>
      filled(settings.nameOf(written(list), written(id))),
    )
    .registerFunction("label(dyn, dyn): string", (path: unknown, code: unknown) =>
      filled(settings.labelOf(written(path), written(code))),
    );
}

/** Compares two exact ratios by cross-multiplication: -1, 0 or 1. */
function compareRatios(a: string, b: string): bigint {
  const [left, right] = [ratioOf(a), ratioOf(b)];
  const difference = left.n * right.d - right.n * left.d;
  return difference < 0n ? -1n : difference > 0n ? 1n : 0n;
}

/** The smallest whole number that is at least `ratio` of `of`. */
function smallestReaching(ratio: string, of: bigint): bigint {
  const { n, d } = ratioOf(ratio);
  return (n * of + d - 1n) / d;
}

function ratioOf(text: string): { n: bigint; d: bigint } {
  const ratio = readRatio(text);
  if (ratio === undefined) throw new RangeError("not a ratio");
  return ratio;
}

function whole(value: unknown): bigint {
  if (typeof value !== "bigint") throw new RangeError("not a whole number");
  return value;
}

function written(value: unknown): string {
  if (typeof value !== "string" || value === "") throw new RangeError("not a text");
  return value;
}

function many(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new RangeError("not a list");
  return value;
}

function filled(text: string | undefined): string {
  if (text === undefined || text === "") throw new RangeError("nothing to show");
  return text;
}
