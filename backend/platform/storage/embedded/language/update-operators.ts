import { Long, Timestamp } from "mongodb";
import { asInteger, calculated, integerBits, numberType, zeroLike } from "./arithmetic.ts";
import { serverError, shown } from "../values/errors.ts";
import { compareValues } from "../values/keys.ts";
import { addToSet, pop, pull, pullAll, push } from "./update-arrays.ts";
import { erase, isArrayStep, overlap, placeAt, read, write, type Place } from "./update-paths.ts";
import { copyOf, isDoc, typeName, type Doc } from "../values/values.ts";

/** What an operator may look at beside its place. */
interface Circumstances {
  /** The document that changes, and as it was before. */
  readonly doc: Doc;
  readonly original: Doc;
  /** Decides `$currentDate`. */
  readonly now: Date;
}

/** Changes one place. */
export type Apply = (place: Place, when: Circumstances) => void;

/** Reads an operand once, and refuses what it cannot be. */
type Operator = (operand: unknown, path: string) => Apply;

function ofField(place: Place, { original }: Circumstances, found: unknown): string {
  const name = `has the field '${place.key}' of non-numeric type ${typeName(found)}`;
  return `{_id: ${shown(original._id)}} ${name}`;
}

function arithmetic(operator: "$inc" | "$mul"): Operator {
  const verb = operator === "$inc" ? "increment" : "multiply";
  return (operand, path) => {
    if (numberType(operand) === undefined) {
      const given = `{${path}: ${shown(operand)}}`;
      throw serverError(14, `Cannot ${verb} with non-numeric argument: ${given}`);
    }
    return (place, when) => {
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
        const type = typeName(value) === "int" ? "NumberInt" : "NumberLong";
        const current = `current value ((${type})${String(Long.fromValue(value as number))})`;
        const document = `document {_id: ${shown(when.original._id)}}`;
        throw serverError(
          2,
          `Failed to apply ${operator} operations to ${current} for ${document}`,
        );
      }
      write(place, result);
    };
  };
}

function extreme(sign: 1 | -1): Operator {
  return (operand) => (place) => {
    const value = read(place);
    if (value === undefined || compareValues(operand, value) * sign > 0)
      write(place, copyOf(operand));
  };
}

const currentDate: Operator = (operand) => {
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
  return (place, { now }) => {
    const seconds = Math.floor(now.getTime() / 1000);
    write(place, type === "timestamp" ? new Timestamp({ t: seconds, i: 1 }) : new Date(now));
  };
};

const bitwise: Record<string, (a: bigint, b: bigint) => bigint> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
};

/** The operations of `$bit`, in their order. */
function bitOperations(operand: unknown) {
  if (!isDoc(operand)) {
    const what = `The $bit modifier is not compatible with a ${typeName(operand)}.`;
    const wanted = "You must pass in an embedded document: {$bit: {field: {and/or/xor: #}}";
    throw serverError(2, `${what} ${wanted}`);
  }
  if (Object.keys(operand).length === 0)
    throw serverError(2, "You must pass in at least one bitwise operation.");
  return Object.entries(operand).map(([name, mask]) => {
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
    return { combine, by };
  });
}

const bit: Operator = (operand) => {
  const operations = bitOperations(operand);
  return (place, when) => {
    const value = read(place);
    const current = value === undefined ? { bits: 0n, type: "int" as const } : integerBits(value);
    if (current === undefined) {
      const field = ofField(place, when, value).replace("non-numeric", "non-integer");
      throw serverError(2, `Cannot apply $bit to a value of non-integral type.${field}`);
    }
    let { bits, type } = current;
    for (const { combine, by } of operations) {
      bits = combine(bits, by.bits);
      if (by.type === "long") type = "long";
    }
    write(place, asInteger(bits, type));
  };
};

function refuseInArray(doc: Doc, path: string, which: "source" | "destination"): void {
  let value: unknown = doc;
  for (const [i, step] of path.split(".").entries()) {
    if (Array.isArray(value)) {
      const what = `The ${which} field cannot be an array element, '${path}' in doc with`;
      const array = `has an array field called '${path.split(".")[i - 1]}'`;
      throw serverError(2, `${what} _id: ${shown(doc._id)} ${array}`);
    }
    value = isDoc(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }
}

const rename: Operator = (to, path) => {
  const given = `${path}: ${shown(to)}`;
  if (typeof to !== "string")
    throw serverError(2, `The 'to' field for $rename must be a string: ${given}`);
  const fields = "The source and target field for $rename must";
  if (to === path) throw serverError(2, `${fields} differ: ${given}`);
  if (overlap(path, to)) throw serverError(2, `${fields} not be on the same path: ${given}`);
  for (const [name, which] of [
    [path, "source"],
    [to, "destination"],
  ] as const) {
    if (name.split(".").some((part) => part === "$" || isArrayStep(part)))
      throw serverError(2, `The ${which} field for $rename may not be dynamic: ${name}`);
  }
  return (place, { doc }) => {
    const value = read(place);
    if (value === undefined) return;
    refuseInArray(doc, path, "source");
    refuseInArray(doc, to, "destination");
    const target = placeAt(doc, to, "create");
    erase(place);
    if (target) write(target, value);
  };
};

const set: Operator = (operand) => (place) => write(place, copyOf(operand));

/** Operators by name. */
export const operators: Readonly<Record<string, Operator>> = {
  $set: set,
  $setOnInsert: set,
  $unset: () => (place) => erase(place),
  $rename: rename,
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
  $rename: "skip",
  $pull: "skip",
  $pullAll: "skip",
  $pop: "skip",
};
