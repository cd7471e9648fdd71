import { serverError, shown } from "../values/errors.ts";
import { matcherOf } from "./matching.ts";
import { assertPipeline } from "./pipelines.ts";
import { operators, type Apply } from "./update-operators.ts";
import { isArrayStep, type ArrayFilters } from "./update-paths.ts";
import { isDoc, typeName, type Doc } from "../values/values.ts";

/** One operator on one path. */
interface Step {
  readonly operator: string;
  readonly path: string;
  readonly apply: Apply;
}

/** An update that was read once and changes any number of documents: operators, or a pipeline. */
export type Plan =
  | { readonly pipeline: readonly Doc[] }
  | {
      /** In the order in which they are applied. */
      readonly steps: readonly Step[];
      readonly arrayFilters: ArrayFilters;
      /** Whether different paths may lead to one place. */
      readonly isDynamic: boolean;
      /** Paths that begin with a dollar, of operators that give values. */
      readonly dollars: readonly string[];
    };

const digits = /^(0|[1-9]\d*)$/;

function refusePath(path: string): void {
  if (path === "") throw serverError(56, "An empty update path is not valid.");
  const parts = path.split(".");
  if (parts.includes("")) {
    const what = "contains an empty field name, which is not allowed.";
    throw serverError(56, `The update path '${path}' ${what}`);
  }
  if (parts.filter((part) => part === "$").length > 1)
    throw serverError(2, `Too many positional (i.e. '$') elements found in path '${path}'`);
  if (parts[0] !== "$" && !isArrayStep(parts[0])) return;
  const which =
    parts[0] === "$" ? "positional (i.e. '$')" : "array filter identifier (i.e. '$[<id>]')";
  throw serverError(2, `Cannot have ${which} element in the first position in path '${path}'`);
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

/** Refuses a path that is another one, lies below it or above it, and notes it. */
function claim(path: string, taken: Set<string>, parents: Set<string>): void {
  const parts = path.split(".");
  const above = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
  const isMet = taken.has(path) || parents.has(path);
  const conflict = above.find((parent) => taken.has(parent)) ?? (isMet ? path : undefined);
  if (conflict !== undefined)
    throw serverError(40, `Updating the path '${path}' would create a conflict at '${conflict}'`);
  taken.add(path);
  for (const parent of above) parents.add(parent);
}

function namesIn(filter: Doc): string[] {
  return Object.entries(filter).flatMap(([path, condition]) => {
    if (!path.startsWith("$")) return [path.split(".", 1)[0] ?? path];
    return Array.isArray(condition)
      ? (condition as unknown[]).filter(isDoc).flatMap((part) => namesIn(part))
      : [];
  });
}

/** Array filters by name. */
function arrayFiltersOf(filters: readonly Doc[]): ArrayFilters {
  const named = new Map<string, ReturnType<typeof matcherOf>>();
  const parsing = "Error parsing array filter :: caused by ::";
  for (const filter of filters) {
    const [name, other] = new Set(namesIn(filter));
    if (name === undefined) {
      const what = "Cannot use an expression without a top-level field name in arrayFilters";
      throw serverError(9, what);
    }
    if (other !== undefined) {
      const what = `Expected a single top-level field name, found '${name}' and '${other}'`;
      throw serverError(9, `${parsing} ${what}`);
    }
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) {
      const what =
        "The top-level field name must be an alphanumeric string beginning with a lowercase letter";
      throw serverError(2, `${parsing} ${what}, found '${name}'`);
    }
    if (named.has(name)) {
      const what = "Found multiple array filters with the same top-level field name";
      throw serverError(9, `${what} ${name}`);
    }
    named.set(name, matcherOf(filter));
  }
  return named;
}

/** The fields of each operator, and the operator. */
function* partsOf(change: Doc): Generator<[operator: string, path: string, operand: unknown]> {
  for (const [operator, part] of Object.entries(change)) {
    if (!Object.hasOwn(operators, operator)) {
      const what =
        "Expected a valid update modifier or pipeline-style update specified as an array";
      throw serverError(9, `Unknown modifier: ${operator}. ${what}`);
    }
    if (!isDoc(part)) {
      const found = `Modifiers operate on fields but we found type ${typeName(part)} instead.`;
      const given = `{${operator}: ${shown(part)}}`;
      throw serverError(9, `${found} For example: {$mod: {<field>: ...}} not ${given}`);
    }
    for (const [path, operand] of Object.entries(part)) yield [operator, path, operand];
  }
}

function pipelineOf(pipeline: readonly Doc[], filters: readonly Doc[]): Plan {
  if (filters.length > 0)
    throw serverError(9, "arrayFilters may not be specified for pipeline-style updates");
  assertPipeline(pipeline, "an update");
  return { pipeline };
}

/**
 * Reads an update and its array filters, before any document is looked at.
 * @throws {MongoServerError} 9 — for what is no operator or no use; 2, 14 — for an operand or a path that cannot be; 40 — when
 * paths overlap; 56 — for an empty name; 72, 168, 40323, 40324 — for what cannot stand in a pipeline
 */
export function planOf(change: Doc | readonly Doc[], filters: readonly Doc[]): Plan {
  if (Array.isArray(change)) return pipelineOf(change as Doc[], filters);
  const arrayFilters = arrayFiltersOf(filters);
  const unused = new Set(arrayFilters.keys());
  const [taken, parents] = [new Set<string>(), new Set<string>()];
  const steps: Step[] = [];
  const dollars: string[] = [];
  for (const [operator, path, operand] of partsOf(change as Doc)) {
    const isRename = operator === "$rename" && typeof operand === "string";
    const paths = isRename ? [operand, path] : [path];
    for (const each of paths) refusePath(each);
    const apply = operators[operator]?.(operand, path);
    for (const part of path.split(".").filter((step) => isArrayStep(step) && step !== "$[]")) {
      const name = part.slice(2, -1);
      unused.delete(name);
      if (!arrayFilters.has(name))
        throw serverError(2, `No array filter found for identifier '${name}' in path '${path}'`);
    }
    for (const each of paths) claim(each, taken, parents);
    if (operator !== "$unset") dollars.push(...paths.filter((each) => each.startsWith("$")));
    if (apply) steps.push({ operator, path, apply });
  }
  for (const name of unused) {
    const what = `was not used in the update ${shown(change)}`;
    throw serverError(9, `The array filter for identifier '${name}' ${what}`);
  }
  const isDynamic = steps.some(({ path }) => path.includes("$"));
  steps.sort((a, b) => byPath(a.path, b.path));
  return { steps, arrayFilters, isDynamic, dollars };
}
