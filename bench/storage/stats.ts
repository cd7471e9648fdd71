import type { Measure } from "./protocol.ts";

/** The middle of several values and their ends. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Summarises values, of which there must be one at least. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (i: number) => sorted[i] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

const microseconds = (ms: number, { operations }: Measure) => (ms * 1_000) / operations;

/** Microseconds an operation by the clock. */
export const wallUs = (measure: Measure): number => microseconds(measure.wallMs, measure);
/** Microseconds an operation on all threads' processors. */
export const cpuUs = (measure: Measure): number => microseconds(measure.cpuMs, measure);

/** How many times as fast as the other: the ratio of each round, in which both met the same disturbances. */
export function timesAsFast(
  measures: readonly Measure[],
  others: readonly Measure[],
  cost: (measure: Measure) => number = wallUs,
): Spread {
  return spread(
    measures.map((measure, round) => {
      const other = others[round];
      return other === undefined ? Number.NaN : cost(other) / cost(measure);
    }),
  );
}
