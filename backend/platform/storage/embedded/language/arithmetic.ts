import { Decimal128, Double, Int32, Long } from "mongodb";
import { addDecimals, multiplyDecimals } from "../values/decimal.ts";
import { isInt } from "../values/values.ts";

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

/** Doubles come with 15 digits into decimals, as MongoDB's do. */
function toDecimal(value: unknown): Decimal128 {
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
