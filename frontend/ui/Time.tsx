import { useTranslation } from "react-i18next";

/** How much of a moment is shown. */
export type TimeStyle = "date" | "moment" | "clock" | "distance";

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "in 3 days", "il y a 2 heures": the distance between two moments in the reader's language. */
export function distance(from: Date, to: Date, language: string): string {
  const seconds = (to.getTime() - from.getTime()) / 1000;
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, size] of units) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return words.format(0, "second");
}

const formats: Record<Exclude<TimeStyle, "distance">, Intl.DateTimeFormatOptions> = {
  date: { dateStyle: "long" },
  moment: { dateStyle: "long", timeStyle: "short" },
  clock: { timeStyle: "short" },
};

/** A moment in the reader's locale. */
export function formatTime(at: Date, language: string, style: TimeStyle): string {
  if (style === "distance") return distance(new Date(), at, language);
  const text = new Intl.DateTimeFormat(language, formats[style]).format(at);
  // French says "premier" for the first of a month; Intl does not know.
  return language.startsWith("fr") ? text.replace(/^1 /, "1er ") : text;
}

interface TimeProps {
  /** ISO 8601. */
  readonly at: string;
  readonly as?: TimeStyle;
}

/** A moment, written for the reader; the exact one in its title. */
export function Time({ at, as = "moment" }: TimeProps) {
  const { i18n } = useTranslation();
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return null;
  return (
    <time dateTime={at} title={formatTime(moment, i18n.language, "moment")}>
      {formatTime(moment, i18n.language, as)}
    </time>
  );
}
