import type { ContestantName } from "./contestants/contestant.ts";
import type { Race, Runner } from "./fleet.ts";
import { cpuUs, spread, timesAsFast, wallUs, type Spread } from "./stats.ts";

/** One line of a comparison. */
export interface Line {
  readonly contestant: string;
  readonly perSecond: number;
  readonly wallUs: Spread;
  readonly cpuUs: Spread;
  /** How many times as fast the engine is: above 1 the engine is ahead. */
  readonly engineTimesAsFast: Spread;
  readonly engineTimesAsFastByCpu: Spread;
}

/** One comparison. */
export interface Comparison {
  readonly title: string;
  readonly note?: string;
  readonly lines: readonly Line[];
}

/** A figure of the issue with what was measured. */
export interface Target {
  readonly claim: string;
  readonly measured: number;
  readonly spread?: Spread;
  readonly wanted: string;
  readonly isMet: boolean;
}

/** Everything that a suite tells. */
export interface Findings {
  readonly comparisons: Comparison[];
  readonly targets: Target[];
  /** Facts that are no comparison: memory, sizes, profiles. */
  readonly tables: { title: string; rows: readonly Record<string, string | number>[] }[];
}

/** Rounds to three significant digits. */
export function short(value: number): number {
  return Number(value.toPrecision(3));
}

/** As {@link short}, for a spread. */
export function shortSpread({ median, min, max }: Spread): Spread {
  return { median: short(median), min: short(min), max: short(max) };
}

/** The lines of a race, the engine's own door first; without it nothing to compare with. */
export function comparison(title: string, raced: Race, note?: string): Comparison {
  const all = [...raced];
  const [, engine] = all.find(([runner]) => runner.store.contestant === "engine") ?? [];
  const lines = all.map(([runner, measures]): Line => {
    const wall = spread(measures.map(wallUs));
    return {
      contestant: runner.store.contestant,
      perSecond: short(1e6 / wall.median),
      wallUs: shortSpread(wall),
      cpuUs: shortSpread(spread(measures.map(cpuUs))),
      engineTimesAsFast: shortSpread(timesAsFast(engine ?? measures, measures)),
      engineTimesAsFastByCpu: shortSpread(timesAsFast(engine ?? measures, measures, cpuUs)),
    };
  });
  return { title, ...(note ? { note } : {}), lines };
}

const bases = { clock: wallUs, processor: cpuUs };

/**
 * A target of the kind "the engine is at least so many times as fast as a peer": by the clock where the disk takes
 * part, by the processor for reads, which the clock of a busy machine does not time well.
 */
export function speedTarget(
  claim: string,
  raced: Race,
  { peer, atLeast, by }: { peer: ContestantName; atLeast: number; by: keyof typeof bases },
): Target[] {
  const of = (name: ContestantName) =>
    [...raced].find(([runner]) => runner.store.contestant === name)?.[1];
  const [engine, other] = [of("engine"), of(peer)];
  if (engine === undefined || other === undefined) return [];
  const ratio = shortSpread(timesAsFast(engine, other, bases[by]));
  return [
    {
      claim: `${claim} (${by})`,
      measured: ratio.median,
      spread: ratio,
      wanted: `≥ ${atLeast} ×`,
      isMet: ratio.median >= atLeast,
    },
  ];
}

const range = ({ median, min, max }: Spread) => `${median} (${min}–${max})`;

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function printComparison({ title, note, lines }: Comparison): string {
  const rows = lines.map((one) => [
    one.contestant,
    Math.round(one.perSecond),
    range(one.wallUs),
    range(one.cpuUs),
    range(one.engineTimesAsFast),
    range(one.engineTimesAsFastByCpu),
  ]);
  const header = [
    "contestant",
    "a second",
    "µs, clock",
    "µs, processor",
    "engine is × as fast",
    "by processor",
  ];
  return [`### ${title}`, ...(note ? [note] : []), table(header, rows)].join("\n\n");
}

function printTargets(targets: readonly Target[]): string {
  const rows = targets.map((one) => [
    one.isMet ? "✔" : "✘",
    one.claim,
    one.wanted,
    one.spread ? range(one.spread) : one.measured,
  ]);
  return ["## Targets", table(["", "target", "wanted", "measured"], rows)].join("\n\n");
}

/** The findings as Markdown. */
export function markdown({ comparisons, targets, tables }: Findings): string {
  const others = tables.map(({ title, rows }) => {
    const header = Object.keys(rows[0] ?? {});
    const cells = rows.map((row) => header.map((name) => row[name] ?? ""));
    return [`### ${title}`, table(header, cells)].join("\n\n");
  });
  const parts = [...comparisons.map(printComparison), ...others];
  return [...parts, ...(targets.length > 0 ? [printTargets(targets)] : [])].join("\n\n");
}

/** The part of a race that concerns stores of one size. */
export function ofSize(raced: Race, count: number): Race {
  return new Map(
    [...raced].filter(([runner]: readonly [Runner, unknown]) => runner.store.count === count),
  );
}
