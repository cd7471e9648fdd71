import type { Json } from "../../../domain/kernel/canonical.ts";
import { readDuration, type TimeUnit } from "../../../domain/templates/format.ts";
import type { ScalarParameter } from "../../../domain/templates/model.ts";

/** Types that are typed in as a number, and by how much the stored integer is larger. */
const scales: Readonly<Partial<Record<ScalarParameter["type"], number>>> = {
  money: 100,
  share: 100,
  percent: 100,
  int: 1,
  score: 1,
  number: 1,
};

/** Currencies without a minor unit (ISO 4217 exponent 0) among those the templates offer. */
const wholeCurrencies: readonly string[] = ["XOF"];

/** How a numeric parameter is typed in: `scale` stored units make one typed unit. */
export interface NumberEntry {
  readonly scale: number;
  readonly decimals: number;
  readonly suffix: string;
}

/** How numbers of this type are typed in; undefined for types that are not numbers. */
export function numberEntry(
  type: ScalarParameter["type"],
  currency: string,
): NumberEntry | undefined {
  const scale = scales[type];
  if (scale === undefined) return undefined;
  if (type === "money") {
    const isWhole = wholeCurrencies.includes(currency);
    return { scale: isWhole ? 1 : scale, decimals: isWhole ? 0 : 2, suffix: currency };
  }
  const isShare = type === "share" || type === "percent";
  return { scale, decimals: isShare ? 2 : type === "number" ? 6 : 0, suffix: isShare ? "%" : "" };
}

/** A stored number as it is typed; "" while it waits. */
export function typedNumber(value: Json | undefined, entry: NumberEntry): number | "" {
  return typeof value === "number" ? value / entry.scale : "";
}

/** A typed number as it is stored; undefined while the field is empty or not yet a number. */
export function storedNumber(typed: number | string, entry: NumberEntry): number | undefined {
  const number = typeof typed === "number" ? typed : Number.parseFloat(typed);
  if (!Number.isFinite(number)) return undefined;
  return entry.scale === 1 && entry.decimals > 0 ? number : Math.round(number * entry.scale);
}

/** A duration of one unit, as the form edits it. */
export interface SimpleDuration {
  readonly count: number;
  readonly unit: TimeUnit;
}

const units: readonly TimeUnit[] = ["Y", "M", "W", "D"];

/** Reads `P36M` as 36 months; undefined when empty or made of several units. */
export function readSimpleDuration(value: Json | undefined): SimpleDuration | undefined {
  if (typeof value !== "string") return undefined;
  const read = readDuration(value);
  if (read === undefined) return undefined;
  const used = units.filter((unit) => read[unit] > 0);
  const [unit = "M"] = used;
  return used.length > 1 ? undefined : { count: read[unit], unit };
}

/** Writes 36 months as `P36M`. */
export function writeDuration({ count, unit }: SimpleDuration): string {
  return `P${String(count)}${unit}`;
}
