import { Refusal } from "../kernel/refusal.ts";
import { addRational, formatRational, type Rational } from "./ratio.ts";
import type { RollEntry, Unit } from "./rule.ts";
import { supportersWin, type TallyRule } from "./tally.ts";

/** Most sets of supporters that are examined: 20 partners of different weight, or many more of few weights. */
const MAX_COALITIONS = 2 ** 20;

/**
 * Voting power in the order of the roll, exact: "5/21", whole numbers without denominator.
 * The game is binary: supporters against everyone else, all present; abstention plays no part.
 */
export interface PowerIndices {
  readonly partners: readonly string[];
  /** In how many winning sets of supporters the partner is decisive. */
  readonly swings: readonly string[];
  /** Normalised Banzhaf: the partner's share of all swings. */
  readonly banzhaf: readonly string[];
  /** Absolute Banzhaf: swings / 2^(n−1). */
  readonly banzhafAbsolute: readonly string[];
  /** Shapley–Shubik: probability of being pivotal in a random order. */
  readonly shapleyShubik: readonly string[];
  /** Fewest partners that can approve; undefined when nobody can. */
  readonly smallestWinning: number | undefined;
  /** Fewest partners that can block when all others are for. */
  readonly smallestBlocking: number | undefined;
  /** Partners without whom nothing passes. */
  readonly vetoPlayers: readonly string[];
  /** Partners who never decide anything. */
  readonly dummies: readonly string[];
  /** The partner who decides alone, if any. */
  readonly dictator: string | undefined;
}

/** Partners with the same weight have the same power: they are counted, not listed. */
interface PartnerClass {
  readonly weight: bigint;
  readonly size: number;
}

interface Game {
  readonly classes: readonly PartnerClass[];
  readonly strides: readonly number[];
  readonly wins: Uint8Array;
  readonly voters: number;
}

/**
 * Banzhaf and Shapley–Shubik indices of a rule on a roll, by enumeration of the sets of supporters
 * (partners of equal weight taken together), so any combination of tests is exact.
 * Suspended partners never vote: they are dummies that stay in base `members`.
 * @throws {Refusal} roll-too-large — when there are more than `MAX_COALITIONS` different sets
 */
export function powerIndices(rule: TallyRule, roll: readonly RollEntry[]): PowerIndices {
  const game = playedBy(rule, roll);
  const perClass = game.classes.map((_, index) => classPower(game, index));
  const classOf = new Map(game.classes.map((c, index) => [c.weight, index]));
  const powers = roll.map((entry) => {
    const index = entry.suspended === true ? undefined : classOf.get(BigInt(entry.weight));
    return index === undefined ? noPower : (perClass[index] ?? noPower);
  });
  const total = powers.reduce((sum, power) => sum + power.swings, 0n);
  const scale = 1n << BigInt(Math.max(0, roll.length - 1));
  // A suspended partner doubles the sets of the others, deciding in none.
  const idle = 1n << BigInt(roll.length - game.voters);
  const named = (takes: (power: Power) => boolean): string[] =>
    roll.flatMap((entry, i) => (takes(powers[i] ?? noPower) ? [entry.partner] : []));
  return {
    partners: roll.map((entry) => entry.partner),
    swings: powers.map((power) => String(power.swings * idle)),
    banzhaf: powers.map((power) => share(power.swings, total)),
    banzhafAbsolute: powers.map((power) => share(power.swings * idle, scale)),
    shapleyShubik: powers.map((power) => formatRational(power.pivotal)),
    ...sizes(game),
    vetoPlayers: total === 0n ? [] : named((power) => power.isNeeded),
    dummies: named((power) => power.swings === 0n),
    dictator: named((power) => power.swings > 0n && power.swings === total)[0],
  };
}

/**
 * Shapley value of a cooperative game: what each of `players` (at most 20) adds on average over all orders of
 * arrival, as "n/d" in their order. `worth` of a set of players, given as a bit mask, is a whole number; worth(0) is 0.
 * @throws {Refusal} roll-too-large — when there are more than 20 players
 */
export function shapleyValue(players: number, worth: (coalition: number) => bigint): string[] {
  if (2 ** players > MAX_COALITIONS) throw tooMany();
  const worths = Array.from({ length: 2 ** players }, (_, coalition) => worth(coalition));
  const factorial = factorials(players);
  return Array.from({ length: players }, (_, player) => {
    let sum = 0n;
    for (let coalition = 0; coalition < worths.length; coalition++) {
      if (coalition & (1 << player)) continue;
      const gain = at(worths, coalition | (1 << player)) - at(worths, coalition);
      const others = bits(coalition);
      sum += gain * at(factorial, others) * at(factorial, players - others - 1);
    }
    return formatRational({ num: sum, den: at(factorial, players) });
  });
}

/**
 * Shares of a common cost that is as high as the neediest takes it (the "airport" game): each
 * step up is split among those who need it. Costs are whole numbers; shares come back in their order.
 */
export function shareCost(costs: readonly bigint[]): string[] {
  const order = costs
    .map((cost, index) => ({ cost, index }))
    .sort((a, b) => Number(a.cost - b.cost));
  const shares = Array.from({ length: costs.length }, () => "0");
  let paid: Rational = { num: 0n, den: 1n };
  let below = 0n;
  order.forEach(({ cost, index }, rank) => {
    paid = addRational(paid, { num: cost - below, den: BigInt(costs.length - rank) });
    below = cost;
    shares[index] = formatRational(paid);
  });
  return shares;
}

interface Power {
  readonly swings: bigint;
  readonly pivotal: Rational;
  readonly isNeeded: boolean;
}

const noPower: Power = { swings: 0n, pivotal: { num: 0n, den: 1n }, isNeeded: false };

function playedBy(rule: TallyRule, roll: readonly RollEntry[]): Game {
  const voters = roll.filter((entry) => entry.suspended !== true);
  const sizes = new Map<bigint, number>();
  for (const entry of voters) {
    const weight = BigInt(entry.weight);
    sizes.set(weight, (sizes.get(weight) ?? 0) + 1);
  }
  const classes = [...sizes].map(([weight, size]) => ({ weight, size }));
  const count = classes.reduce((product, c) => product * (c.size + 1), 1);
  if (count > MAX_COALITIONS) throw tooMany();
  const strides: number[] = [];
  classes.reduce((stride, c) => (strides.push(stride), stride * (c.size + 1)), 1);
  const totals = { voting: weigh(voters), members: weigh(roll) };
  const wins = Uint8Array.from({ length: count }, (_, code) =>
    wonBy(rule, digits({ classes, strides }, code), { classes, totals }),
  );
  return { classes, strides, wins, voters: voters.length };
}

interface Totals {
  readonly voting: Record<Unit, bigint>;
  readonly members: Record<Unit, bigint>;
}

function wonBy(
  rule: TallyRule,
  supporters: readonly number[],
  { classes, totals }: { classes: readonly PartnerClass[]; totals: Totals },
): 0 | 1 {
  const support = { partner: 0n, weight: 0n };
  classes.forEach((c, i) => {
    support.partner += BigInt(at(supporters, i));
    support.weight += c.weight * BigInt(at(supporters, i));
  });
  const wins = supportersWin(rule, (unit) => ({
    for: support[unit],
    voting: totals.voting[unit],
    members: totals.members[unit],
  }));
  return wins ? 1 : 0;
}

function weigh(entries: readonly RollEntry[]): Record<Unit, bigint> {
  return {
    partner: BigInt(entries.length),
    weight: entries.reduce((sum, entry) => sum + BigInt(entry.weight), 0n),
  };
}

/** How many of each class stand behind a code. */
function digits({ classes, strides }: Pick<Game, "classes" | "strides">, code: number): number[] {
  return classes.map((c, i) => Math.floor(code / at(strides, i)) % (c.size + 1));
}

function classPower(game: Game, index: number): Power {
  const factorial = factorials(game.voters);
  const own = at(game.classes, index);
  const stride = at(game.strides, index);
  let [swings, orders, isNeeded] = [0n, 0n, true];
  for (let code = 0; code < game.wins.length; code++) {
    if (game.wins[code] !== 1) continue;
    const supporters = digits(game, code);
    const inside = at(supporters, index);
    if (inside < own.size) isNeeded = false;
    if (inside === 0 || game.wins[code - stride] === 1) continue;
    const ways = waysWithOne(game, { supporters, index });
    const size = supporters.reduce((sum, n) => sum + n, 0);
    swings += ways;
    orders += ways * at(factorial, size - 1) * at(factorial, game.voters - size);
  }
  return { swings, pivotal: { num: orders, den: at(factorial, game.voters) }, isNeeded };
}

/** In how many ways named partners fill these class counts, one given partner of class `index` among them. */
function waysWithOne(
  game: Game,
  { supporters, index }: { supporters: readonly number[]; index: number },
): bigint {
  return game.classes.reduce((product, c, i) => {
    const inside = at(supporters, i);
    return product * (i === index ? choose(c.size - 1, inside - 1) : choose(c.size, inside));
  }, 1n);
}

function sizes(game: Game): Pick<PowerIndices, "smallestWinning" | "smallestBlocking"> {
  let winning: number | undefined;
  let blocking: number | undefined;
  game.wins.forEach((won, code) => {
    const size = digits(game, code).reduce((sum, n) => sum + n, 0);
    if (won === 1) winning = Math.min(winning ?? size, size);
    else blocking = Math.min(blocking ?? game.voters, game.voters - size);
  });
  return { smallestWinning: winning, smallestBlocking: blocking };
}

function share(part: bigint, whole: bigint): string {
  return whole === 0n ? "0" : formatRational({ num: part, den: whole });
}

function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let result = 1n;
  for (let i = 0; i < k; i++) result = (result * BigInt(n - i)) / BigInt(i + 1);
  return result;
}

function factorials(n: number): bigint[] {
  const list = [1n];
  for (let i = 1; i <= n; i++) list.push(at(list, i - 1) * BigInt(i));
  return list;
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError(`no element ${index}`);
  return value;
}

function tooMany(): Refusal {
  return new Refusal(
    "roll-too-large",
    "too many partners of different weight to compute power exactly",
  );
}
