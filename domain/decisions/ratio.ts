/** An exact fraction; `den` is positive. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

/** How a measure must stand to its threshold. `gte` or `gt` is a rule, not a detail: a tie at 1/2 passes one and fails the other. */
export type Comparison = "gte" | "gt";

/** What a ratio of a voting rule looks like: "2/3". Never a percentage or a float, which cannot say two thirds. */
export const ratioPattern = /^\d{1,80}\/0*[1-9]\d{0,79}$/;

/** Reads a ratio that has passed `ratioPattern`. */
export function parseRatio(text: string): Rational {
  const [num = "", den = ""] = text.split("/");
  return { num: BigInt(num), den: BigInt(den) };
}

/** Whether `measured` of `total` reaches the ratio, by cross-multiplication: nothing is ever rounded. */
export function reaches(measured: bigint, total: bigint, goal: Goal): boolean {
  const left = measured * goal.ratio.den;
  const right = goal.ratio.num * total;
  return goal.cmp === "gte" ? left >= right : left > right;
}

/** A ratio with its comparison. */
export interface Goal {
  readonly cmp: Comparison;
  readonly ratio: Rational;
}

/** The smallest whole number that reaches the ratio of `total`: what people read as "needed". */
export function smallestReaching(total: bigint, goal: Goal): bigint {
  const product = goal.ratio.num * total;
  const floor = product / goal.ratio.den;
  if (goal.cmp === "gt") return floor + 1n;
  return floor * goal.ratio.den === product ? floor : floor + 1n;
}

/** Greatest common divisor of two non-negative numbers. */
function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Text of a fraction in lowest terms: "5/21"; a whole number has no denominator: "0", "2". */
export function formatRational({ num, den }: Rational): string {
  if (num === 0n) return "0";
  const divisor = gcd(num < 0n ? -num : num, den);
  const below = den / divisor;
  return below === 1n ? String(num / divisor) : `${num / divisor}/${below}`;
}

/** Sum of two fractions. */
export function addRational(a: Rational, b: Rational): Rational {
  const num = a.num * b.den + b.num * a.den;
  const den = a.den * b.den;
  const divisor = gcd(num < 0n ? -num : num, den);
  return divisor === 0n ? { num: 0n, den: 1n } : { num: num / divisor, den: den / divisor };
}
