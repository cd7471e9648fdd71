import { Timestamp } from "mongodb";
import { asInteger, calculated, integerBits, numberType, zeroLike } from "./arithmetic.ts";
import { serverError } from "../values/errors.ts";
import { compareValues } from "../values/keys.ts";
import { addToSet, pop, pull, pullAll, push } from "./update-arrays.ts";
import { erase, read, write, type Place } from "./update-paths.ts";
import { copyOf, isDoc, typeName, type Doc } from "../values/values.ts";

/** What an operator may look at beside its place. */
export interface Circumstances {
  /** The document before the update. */
  readonly original: Doc;
  /** Decides `$currentDate`. */
  readonly now: Date;
  /** True for the document that an upsert inserts. */
  readonly isInsert: boolean;
}

/** Changes one place. */
export type Apply = (place: Place, operand: unknown, when: Circumstances) => void;

function ofField(place: Place, { original }: Circumstances, found: unknown): string {
  const name = `has the field '${place.key}' of non-numeric type ${typeName(found)}`;
  return `{_id: ${JSON.stringify(original._id)}} ${name}`;
}

function arithmetic(operator: "$inc" | "$mul"): Apply {
  const verb = operator === "$inc" ? "increment" : "multiply";
  return (place, operand, when) => {
    if (numberType(operand) === undefined) {
      const shown = `{${place.key}: ${JSON.stringify(operand)}}`;
      throw serverError(14, `Cannot ${verb} with non-numeric argument: ${shown}`);
    }
    const value = read(place);
    if (value === undefined) {
      write(place, operator === "$inc" ? operand : zeroLike(operand));
      return;
    }
    if (numberType(value) === undefined) {
      const field = ofField(place, when, value);
      throw serverError(14, `Cannot apply ${operator} to a value of non-numeric type. ${field}`);
    }
    const result = calculated(value, operator === "$inc" ? "+" : "*", operand);
    if (result === undefined) {
      const current = `current value (${typeName(value)} ${Number(value)})`;
      const document = `document {_id: ${JSON.stringify(when.original._id)}}`;
      throw serverError(2, `Failed to apply ${operator} operations to ${current} for ${document}`);
    }
    write(place, result);
  };
}

function extreme(sign: 1 | -1): Apply {
  return (place, operand) => {
    const value = read(place);
    if (value === undefined || compareValues(operand, value) * sign > 0)
      write(place, copyOf(operand));
  };
}

const currentDate: Apply = (place, operand, { now }) => {
  const type = isDoc(operand) ? operand.$type : "date";
  if (typeof operand !== "boolean" && !isDoc(operand)) {
    const found = `${typeName(operand)} is not valid type for $currentDate.`;
    const wanted =
      "Please use a boolean ('true') or a $type expression ({$type: 'timestamp/date'}).";
    throw serverError(2, `${found} ${wanted}`);
  }
  if (type !== "date" && type !== "timestamp") {
    const what = "The '$type' string field is required to be 'date' or 'timestamp'";
    throw serverError(2, `${what}: {$currentDate: {field : {$type: 'date'}}}`);
  }
  const seconds = Math.floor(now.getTime() / 1000);
  write(place, type === "timestamp" ? new Timestamp({ t: seconds, i: 1 }) : new Date(now));
};

const bitwise: Record<string, (a: bigint, b: bigint) => bigint> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

const bit: Apply = (place, operand, when) => {
  if (!isDoc(operand)) {
    const what = "The $bit modifier is not compatible with a number. You must pass in an embedded";
    throw serverError(2, `${what} document: {$bit: {field: {and/or/xor: #}}`);
  }
  const value = read(place);
  const current = value === undefined ? { bits: 0n, type: "int" as const } : integerBits(value);
  if (current === undefined) {
    const field = ofField(place, when, value).replace("non-numeric", "non-integer");
    throw serverError(2, `Cannot apply $bit to a value of non-integral type.${field}`);
  }
  let { bits, type } = current;
  if (Object.keys(operand).length === 0)
    throw serverError(2, "You must pass in at least one bitwise operation.");
  for (const [name, mask] of Object.entries(operand)) {
    const combine = bitwise[name];
    const by = integerBits(mask);
    if (combine === undefined) {
      const known = "The $bit modifier only supports 'and', 'or', and 'xor', not";
      throw serverError(2, `${known} '${name}' which is an unknown operator`);
    }
    if (by === undefined) {
      const found = `a '${typeName(mask)}' is not supported here`;
      throw serverError(2, `The $bit modifier field must be an Integer(32/64 bit); ${found}`);
    }
    bits = combine(bits, by.bits);
    if (by.type === "long") type = "long";
  }
  write(place, asInteger(bits, type));
};

const set: Apply = (place, operand) => write(place, copyOf(operand));

/** Every operator but `$rename`, which has two places. */
export const operators: Readonly<Record<string, Apply>> = {
  $set: set,
  $setOnInsert: (place, operand, when) => {
    if (when.isInsert) set(place, operand, when);
  },
  $unset: (place) => erase(place),
  $inc: arithmetic("$inc"),
  $mul: arithmetic("$mul"),
  $min: extreme(-1),
  $max: extreme(1),
  $currentDate: currentDate,
  $bit: bit,
  $push: push,
  $addToSet: addToSet,
  $pull: pull,
  $pullAll: pullAll,
  $pop: pop,
};

/** Operators that make no missing parents. */
export const whereMissing: Readonly<Record<string, "skip" | "skip-always">> = {
  $unset: "skip-always",
  $pull: "skip",
  $pullAll: "skip",
  $pop: "skip",
};
