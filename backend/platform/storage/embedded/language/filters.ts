import { serverError } from "../values/errors.ts";
import { rank, rankOf } from "../values/keys.ts";
import {
  bsonType,
  hasOperators,
  isDoc,
  isReferenceField,
  toBytes,
  type Doc,
} from "../values/values.ts";

function bad(message: string): never {
  throw serverError(2, message);
}

/** The names that `$type` knows. */
const typeAliases = new Set(
  (
    "double string object array binData undefined objectId bool date null regex dbPointer javascript " +
    "symbol javascriptWithScope int timestamp long decimal minKey maxKey number"
  ).split(" "),
);
const typeCodes = new Set([-1, 127, ...Array.from({ length: 19 }, (_, i) => i + 1)]);

function isNumber(operand: unknown): boolean {
  return rankOf(operand) === rank.number;
}

function isInteger(operand: unknown): boolean {
  return Number.isInteger(operand) || bsonType(operand) === "Long";
}

const longList = 100_000;

type Check = (operand: unknown, path: string) => void;

function noPattern(operand: unknown, path: string): void {
  if (operand instanceof RegExp) bad(`Can't have RegEx as arg to predicate over field '${path}'.`);
}

/** A list of values, each of which must be acceptable. */
function listOf(name: string, check: (item: unknown) => void): Check {
  return (operand) => {
    if (!Array.isArray(operand)) bad(`${name} needs an array`);
    // No command holds a list much longer: encoding it throws the RangeError that it throws in the driver.
    if (operand.length > longList) toBytes({ operand });
    operand.forEach(check);
  };
}

const listed = (name: string) =>
  listOf(name, (item) => {
    if (hasOperators(item)) bad(`cannot nest $ under ${name}`);
  });

function bits(operand: unknown): void {
  if (bsonType(operand) === "Binary") return;
  for (const part of [operand].flat()) {
    if (!isNumber(part)) bad("bits must be an array of positions, a number or a BinData");
    if (!(Number(String(part)) >= 0))
      throw serverError(Array.isArray(operand) ? 2 : 9, "Expected a non-negative number");
  }
}

/** What the server refuses of an operand before it looks at any document. */
const checks: Readonly<Record<string, Check>> = {
  $gt: noPattern,
  $gte: noPattern,
  $lt: noPattern,
  $lte: noPattern,
  $in: listed("$in"),
  $nin: listed("$nin"),
  $all: listOf("$all", (item) => {
    if (hasOperators(item) && !("$elemMatch" in item)) bad("no $ expressions in $all");
    if (hasOperators(item)) assertConditions(item, "");
  }),
  $bitsAllSet: bits,
  $bitsAnySet: bits,
  $bitsAllClear: bits,
  $bitsAnyClear: bits,
  $ne(operand) {
    if (operand instanceof RegExp) bad("Can't have regex as arg to $ne.");
  },
  $size(operand) {
    if (!isInteger(operand)) bad("Failed to parse $size. Expected an integer");
    if (typeof operand === "number" && operand < 0)
      bad("Failed to parse $size. Expected a non-negative number");
  },
  $mod(operand) {
    if (!Array.isArray(operand)) bad("malformed mod, needs to be an array");
    if (operand.length !== 2) bad("malformed mod, needs two elements");
    if (!operand.every(isNumber)) bad("malformed mod, divisor or remainder not a number");
    if (operand[0] === 0) bad("divisor cannot be 0");
  },
  $regex(operand) {
    if (typeof operand !== "string" && !(operand instanceof RegExp))
      bad("$regex has to be a string");
  },
  $options(operand) {
    if (typeof operand !== "string") bad("$options has to be a string");
    const flag = /[^imsux]/.exec(operand)?.[0];
    if (flag !== undefined)
      throw serverError(51108, `$options invalid flag in regex options: ${flag}`);
  },
  $elemMatch(operand, path) {
    if (!isDoc(operand)) bad("$elemMatch needs an Object");
    if (isOfValues(operand)) assertConditions(operand, path);
    else assertFilter(operand);
  },
  $not(operand, path) {
    if (operand instanceof RegExp) return;
    if (!isDoc(operand)) bad("$not needs a regex or a document");
    if (Object.keys(operand).length === 0) bad("$not cannot be empty");
    assertConditions(operand, path);
  },
  $type(operand) {
    const types: unknown[] = [operand].flat();
    if (types.length === 0) throw serverError(9, "$type must match at least one type");
    for (const type of types) {
      if (typeof type !== "string" && !isNumber(type))
        throw serverError(14, "type must be represented as a number or a string");
      if (typeof type !== "string" && !typeCodes.has(Number(String(type))))
        bad(`Invalid numerical type code: ${String(type)}`);
      if (typeof type === "string" && !typeAliases.has(type))
        bad(`Unknown type name alias: ${type}`);
    }
  },
};

const clauses = new Set(["$and", "$or", "$nor", "$expr"]);

/** Whether an `$elemMatch` has operators on the elements themselves, and is no filter of their fields. */
export function isOfValues(condition: Doc): boolean {
  const [first = ""] = Object.keys(condition);
  return first.startsWith("$") && !clauses.has(first) && !isReferenceField(first);
}

/** The operators of one path. */
function assertConditions(condition: Doc, path: string): void {
  for (const [name, operand] of Object.entries(condition)) {
    if (!name.startsWith("$") || clauses.has(name) || isReferenceField(name))
      bad(`unknown operator: ${name}`);
    if (name === "$options" && !("$regex" in condition)) bad("$options needs a $regex");
    checks[name]?.(operand, path);
  }
}

/**
 * Refuses what MongoDB does not take for a filter.
 * @throws {MongoServerError} 2 — with MongoDB's words
 */
export function assertFilter(filter: Doc): void {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" || path === "$or" || path === "$nor") {
      if (!Array.isArray(condition)) bad(`${path} must be an array`);
      if (condition.length === 0) bad("$and/$or/$nor must be a nonempty array");
      for (const part of condition as unknown[]) {
        if (!isDoc(part)) bad("$or/$and/$nor entries need to be full objects");
        assertFilter(part);
      }
    } else if (!path.startsWith("$") && hasOperators(condition)) assertConditions(condition, path);
  }
}

/** Whether a filter asks for a BSON type, which JavaScript's numbers do not tell. */
export function mentionsType(filter: unknown): boolean {
  if (Array.isArray(filter)) return filter.some(mentionsType);
  if (!isDoc(filter)) return false;
  return Object.entries(filter).some(([key, part]) => key === "$type" || mentionsType(part));
}
