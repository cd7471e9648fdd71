import { serverError } from "../values/errors.ts";
import { bsonType, hasOperators, isDoc, isReferenceField, type Doc } from "../values/values.ts";

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

function isInteger(operand: unknown): boolean {
  return Number.isInteger(operand) || bsonType(operand) === "Long";
}

type Check = (operand: unknown) => void;

function needsArray(name: string): Check {
  return (operand) => {
    if (!Array.isArray(operand)) bad(`${name} needs an array`);
  };
}

/** What the server refuses of an operand before it looks at any document. */
const checks: Readonly<Record<string, Check>> = {
  $in: needsArray("$in"),
  $nin: needsArray("$nin"),
  $all: needsArray("$all"),
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
    if (operand[0] === 0) bad("divisor cannot be 0");
  },
  $regex(operand) {
    if (typeof operand !== "string" && !(operand instanceof RegExp))
      bad("$regex has to be a string");
  },
  $elemMatch(operand) {
    if (!isDoc(operand)) bad("$elemMatch needs an Object");
    assertConditions(operand);
  },
  $not(operand) {
    if (operand instanceof RegExp) return;
    if (!isDoc(operand)) bad("$not needs a regex or a document");
    if (Object.keys(operand).length === 0) bad("$not cannot be empty");
    assertConditions(operand);
  },
  $type(operand) {
    for (const alias of [operand].flat())
      if (typeof alias === "string" && !typeAliases.has(alias))
        bad(`Unknown type name alias: ${alias}`);
  },
};

/** The operators of one path; a document without operators is a value. */
function assertConditions(condition: Doc): void {
  const [first = ""] = Object.keys(condition);
  if (!first.startsWith("$") || isReferenceField(first)) return assertFilter(condition);
  for (const [name, operand] of Object.entries(condition)) {
    if (!name.startsWith("$")) bad(`unknown operator: ${name}`);
    if (name === "$options" && !("$regex" in condition)) bad("$options needs a $regex");
    checks[name]?.(operand);
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
    } else if (!path.startsWith("$") && hasOperators(condition)) assertConditions(condition);
  }
}

/** Whether a filter asks for a BSON type, which JavaScript's numbers do not tell. */
export function mentionsType(filter: unknown): boolean {
  if (Array.isArray(filter)) return filter.some(mentionsType);
  if (!isDoc(filter)) return false;
  return Object.entries(filter).some(([key, part]) => key === "$type" || mentionsType(part));
}
