import { wholeNumber } from "./arithmetic.ts";
import { serverError, shown } from "../values/errors.ts";
import { sameValue } from "../values/keys.ts";
import { isOfValues } from "./filters.ts";
import { matcherOf } from "./matching.ts";
import { compareAt, type Field } from "../values/paths.ts";
import { read, write, type Place } from "./update-paths.ts";
import { copyOf, isDoc, promoted, typeName, type Doc } from "../values/values.ts";

type Apply = (place: Place) => void;

function arrayAt(place: Place, refusal: (type: string) => Error): unknown[] | undefined {
  const value = read(place);
  if (value === undefined || Array.isArray(value)) return value as unknown[] | undefined;
  throw refusal(typeName(value));
}

const isModified = (operand: unknown): operand is Doc =>
  isDoc(operand) && Object.hasOwn(operand, "$each");

function each(operand: Doc, operator: string, code: number): unknown[] {
  if (Array.isArray(operand.$each)) return operand.$each as unknown[];
  const found = typeName(operand.$each);
  throw serverError(
    code,
    `The argument to $each in ${operator} must be an array but it was of type: ${found}`,
  );
}

function sortFields(spec: unknown): readonly Field[] {
  const direction = (value: unknown): 1 | -1 => {
    const number = wholeNumber(value);
    if (number === 1 || number === -1) return number;
    throw serverError(2, "The $sort element value must be either 1 or -1");
  };
  if (!isDoc(spec)) return [["", direction(spec)]];
  const fields = Object.entries(spec).map(([path, value]): Field => [path, direction(value)]);
  if (fields.length > 0) return fields;
  throw serverError(2, "The $sort pattern is empty when it should be a set of fields.");
}

function whole(value: unknown, modifier: string): number {
  const number = wholeNumber(value);
  if (number !== undefined) return number;
  const found = typeName(value);
  throw serverError(
    2,
    `The value for ${modifier} must be an integer value but was given type: ${found}`,
  );
}

const modifiers = new Set(["$each", "$position", "$sort", "$slice"]);

/** `$push`, with `$each`, `$position`, `$sort` and `$slice`. */
export function push(operand: unknown): Apply {
  const options = isModified(operand) ? operand : {};
  const added = isModified(operand) ? each(operand, "$push", 2) : [operand];
  const odd = Object.keys(options).find((name) => !modifiers.has(name));
  if (odd !== undefined) throw serverError(2, `Unrecognized clause in $push: ${odd}`);
  const { $position, $slice, $sort } = options;
  const at = $position === undefined ? undefined : whole($position, "$position");
  const size = $slice === undefined ? undefined : whole($slice, "$slice");
  const fields = $sort === undefined ? undefined : sortFields($sort);
  return (place) => {
    const items = [
      ...(arrayAt(place, (type) =>
        serverError(2, `The field '${place.path}' must be an array but is of type ${type}`),
      ) ?? []),
    ];
    items.splice(at ?? items.length, 0, ...added.map((item) => copyOf(item)));
    if (fields) items.sort((a, b) => compareAt(a, b, fields));
    const [from, to] = size === undefined ? [] : size < 0 ? [size] : [0, size];
    write(place, items.slice(from, to));
  };
}

/** `$addToSet`, with `$each`. */
export function addToSet(operand: unknown): Apply {
  const added = isModified(operand) ? each(operand, "$addToSet", 14) : [operand];
  if (isModified(operand) && Object.keys(operand).length > 1)
    throw serverError(2, "Found unexpected fields after $each in $addToSet");
  return (place) => {
    const items = [
      ...(arrayAt(place, (type) => {
        const field = `Field named '${place.key}' has non-array type ${type}`;
        return serverError(2, `Cannot apply $addToSet to non-array field. ${field}`);
      }) ?? []),
    ];
    for (const item of added) {
      if (!items.some((other) => sameValue(other, item))) items.push(copyOf(item));
    }
    write(place, items);
  };
}

/** A document is a filter on elements that are documents, operators one on elements, anything else equals. */
function unwanted(operand: unknown): (item: unknown) => boolean {
  if (isDoc(operand) && !isOfValues(operand)) {
    const matcher = matcherOf(promoted(operand));
    return (item) => isDoc(item) && matcher.test(promoted(item));
  }
  if (!isDoc(operand) && !(operand instanceof RegExp)) return (item) => sameValue(item, operand);
  const matcher = matcherOf({ e: promoted(operand) });
  return (item) => matcher.test({ e: promoted(item) });
}

const noArray = (): Error => serverError(2, "Cannot apply $pull to a non-array value");

function keep(place: Place, isUnwanted: (item: unknown) => boolean): void {
  const items = arrayAt(place, noArray);
  if (items?.some((item) => isUnwanted(item)) === true)
    write(
      place,
      items.filter((item) => !isUnwanted(item)),
    );
}

/** `$pull`: by value, by pattern or by condition. */
export function pull(operand: unknown): Apply {
  const isUnwanted = unwanted(operand);
  return (place) => keep(place, isUnwanted);
}

/** `$pullAll`: by equality with any of a list. */
export function pullAll(operand: unknown): Apply {
  if (!Array.isArray(operand)) {
    const found = typeName(operand);
    throw serverError(2, `$pullAll requires an array argument but was given a ${found}`);
  }
  const isUnwanted = (item: unknown) =>
    (operand as unknown[]).some((other) => sameValue(other, item));
  return (place) => keep(place, isUnwanted);
}

/** `$pop`: the last element, or with -1 the first. */
export function pop(operand: unknown, path: string): Apply {
  const end = wholeNumber(operand);
  if (end === undefined) throw serverError(9, `Expected a number in: ${path}: ${shown(operand)}`);
  if (end !== 1 && end !== -1) throw serverError(9, `$pop expects 1 or -1, found: ${end}`);
  return (place) => {
    const items = arrayAt(place, (type) =>
      serverError(14, `Path '${place.path}' contains an element of non-array type '${type}'`),
    );
    if (items) write(place, end === -1 ? items.slice(1) : items.slice(0, -1));
  };
}
