import { expect } from "chai";
import { assert as check, bigInt, double, integer, oneof, property, tuple } from "fast-check";
import { Decimal128, Double, Long } from "mongodb";
import { calculated } from "../../../backend/platform/storage/embedded/language/arithmetic.ts";
import {
  addDecimals,
  multiplyDecimals,
} from "../../../backend/platform/storage/embedded/values/decimal.ts";
import { encodeValue } from "../../../backend/platform/storage/embedded/values/keys.ts";

/** A fraction of integers: every finite number exactly. */
interface Exact {
  readonly over: bigint;
  readonly under: bigint;
}

function powerOf(base: bigint, exponent: number): Exact {
  const power = base ** BigInt(Math.abs(exponent));
  return exponent >= 0 ? { over: power, under: 1n } : { over: 1n, under: power };
}

function times(whole: bigint, { over, under }: Exact): Exact {
  return { over: whole * over, under };
}

/** A double taken apart without the code under test: doubling loses nothing until it is whole. */
function exactDouble(value: number): Exact {
  let [whole, halvings] = [value, 0];
  while (!Number.isInteger(whole)) {
    whole *= 2;
    halvings++;
  }
  return times(BigInt(whole), powerOf(2n, -halvings));
}

function exactDecimal(value: Decimal128): Exact {
  const [, sign, whole = "", part = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]\d+))?$/.exec(value.toString()) ?? [];
  const digits = BigInt(`${sign}${whole}${part}`);
  return times(digits, powerOf(10n, Number(power) - part.length));
}

function exact(value: number | Long | Decimal128): Exact {
  if (typeof value === "number") return exactDouble(value);
  return value instanceof Decimal128 ? exactDecimal(value) : { over: value.toBigInt(), under: 1n };
}

function order(a: Exact, b: Exact): number {
  const difference = a.over * b.under - b.over * a.under;
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

const decimalOf = ([digits, exponent]: readonly [bigint, number]) =>
  Decimal128.fromString(`${digits}E${exponent}`);
const edge = 10n ** 34n - 1n;
const decimal = oneof(
  tuple(bigInt({ min: -edge, max: edge }), integer({ min: -50, max: 50 })),
  tuple(bigInt({ min: -20n, max: 20n }), integer({ min: -2, max: 2 })),
  tuple(bigInt({ min: -9n, max: 9n }), integer({ min: -400, max: 400 })),
).map(decimalOf);
const long = bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => Long.fromBigInt(n));
const plain = oneof(
  double({ noNaN: true, noDefaultInfinity: true }),
  integer({ min: -30, max: 30 }).map((n) => n / 10),
);
const number = oneof(plain, long, decimal);

/** Decimals beside the number that a double or a 64-bit integer is. */
const neighbours = plain.map((near) => {
  const text = near.toPrecision(17);
  return { near, beside: Decimal128.fromString(text) };
});

function expectOrder(a: number | Long | Decimal128, b: number | Long | Decimal128): void {
  const bytes = Math.sign(Buffer.compare(encodeValue(a), encodeValue(b)));
  expect(bytes).to.equal(order(exact(a), exact(b)));
}

const text = (value: unknown): unknown =>
  value instanceof Decimal128 || value instanceof Long
    ? `${value.constructor.name} ${value.toString()}`
    : value;

describe("numbers of the embedded engine", () => {
  it("[STO-16] order by their exact values whatever their types", () => {
    check(property(number, number, expectOrder), { numRuns: 3000 });
    const byNeighbour = property(neighbours, ({ near, beside }) => expectOrder(near, beside));
    check(byNeighbour, { numRuns: 1000 });
  });

  it("[STO-60] add and multiply as decimals exactly while 34 digits hold the result", () => {
    const small = tuple(
      bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
      integer({ min: -8, max: 8 }),
    ).map(decimalOf);
    const isExact = property(small, small, (a, b) => {
      const [x, y] = [exactDecimal(a), exactDecimal(b)];
      const sum = { over: x.over * y.under + y.over * x.under, under: x.under * y.under };
      const product = { over: x.over * y.over, under: x.under * y.under };
      expect(order(exactDecimal(addDecimals(a, b)), sum)).to.equal(0);
      expect(order(exactDecimal(multiplyDecimals(a, b)), product)).to.equal(0);
    });
    check(isExact, { numRuns: 1000 });
  });

  const sums: [a: string, b: string, sum: string, product: string][] = [
    ["0.10", "0.2", "0.30", "0.020"],
    ["1.10", "-1.1", "0.00", "-1.210"],
    [`${edge}`, "1", "1.000000000000000000000000000000000E+34", `${edge}`],
    [
      `${edge}`,
      "0.5",
      "1.000000000000000000000000000000000E+34",
      "5000000000000000000000000000000000",
    ],
    ["9E+6144", "9E+6144", "Infinity", "Infinity"],
    ["1E-6176", "-1E-6176", "0E-6176", "-0E-6176"],
    ["Infinity", "-Infinity", "NaN", "-Infinity"],
    ["NaN", "1", "NaN", "NaN"],
  ];
  for (const [a, b, sum, product] of sums) {
    it(`[STO-60] round decimals half to even and keep their digits: ${a} and ${b}`, () => {
      const [x, y] = [Decimal128.fromString(a), Decimal128.fromString(b)];
      expect([addDecimals(x, y).toString(), multiplyDecimals(x, y).toString()]).to.deep.equal([
        sum,
        product,
      ]);
    });
  }

  const results: [what: string, a: unknown, b: unknown, sum: unknown][] = [
    ["32-bit integers", 1, 2, 3],
    ["32-bit integers that overflow", 2147483647, 1, "Long 2147483648"],
    ["a 32-bit and a 64-bit integer", 1, Long.fromNumber(2), "Long 3"],
    ["64-bit integers that overflow", Long.MAX_VALUE, 1, undefined],
    ["a 64-bit integer and a double", Long.fromNumber(2), 0.5, 2.5],
    ["an integer and a decimal", 1, Decimal128.fromString("0.10"), "Decimal128 1.10"],
    ["a double and a decimal", 0.5, Decimal128.fromString("1"), "Decimal128 1.500000000000000"],
    ["text and a number", "1", 1, undefined],
  ];
  for (const [what, a, b, sum] of results) {
    it(`[STO-60] give the sum of ${what} MongoDB's type`, () => {
      expect(text(calculated(a, "+", b))).to.equal(sum);
      expect(text(calculated(b, "+", a))).to.equal(sum);
    });
  }

  it("[STO-60] keep a whole double a double", () => {
    expect(calculated(0.5, "+", 0.5)).to.deep.equal(new Double(1));
  });
});
