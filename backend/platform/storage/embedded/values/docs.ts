/** A stored document as plain values: JavaScript primitives, Date, RegExp, arrays, objects and BSON classes. */
export type Doc = Record<string, unknown>;

const intMin = -0x80000000;
const intMax = 0x7fffffff;

/** True for the numbers that BSON encodes as 32-bit integers when it meets them as JavaScript numbers. */
export function isInt(value: number): boolean {
  return Number.isInteger(value) && value >= intMin && value <= intMax && !Object.is(value, -0);
}

/** Sets an own property even when the key is `__proto__`. */
export function put(holder: Doc, key: string, value: unknown): void {
  if (key !== "__proto__") holder[key] = value;
  else
    Object.defineProperty(holder, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}
