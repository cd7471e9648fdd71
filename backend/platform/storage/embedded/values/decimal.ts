import { Decimal128 } from "mongodb";

/** A finite decimal: coefficient × 10^exponent; the sign stands apart because zero has one too. */
interface Finite {
  readonly isNegative: boolean;
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** IEEE 754-2008 decimal128: 34 digits, exponents of the last digit from -6176 to 6111. */
const maxDigits = 34;
const minExponent = -6176;
const maxExponent = 6111;

const tens = (count: number): bigint => 10n ** BigInt(count);
const digitsOf = (value: bigint): number => (value === 0n ? 0 : value.toString().length);

/** Reads the binary encoding (BID) of a decimal; undefined for NaN and the infinities. */
function finite(value: Decimal128): Finite | undefined {
  const view = new DataView(value.bytes.buffer, value.bytes.byteOffset, 16);
  const [low, high] = [view.getBigUint64(0, true), view.getBigUint64(8, true)];
  const isNegative = high >> 63n === 1n;
  const lead = Number((high >> 58n) & 0x1fn);
  if (lead >= 0x1e) return undefined;
  // The other form of the encoding can only hold coefficients above 34 digits, which count as zero.
  if (lead >= 0x18) {
    const exponent = Number((high >> 47n) & 0x3fffn) + minExponent;
    return { isNegative, coefficient: 0n, exponent };
  }
  const coefficient = ((high & 0x1ffffffffffffn) << 64n) | low;
  return {
    isNegative,
    coefficient: coefficient >= tens(maxDigits) ? 0n : coefficient,
    exponent: Number((high >> 49n) & 0x3fffn) + minExponent,
  };
}

function encoded({ isNegative, coefficient, exponent }: Finite): Decimal128 {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  const sign = isNegative ? 1n << 63n : 0n;
  view.setBigUint64(0, coefficient & 0xffffffffffffffffn, true);
  view.setBigUint64(8, sign | (BigInt(exponent - minExponent) << 49n) | (coefficient >> 64n), true);
  return new Decimal128(bytes);
}

/** Drops digits from the end, rounding half to even. */
function shortened(coefficient: bigint, digits: number): bigint {
  const unit = tens(digits);
  const [quotient, rest] = [coefficient / unit, coefficient % unit];
  const isUp = rest * 2n > unit || (rest * 2n === unit && quotient % 2n === 1n);
  return isUp ? quotient + 1n : quotient;
}

/** The nearest decimal128 of an exact result (IEEE 754-2008 §5.4). */
function rounded({ isNegative, coefficient, exponent }: Finite): Decimal128 {
  const excess = Math.max(digitsOf(coefficient) - maxDigits, minExponent - exponent, 0);
  let digits = excess > 0 ? shortened(coefficient, excess) : coefficient;
  let power = exponent + excess;
  if (digitsOf(digits) > maxDigits) {
    digits /= 10n;
    power++;
  }
  if (power > maxExponent) {
    const room = digits === 0n ? power - maxExponent : maxDigits - digitsOf(digits);
    if (power - maxExponent > room) {
      return Decimal128.fromString(isNegative ? "-Infinity" : "Infinity");
    }
    digits *= tens(power - maxExponent);
    power = maxExponent;
  }
  return encoded({ isNegative, coefficient: digits, exponent: power });
}

const signed = ({ isNegative, coefficient }: Finite): bigint =>
  isNegative ? -coefficient : coefficient;

/** With a NaN or an infinity the result is what doubles give. */
function byDoubles(result: number): Decimal128 {
  return Decimal128.fromString(String(result));
}

/** The sum, to 34 digits. */
export function addDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  const [x, y] = [finite(a), finite(b)];
  if (x === undefined || y === undefined) return byDoubles(specialOf(a) + specialOf(b));
  const exponent = Math.min(x.exponent, y.exponent);
  const sum = signed(x) * tens(x.exponent - exponent) + signed(y) * tens(y.exponent - exponent);
  const isNegative = sum < 0n || (sum === 0n && x.isNegative && y.isNegative);
  return rounded({ isNegative, coefficient: sum < 0n ? -sum : sum, exponent });
}

/** The product, to 34 digits. */
export function multiplyDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  const [x, y] = [finite(a), finite(b)];
  if (x === undefined || y === undefined) return byDoubles(specialOf(a) * specialOf(b));
  return rounded({
    isNegative: x.isNegative !== y.isNegative,
    coefficient: x.coefficient * y.coefficient,
    exponent: x.exponent + y.exponent,
  });
}

/** The quotient, to 34 digits; by zero, what doubles give. */
export function divideDecimals(a: Decimal128, b: Decimal128): Decimal128 {
  const [x, y] = [finite(a), finite(b)];
  if (x === undefined || y === undefined || y.coefficient === 0n)
    return byDoubles(specialOf(a) / specialOf(b));
  const isNegative = x.isNegative !== y.isNegative;
  const whole = x.exponent - y.exponent;
  const more = Math.max(maxDigits + 2 + digitsOf(y.coefficient) - digitsOf(x.coefficient), 0);
  const scaled = x.coefficient * tens(more);
  let [coefficient, exponent] = [scaled / y.coefficient, whole - more];
  if (scaled % y.coefficient !== 0n)
    // A last digit stands for all that follow, so that rounding knows of them.
    return rounded({ isNegative, coefficient: coefficient * 10n + 1n, exponent: exponent - 1 });
  while (exponent < whole && coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent++;
  }
  return rounded({ isNegative, coefficient, exponent });
}

/** With so many digits after the point and no more: half to even, or cut off. */
export function roundDecimal(value: Decimal128, places: number, isCut: boolean): Decimal128 {
  const exact = finite(value);
  const excess = exact === undefined ? 0 : -places - exact.exponent;
  if (exact === undefined || excess <= 0) return value;
  const { isNegative, coefficient } = exact;
  const kept = isCut ? coefficient / tens(excess) : shortened(coefficient, excess);
  return rounded({ isNegative, coefficient: kept, exponent: -places });
}

/** NaN and the infinities as they are; a finite decimal as -1, 0 or 1, which is all that matters beside them. */
function specialOf(value: Decimal128): number {
  const exact = finite(value);
  return exact === undefined ? Number(value.toString()) : Number(sign(signed(exact)));
}

const sign = (value: bigint): bigint => (value > 0n ? 1n : value < 0n ? -1n : 0n);

/** The double nearest to a decimal. */
export function doubleOf(value: Decimal128): number {
  return Number(value.toString());
}

/** A finite double as mantissa × 2^power, exactly. */
function binaryOf(value: number): { mantissa: bigint; power: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  return {
    mantissa: value < 0 ? -mantissa : mantissa,
    power: Math.max(biased, 1) - 1075,
  };
}

/** Sign of `value - double`, without rounding; `double` is the one nearest to the value. */
export function compareToDouble(value: Decimal128, double: number): number {
  const exact = finite(value);
  if (exact === undefined) return 0;
  const number = signed(exact);
  if (!Number.isFinite(double)) return double > 0 ? -1 : 1;
  // Too small for a double: nothing but the sign is left, and no power of ten of thousands of digits is needed.
  if (double === 0) return Number(sign(number));
  const { mantissa, power } = binaryOf(double);
  const left = number * tens(Math.max(exact.exponent, 0)) * 2n ** BigInt(Math.max(-power, 0));
  const right = mantissa * tens(Math.max(-exact.exponent, 0)) * 2n ** BigInt(Math.max(power, 0));
  return Number(sign(left - right));
}

/** A number's decimal digits without trailing zeros, and the power of ten of the first one. */
export interface Scientific {
  readonly isNegative: boolean;
  readonly digits: string;
  readonly power: number;
}

/** Scientific form of a finite decimal or of an integer; equal numbers have equal forms. */
export function scientific(value: Decimal128 | bigint): Scientific {
  const exact =
    typeof value === "bigint"
      ? { isNegative: value < 0n, coefficient: value < 0n ? -value : value, exponent: 0 }
      : finite(value);
  if (exact === undefined) return { isNegative: false, digits: "", power: 0 };
  const all = exact.coefficient.toString();
  return {
    isNegative: exact.isNegative,
    digits: all.replace(/0+$/, ""),
    power: exact.exponent + all.length - 1,
  };
}
