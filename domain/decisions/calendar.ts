/**
 * The instant (ISO 8601 UTC) at which a period of calendar days ends: the day of the event is left out, and the
 * last day ends at 24:00 in the named IANA zone, whatever the clocks do in between.
 */
export function endOfDays(from: string, days: number, zone: string): string {
  const [year, month, day] = localDate(Date.parse(from), zone);
  return new Date(localMidnight(Date.UTC(year, month - 1, day + days + 1), zone)).toISOString();
}

/** Year, month (1 to 12) and day of an instant in a zone. */
function localDate(time: number, zone: string): readonly [number, number, number] {
  const parts = fields(time, zone);
  return [parts.year, parts.month, parts.day];
}

/** The instant of local midnight of a date given as UTC midnight; two rounds settle a change of clocks. */
function localMidnight(utcMidnight: number, zone: string): number {
  const first = utcMidnight - offsetMs(utcMidnight, zone);
  return utcMidnight - offsetMs(first, zone);
}

function offsetMs(time: number, zone: string): number {
  const { year, month, day, hour, minute, second } = fields(time, zone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
}

type Field = "year" | "month" | "day" | "hour" | "minute" | "second";

function fields(time: number, zone: string): Record<Field, number> {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const read = (type: Field): number =>
    Number(format.formatToParts(time).find((part) => part.type === type)?.value);
  return {
    year: read("year"),
    month: read("month"),
    day: read("day"),
    hour: read("hour"),
    minute: read("minute"),
    second: read("second"),
  };
}
