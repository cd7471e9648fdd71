import { serverError } from "../values/errors.ts";
import { isDoc, typeName, type Doc } from "../values/values.ts";

/** One operator on one path. */
export interface Step {
  readonly operator: string;
  readonly path: string;
  readonly operand: unknown;
}

/** Filters of `$[name]` by their name. */
export type ArrayFilters = ReadonlyMap<string, Doc>;

const fieldOperators = [
  "$set",
  "$setOnInsert",
  "$unset",
  "$inc",
  "$mul",
  "$min",
  "$max",
  "$rename",
];
const otherOperators = ["$currentDate", "$bit", "$push", "$addToSet", "$pull", "$pullAll", "$pop"];
const known = new Set([...fieldOperators, ...otherOperators]);
const digits = /^(0|[1-9]\d*)$/;
const arrayStep = /^\$(\[([a-z][a-zA-Z0-9]*)?\])?$/;

function refusePath(path: string): void {
  if (path === "") throw serverError(56, "An empty update path is not valid.");
  for (const [i, step] of path.split(".").entries()) {
    if (step === "") {
      const what = "contains an empty field name, which is not allowed.";
      throw serverError(56, `The update path '${path}' ${what}`);
    }
    if (!step.startsWith("$")) continue;
    if (!arrayStep.test(step)) {
      const what = "is not allowed in the context of an update's replacement document.";
      throw serverError(52, `The dollar ($) prefixed field '${step}' in '${path}' ${what}`);
    }
    if (i === 0) {
      const what = "Cannot have positional (i.e. '$') element in the first position in path";
      throw serverError(2, `${what} '${path}'`);
    }
  }
}

/** Fields change in the order of their names, numbers by value (MongoDB 5.0). */
function byPath(a: string, b: string): number {
  const [left, right] = [a.split("."), b.split(".")];
  for (const [i, x] of left.entries()) {
    const y = right[i];
    if (y === undefined) return 1;
    if (x === y) continue;
    if (digits.test(x) && digits.test(y)) return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** True when one path is the other or lies below it. */
function overlap(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`) || other.startsWith(`${path}.`);
}

function refuseConflicts(paths: readonly string[]): void {
  const sorted = paths.toSorted(byPath);
  for (const [i, path] of sorted.entries()) {
    const next = sorted[i + 1];
    if (next === undefined || !overlap(path, next)) continue;
    const later = paths.lastIndexOf(next) > paths.indexOf(path) ? next : path;
    throw serverError(40, `Updating the path '${later}' would create a conflict at '${path}'`);
  }
}

/** Refuses places that two operators reach by different positional paths. */
export function refuseOverlap(touched: readonly string[], places: readonly string[]): void {
  const path = places.find((place) => touched.some((other) => overlap(place, other)));
  if (path !== undefined) throw serverError(40, `Update created a conflict at '${path}'`);
}

/** What `$rename` names as new name. */
export function newName(step: Step): string {
  if (typeof step.operand === "string") return step.operand;
  throw serverError(2, `The 'to' field for $rename must be a string: ${step.path}`);
}

function pathsOf(step: Step): string[] {
  if (step.operator !== "$rename") return [step.path];
  const to = newName(step);
  if (to === step.path)
    throw serverError(2, `The source and target field for $rename must differ: ${step.path}`);
  if (overlap(step.path, to)) {
    const what = "The source and target field for $rename must not be on the same path";
    throw serverError(2, `${what}: ${step.path}: "${to}"`);
  }
  for (const [path, which] of [
    [step.path, "source"],
    [to, "destination"],
  ] as const) {
    if (path.split(".").some((part) => arrayStep.test(part)))
      throw serverError(2, `The ${which} field for $rename may not be dynamic: ${path}`);
  }
  return [step.path, to];
}

/**
 * The operators of an update in the order in which they are applied.
 * @throws {MongoServerError} 9 — for what is no operator; 2, 52, 56 — for a path that cannot be; 40 — when paths overlap
 */
export function stepsOf(change: Doc): readonly Step[] {
  const steps: Step[] = [];
  for (const [operator, part] of Object.entries(change)) {
    if (!known.has(operator)) {
      const what =
        "Expected a valid update modifier or pipeline-style update specified as an array";
      throw serverError(9, `Unknown modifier: ${operator}. ${what}`);
    }
    if (!isDoc(part)) {
      const found = `Modifiers operate on fields but we found type ${typeName(part)} instead.`;
      throw serverError(9, `${found} For example: {$mod: {<field>: ...}} not {${operator}: ...}`);
    }
    for (const [path, operand] of Object.entries(part)) steps.push({ operator, path, operand });
  }
  const paths = steps.flatMap((step) => pathsOf(step));
  for (const path of paths) refusePath(path);
  refuseConflicts(paths);
  return steps.toSorted((a, b) => byPath(a.path, b.path));
}

function namesIn(filter: Doc): string[] {
  return Object.entries(filter).flatMap(([path, condition]) => {
    if (!path.startsWith("$")) return [path.split(".", 1)[0] ?? path];
    return Array.isArray(condition)
      ? (condition as unknown[]).filter(isDoc).flatMap((part) => namesIn(part))
      : [];
  });
}

/**
 * Array filters by name.
 * @throws {MongoServerError} 9 — for one that has no name, several names, another's name, or that no path uses; 2 — for a bad name
 */
export function arrayFiltersOf(filters: readonly Doc[], steps: readonly Step[]): ArrayFilters {
  const named = new Map<string, Doc>();
  for (const filter of filters) {
    const [name, other] = new Set(namesIn(filter));
    if (name === undefined) {
      throw serverError(
        9,
        "Cannot use an expression without a top-level field name in arrayFilters",
      );
    }
    if (other !== undefined) {
      const what = "Expected a single top-level field name, found";
      throw serverError(
        9,
        `Error parsing array filter :: caused by :: ${what} '${name}' and '${other}'`,
      );
    }
    if (!arrayStep.test(`$[${name}]`)) {
      const what =
        "The top-level field name must be an alphanumeric string beginning with a lowercase letter";
      throw serverError(2, `Error parsing array filter :: caused by :: ${what}, found '${name}'`);
    }
    if (named.has(name))
      throw serverError(
        9,
        `Found multiple array filters with the same top-level field name ${name}`,
      );
    if (!steps.some(({ path }) => path.split(".").includes(`$[${name}]`)))
      throw serverError(9, `The array filter for identifier '${name}' was not used in the update`);
    named.set(name, filter);
  }
  return named;
}
