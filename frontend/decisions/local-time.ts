const two = (n: number): string => String(n).padStart(2, "0");

/** A moment as a `datetime-local` field writes it: local time, to the minute. */
export function toLocalField(at: Date): string {
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** That many days ahead at the end of the working day, for a `datetime-local` field. */
export function daysAhead(now: Date, days: number): string {
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  at.setHours(18, 0, 0, 0);
  return toLocalField(at);
}

/** The instant (ISO 8601 UTC) of a `datetime-local` field; undefined when it holds none. */
export function toInstant(field: string): string | undefined {
  const at = new Date(field);
  return field === "" || Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
