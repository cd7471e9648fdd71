import { toCardinal as englishCardinal } from "n2words/en-GB";
import { toCardinal as frenchCardinal } from "n2words/fr-FR";
import type { Language, Words } from "../kernel/text.ts";

/**
 * Values as they are printed. Written by hand rather than with `Intl`, whose output changes with
 * the runtime's data: the text that is voted must be the same string everywhere and for ever.
 */
const NARROW = "\u202F";
const NO_BREAK = "\u00A0";

interface Currency {
  readonly decimals: number;
  readonly sign: Words;
  readonly unit: { readonly fr: readonly [string, string]; readonly en: readonly [string, string] };
  readonly cent: { readonly fr: readonly [string, string]; readonly en: readonly [string, string] };
}

const centime = { fr: ["centime", "centimes"], en: ["cent", "cents"] } as const;

const currencies: Readonly<Record<string, Currency>> = {
  EUR: {
    decimals: 2,
    sign: { fr: "€", en: "€" },
    unit: { fr: ["euro", "euros"], en: ["euro", "euros"] },
    cent: centime,
  },
  USD: {
    decimals: 2,
    sign: { fr: "$", en: "$" },
    unit: { fr: ["dollar", "dollars"], en: ["dollar", "dollars"] },
    cent: { fr: ["cent", "cents"], en: ["cent", "cents"] },
  },
  GBP: {
    decimals: 2,
    sign: { fr: "£", en: "£" },
    unit: { fr: ["livre sterling", "livres sterling"], en: ["pound", "pounds"] },
    cent: { fr: ["penny", "pence"], en: ["penny", "pence"] },
  },
  CHF: {
    decimals: 2,
    sign: { fr: "CHF", en: "CHF" },
    unit: { fr: ["franc suisse", "francs suisses"], en: ["Swiss franc", "Swiss francs"] },
    cent: centime,
  },
  XOF: {
    decimals: 0,
    sign: { fr: "F CFA", en: "XOF" },
    unit: { fr: ["franc CFA", "francs CFA"], en: ["CFA franc", "CFA francs"] },
    cent: centime,
  },
};

function currencyOf(code: string): Currency {
  const found = currencies[code];
  if (found === undefined) throw new RangeError(`unknown currency ${code}`);
  return found;
}

function grouped(digits: string, language: Language): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, language === "fr" ? NARROW : ",");
}

function fixed(value: bigint, decimals: number, language: Language): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, "0");
  const whole = grouped(digits.slice(0, digits.length - decimals), language);
  const rest = digits.slice(digits.length - decimals);
  const sign = value < 0n ? "−" : "";
  return decimals === 0 ? sign + whole : `${sign}${whole}${language === "fr" ? "," : "."}${rest}`;
}

/** An integer with its thousands grouped: `12 500` (narrow no-break space) or `12,500`. */
export function showInteger(value: bigint, language: Language): string {
  return fixed(value, 0, language);
}

/** A decimal number, at most six decimals, trailing zeros dropped. */
export function showNumber(value: number, language: Language): string {
  const scaled = fixed(BigInt(Math.round(value * 1e6)), 6, language);
  return scaled.replace(/[.,]?0+$/, "");
}

/** Minor units as an amount: `125 080,50 €` or `€125,080.50`. Whole amounts keep their decimals. */
export function showMoney(minor: bigint, code: string, language: Language): string {
  const currency = currencyOf(code);
  const amount = fixed(minor, currency.decimals, language);
  const sign = currency.sign[language];
  if (language === "fr") return `${amount}${NARROW}${sign}`;
  const apart = /^[A-Z]/.test(sign) ? NO_BREAK : "";
  return amount.startsWith("−") ? `−${sign}${apart}${amount.slice(1)}` : `${sign}${apart}${amount}`;
}

/** Basis points as a percentage: 6667 → `66,67 %` or `66.67%`. */
export function showShare(basisPoints: bigint, language: Language): string {
  const text = fixed(basisPoints, 2, language).replace(/[.,]?0+$/, "");
  return language === "fr" ? `${text}${NARROW}%` : `${text}%`;
}

function cardinal(value: bigint, language: Language): string {
  return language === "fr" ? frenchCardinal(value) : englishCardinal(value);
}

/** A whole number in words: 80 → `quatre-vingts`, `eighty`. */
export function countInWords(value: bigint, language: Language): string {
  return cardinal(value, language);
}

function unitInWords(value: bigint, unit: Currency["unit"], language: Language): string {
  const many = language === "fr" ? value > 1n : value !== 1n;
  const noun = unit[language][many ? 1 : 0];
  const words = cardinal(value, language);
  const feminine =
    language === "fr" && noun.startsWith("livre") ? words.replace(/\bun$/, "une") : words;
  // A noun after "million" takes "de": "un million d'euros".
  if (language === "fr" && /(million|milliard|billion)s?$/.test(words)) {
    return `${feminine} ${/^[aeiouy]/.test(noun) ? "d’" : "de "}${noun}`;
  }
  return `${feminine} ${noun}`;
}

/** Minor units in words: `cent vingt-cinq mille quatre-vingts euros et cinquante centimes`. */
export function moneyInWords(minor: bigint, code: string, language: Language): string {
  const currency = currencyOf(code);
  const scale = 10n ** BigInt(currency.decimals);
  const whole = minor / scale;
  const cents = minor % scale;
  const main = unitInWords(whole, currency.unit, language);
  if (cents === 0n) return main;
  const small = unitInWords(cents, currency.cent, language);
  return `${main} ${language === "fr" ? "et" : "and"} ${small}`;
}

const months = {
  fr: [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
  ],
  en: [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
  ],
} as const;

/** Reads `YYYY-MM-DD`; undefined unless the calendar has that day. */
export function readDate(text: string): { year: number; month: number; day: number } | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const there = new Date(Date.UTC(year, month - 1, day));
  return there.getUTCMonth() === month - 1 && there.getUTCDate() === day && year > 0
    ? { year, month, day }
    : undefined;
}

/** `2026-01-01` as `1er janvier 2026` or `1 January 2026`. */
export function showDate(text: string, language: Language): string {
  const date = readDate(text);
  if (date === undefined) throw new RangeError(`not a date: ${text}`);
  const day = language === "fr" && date.day === 1 ? "1er" : String(date.day);
  return `${day}${NO_BREAK}${months[language][date.month - 1] ?? ""} ${date.year}`;
}

const units = {
  Y: { fr: ["an", "ans"], en: ["year", "years"] },
  M: { fr: ["mois", "mois"], en: ["month", "months"] },
  W: { fr: ["semaine", "semaines"], en: ["week", "weeks"] },
  D: { fr: ["jour", "jours"], en: ["day", "days"] },
} as const;

/** A unit of time of a duration. */
export type TimeUnit = keyof typeof units;

/** `15 jours`, `1 month`. */
export function showTime(count: bigint, unit: TimeUnit, language: Language): string {
  const many = language === "fr" ? count > 1n : count !== 1n;
  return `${showInteger(count, language)}${NO_BREAK}${units[unit][language][many ? 1 : 0]}`;
}

/** Reads an ISO 8601 duration of whole years, months, weeks and days; undefined if it is none. */
export function readDuration(text: string): Readonly<Record<TimeUnit, number>> | undefined {
  const match = /^P(?=\d)(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?$/.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? 0);
  return { Y: part(1), M: part(2), W: part(3), D: part(4) };
}

/** `P36M` as `36 mois`; several units are joined: `1 an et 6 mois`. */
export function showDuration(text: string, language: Language): string {
  const read = readDuration(text);
  if (read === undefined) throw new RangeError(`not a duration: ${text}`);
  const order: readonly TimeUnit[] = ["Y", "M", "W", "D"];
  const parts = order
    .filter((unit) => read[unit] > 0)
    .map((unit) => showTime(BigInt(read[unit]), unit, language));
  return parts.length === 0 ? showTime(0n, "D", language) : showList(parts, language);
}

/** The date `duration` after `date`; a day the month lacks becomes its last day. */
export function dateAfter(date: string, duration: string): string {
  const from = readDate(date);
  const by = readDuration(duration);
  if (from === undefined || by === undefined) throw new RangeError("not a date and a duration");
  const monthIndex = from.year * 12 + from.month - 1 + by.Y * 12 + by.M;
  const [year, month] = [Math.floor(monthIndex / 12), monthIndex % 12];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const shifted = new Date(Date.UTC(year, month, Math.min(from.day, lastDay) + by.W * 7 + by.D));
  return shifted.toISOString().slice(0, 10);
}

/** `A, B et C` or `A, B and C`. */
export function showList(items: readonly string[], language: Language): string {
  if (items.length < 2) return items.join("");
  const and = language === "fr" ? " et " : " and ";
  return items.slice(0, -1).join(", ") + and + (items.at(-1) ?? "");
}

const namedRatios: Readonly<Record<string, Words>> = {
  "1/1": { fr: "la totalité", en: "all" },
  "1/2": { fr: "la moitié", en: "half" },
  "1/3": { fr: "le tiers", en: "one third" },
  "2/3": { fr: "les deux tiers", en: "two thirds" },
  "1/4": { fr: "le quart", en: "one quarter" },
  "3/4": { fr: "les trois quarts", en: "three quarters" },
};

/** Reads an exact ratio `n/d`; undefined if it is none or `d` is 0. */
export function readRatio(text: string): { n: bigint; d: bigint } | undefined {
  const match = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  if (match === null) return undefined;
  const [n, d] = [BigInt(match[1] ?? "0"), BigInt(match[2] ?? "0")];
  return d === 0n ? undefined : { n, d };
}

/** An exact ratio with its article: `les deux tiers`, `two thirds`; others as `les 3/5`, `3/5`. */
export function showRatio(text: string, language: Language): string {
  const ratio = readRatio(text);
  if (ratio === undefined) throw new RangeError(`not a ratio: ${text}`);
  if (ratio.n === ratio.d) return namedRatios["1/1"]?.[language] ?? text;
  return namedRatios[text]?.[language] ?? (language === "fr" ? `les ${text}` : text);
}

/** Printed form of yes and no. */
export function showBool(value: boolean, language: Language): string {
  return language === "fr" ? (value ? "oui" : "non") : value ? "yes" : "no";
}
