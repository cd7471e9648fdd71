import { Decimal128, Double, Int32, Long } from "mongodb";
import { addDecimals, divideDecimals, multiplyDecimals, roundDecimal } from "../values/decimal.ts";
import { isInt, promoted } from "../values/values.ts";

/** MongoDB's types of numbers, each wider than the one before. */
export type NumberType = "int" | "long" | "double" | "decimal";

const order: readonly NumberType[] = ["int", "long", "double", "decimal"];

/** The type as which BSON stores a value; undefined if it is no number. */
export function numberType(value: unknown): NumberType | undefined {
  if (typeof value === "number") return isInt(value) ? "int" : "double";
  if (value instanceof Int32) return "int";
  if (value instanceof Double) return "double";
  if (value instanceof Long || typeof value === "bigint") return "long";
  return value instanceof Decimal128 ? "decimal" : undefined;
}

function toBigInt(value: unknown): bigint {
  return value instanceof Long ? value.toBigInt() : BigInt(Number(value));
}

function toNumber(value: unknown): number {
  return value instanceof Long ? value.toNumber() : Number(value);
}

/** A number as a decimal; doubles come with 15 digits, as MongoDB's do. */
export function toDecimal(value: unknown): Decimal128 {
  if (value instanceof Decimal128) return value;
  if (numberType(value) !== "double") return Decimal128.fromString(toBigInt(value).toString());
  const double = toNumber(value);
  const isPlain = double === 0 || !Number.isFinite(double);
  if (isPlain) return Decimal128.fromString(Object.is(double, -0) ? "-0" : String(double));
  return Decimal128.fromString(double.toPrecision(15));
}

/** A double that stays one when it is stored. */
export function asDouble(value: number): number | Double {
  return isInt(value) ? new Double(value) : value;
}

const longMin = -(2n ** 63n);
const longMax = 2n ** 63n - 1n;

/** An integer as 32 bits where it fits and may, else as 64; undefined beyond. */
export function asInteger(value: bigint, type: "int" | "long"): number | Long | undefined {
  if (value < longMin || value > longMax) return undefined;
  const number = Number(value);
  return type === "int" && isInt(number) ? number : Long.fromBigInt(value);
}

/** The sum or product with MongoDB's type of result; undefined when 64 bits do not hold it or a part is no number. */
export function calculated(a: unknown, operator: "+" | "*", b: unknown): unknown {
  const [left, right] = [numberType(a), numberType(b)];
  if (left === undefined || right === undefined) return undefined;
  const type = order[Math.max(order.indexOf(left), order.indexOf(right))];
  if (type === "decimal") {
    const calculate = operator === "+" ? addDecimals : multiplyDecimals;
    return calculate(toDecimal(a), toDecimal(b));
  }
  if (type === "double") {
    const [x, y] = [toNumber(a), toNumber(b)];
    return asDouble(operator === "+" ? x + y : x * y);
  }
  const [x, y] = [toBigInt(a), toBigInt(b)];
  return asInteger(operator === "+" ? x + y : x * y, type === "int" ? "int" : "long");
}

const isNumber = (value: unknown): value is number => typeof value === "number";

/** Two numbers as the driver shows them: beside a Long a whole number is one, and what 64 bits do not hold is a double. */
function combined(a: unknown, operator: "+" | "*", b: unknown): unknown {
  const result = (x: number, y: number) => (operator === "+" ? x + y : x * y);
  if (isNumber(a) && isNumber(b)) {
    const plain = result(a, b);
    if (Number.isSafeInteger(plain) || !isInt(a) || !isInt(b)) return plain;
  }
  const [x, y] = [a, b].map((n) => (Number.isSafeInteger(n) ? Long.fromNumber(Number(n)) : n));
  return promoted(calculated(x, operator, y) ?? result(toNumber(a), toNumber(b)));
}

/** Doubles added with the digits that each step drops. */
function compensated(numbers: readonly number[]): number {
  let [sum, dropped] = [0, 0];
  for (const number of numbers) {
    const next = sum + number;
    dropped += Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum;
    sum = next;
  }
  return Number.isFinite(dropped) ? sum + dropped : sum;
}

/** The sum of those values that are numbers, as the driver shows it: exact with decimals and integers of 64 bits. */
export function total(values: readonly unknown[]): unknown {
  const numbers = values.filter((value) => numberType(value) !== undefined);
  if (numbers.every(isNumber)) return compensated(numbers);
  return numbers.reduce((a, b) => combined(a, "+", b), 0);
}

/** The product of numbers; see {@link total}. */
export function product(numbers: readonly unknown[]): unknown {
  return numbers.reduce((a, b) => combined(a, "*", b), 1);
}

/** The quotient: a decimal if one of the numbers is, else a double. */
export function quotient(a: unknown, b: unknown): unknown {
  if (a instanceof Decimal128 || b instanceof Decimal128)
    return divideDecimals(toDecimal(a), toDecimal(b));
  return toNumber(a) / toNumber(b);
}

/** The average of those values that are numbers; null of none. */
export function average(values: readonly unknown[]): unknown {
  const numbers = values.filter((value) => numberType(value) !== undefined);
  return numbers.length === 0 ? null : quotient(total(numbers), numbers.length);
}

/** A number with so many decimal places; doubles are rounded as the decimals that they show. */
export function roundedTo(value: unknown, places: number, isCut: boolean): unknown {
  const result = roundDecimal(toDecimal(value), places, isCut);
  if (value instanceof Decimal128) return result;
  return value instanceof Long && places >= 0 ? value : Number(result.toString());
}

const zeros: Record<NumberType, () => unknown> = {
  int: () => 0,
  long: () => Long.ZERO,
  double: () => new Double(0),
  decimal: () => Decimal128.fromString("0"),
};

/** Zero of a number's own type, which `$mul` gives a missing field. */
export function zeroLike(value: unknown): unknown {
  const type = numberType(value);
  return type === undefined ? undefined : zeros[type]();
}

/** An integer of 32 or 64 bits as `$bit` takes it; undefined for other values. */
export function integerBits(value: unknown): { bits: bigint; type: "int" | "long" } | undefined {
  const type = numberType(value);
  return type === "int" || type === "long" ? { bits: toBigInt(value), type } : undefined;
}

/** A whole number given as any type of number; undefined for other values. */
export function wholeNumber(value: unknown): number | undefined {
  const type = numberType(value);
  if (type === undefined) return undefined;
  const number = value instanceof Decimal128 ? Number(value.toString()) : toNumber(value);
  return Number.isInteger(number) ? number : undefined;
}
