import {
  afterPrefix,
  encodeValue,
  inverted,
  longKeyPrefixBytes,
  maxPlainKeyBytes,
} from "./keys.ts";
import { boundKey, idIndex, rootOf, type IndexSpec } from "./indexes.ts";
import type { KeyRange } from "./kv.ts";
import { matcherOf } from "./matching.ts";
import type { Field } from "./paths.ts";
import { hasOperators, isDoc, type Doc } from "./values.ts";

/** How a query reads: which index, which of its keys, in which direction. */
export interface Plan {
  readonly index: IndexSpec | undefined;
  readonly ranges: readonly KeyRange[];
  readonly reverse: boolean;
  /** True when documents already come in the order asked for. */
  readonly isSorted: boolean;
  /** How many index fields the filter bounds. */
  readonly bounded: number;
}

interface Bound {
  readonly key: Buffer;
  readonly inclusive: boolean;
}

interface Constraint {
  points?: readonly unknown[];
  low?: Bound;
  high?: Bound;
}

type Constraints = Map<string, Constraint>;

const maxPoints = 256;

/** Collects what the filter's conjunction says about single paths; `$or` and negations say nothing. */
function constraintsOf(filter: Doc, found: Constraints = new Map()): Constraints {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" && Array.isArray(condition)) {
      for (const part of condition as unknown[]) if (isDoc(part)) constraintsOf(part, found);
    } else if (!path.startsWith("$")) {
      const constraint = found.get(path) ?? {};
      narrow(constraint, condition);
      found.set(path, constraint);
    }
  }
  return found;
}

function narrow(constraint: Constraint, condition: unknown): void {
  if (condition instanceof RegExp) return;
  if (!hasOperators(condition)) {
    constraint.points ??= [condition];
    return;
  }
  for (const [operator, operand] of Object.entries(condition))
    narrowBy(constraint, operator, operand);
}

function narrowBy(constraint: Constraint, operator: string, operand: unknown): void {
  switch (operator) {
    case "$eq":
      if (!(operand instanceof RegExp)) constraint.points ??= [operand];
      return;
    case "$in":
      if (Array.isArray(operand) && !operand.some((item) => item instanceof RegExp)) {
        constraint.points ??= operand as unknown[];
      }
      return;
    case "$gt":
    case "$gte":
      if (isRangeable(operand)) {
        constraint.low = { key: encodeValue(operand), inclusive: operator === "$gte" };
      }
      return;
    case "$lt":
    case "$lte":
      if (isRangeable(operand)) {
        constraint.high = { key: encodeValue(operand), inclusive: operator === "$lte" };
      }
      return;
    default:
  }
}

function isRangeable(operand: unknown): boolean {
  return operand !== null && operand !== undefined && !Array.isArray(operand) && !isDoc(operand);
}

/** Interval of one field's keys; an index with arrays may use one end only, elements differ. */
function intervalOf(
  constraint: Constraint,
  multikey: boolean,
): { low: Bound; high: Bound } | undefined {
  const { low } = constraint;
  const high = multikey && low ? undefined : constraint.high;
  const given = low ?? high;
  if (!given) return undefined;
  // An open end stays within the type of the end that is given: a comparison never crosses types.
  const type = { key: given.key.subarray(0, 1), inclusive: true };
  return { low: low ?? type, high: high ?? type };
}

function rangeOf(
  prefix: Buffer,
  interval: { low: Bound; high: Bound },
  direction: 1 | -1,
): KeyRange {
  const { low, high } = interval;
  const at = (bytes: Buffer) => Buffer.concat([prefix, direction === 1 ? bytes : inverted(bytes)]);
  const before = (bound: Bound) => at(bound.key);
  const after = (bound: Bound) => afterPrefix(at(bound.key));
  if (direction === 1) {
    return {
      start: low.inclusive ? before(low) : after(low),
      end: high.inclusive ? after(high) : before(high),
    };
  }
  return {
    start: high.inclusive ? before(high) : after(high),
    end: low.inclusive ? after(low) : before(low),
  };
}

/** Bounds longer than a stored key widen to the part that stored keys keep. */
function fitRange({ start, end }: KeyRange): KeyRange {
  const cut = (key: Buffer) =>
    key.length > maxPlainKeyBytes - 1 ? key.subarray(0, longKeyPrefixBytes) : key;
  const fittedEnd = cut(end);
  return { start: cut(start), end: fittedEnd === end ? end : afterPrefix(fittedEnd) };
}

interface Bounded {
  readonly ranges: readonly KeyRange[];
  readonly bounded: number;
  /** Leading fields fixed to one value each, so that a sort may start after them. */
  readonly fixed: number;
}

function boundsOf(spec: IndexSpec, constraints: Constraints): Bounded {
  let prefixes: Buffer[] = [Buffer.alloc(0)];
  const roots = new Set<string>();
  let bounded = 0;
  let fixed = 0;
  for (const [path, direction] of spec.fields) {
    const constraint = constraints.get(path);
    const multikey = spec.multikeyRoots.includes(rootOf(path));
    if (constraint === undefined || (multikey && roots.has(rootOf(path)))) break;
    roots.add(rootOf(path));
    const keys = constraint.points?.map((point) => boundKey(point));
    if (
      keys &&
      keys.every((key) => key !== undefined) &&
      keys.length * prefixes.length <= maxPoints
    ) {
      const points = keys.map((key) => (direction === 1 ? key : inverted(key)));
      prefixes = prefixes.flatMap((prefix) =>
        points.map((point) => Buffer.concat([prefix, point])),
      );
      if (fixed === bounded && points.length === 1) fixed++;
      bounded++;
      continue;
    }
    const interval = intervalOf(constraint, multikey);
    if (interval === undefined) break;
    return {
      ranges: prefixes.map((prefix) => fitRange(rangeOf(prefix, interval, direction))),
      bounded: bounded + 1,
      fixed,
    };
  }
  return {
    ranges: prefixes.map((key) => fitRange({ start: key, end: afterPrefix(key) })),
    bounded,
    fixed,
  };
}

/** 1 or -1 when reading the index forwards or backwards gives the sort, otherwise 0. */
function sortDirection(spec: IndexSpec, fixed: number, sort: readonly Field[]): 0 | 1 | -1 {
  if (spec.hasLongKeys) return 0;
  const fixedPaths = new Set(spec.fields.slice(0, fixed).map(([path]) => path));
  const wanted = sort.filter(([path]) => !fixedPaths.has(path));
  const offered = spec.fields.slice(fixed);
  let direction: 0 | 1 | -1 = 0;
  for (const [i, [path, order]] of wanted.entries()) {
    const field = offered[i];
    if (field === undefined || field[0] !== path || spec.multikeyRoots.includes(rootOf(path)))
      return 0;
    const here = field[1] === order ? 1 : -1;
    if (direction !== 0 && direction !== here) return 0;
    direction = here;
  }
  return wanted.length === 0 ? 1 : direction;
}

/** A sparse or partial index may answer only filters that its documents are sure to contain. */
function isComplete(spec: IndexSpec, constraints: Constraints): boolean {
  const present = (path: string) => {
    const constraint = constraints.get(path);
    if (constraint === undefined) return false;
    return (
      constraint.low !== undefined ||
      constraint.high !== undefined ||
      (constraint.points?.every((p) => p !== null && p !== undefined) ?? false)
    );
  };
  if (spec.sparse && !spec.fields.some(([path]) => present(path))) return false;
  return Object.entries(spec.partial ?? {}).every(([path, condition]) => {
    const points = constraints.get(path)?.points;
    if (points)
      return points.every((point) => matcherOf({ value: condition }).test({ value: point }));
    return (
      isDoc(condition) &&
      Object.keys(condition).join() === "$exists" &&
      condition.$exists === true &&
      present(path)
    );
  });
}

function planWith(
  spec: IndexSpec,
  constraints: Constraints,
  sort: readonly Field[],
): Plan | undefined {
  if (!isComplete(spec, constraints)) return undefined;
  const { ranges, bounded, fixed } = boundsOf(spec, constraints);
  const direction = ranges.length === 1 && sort.length > 0 ? sortDirection(spec, fixed, sort) : 0;
  if (bounded === 0 && direction === 0) return undefined;
  return { index: spec, ranges, reverse: direction === -1, isSorted: direction !== 0, bounded };
}

function better(a: Plan, b: Plan, needsSort: boolean): boolean {
  const score = (plan: Plan) =>
    plan.bounded * 4 +
    (needsSort && plan.isSorted ? 3 : 0) +
    (plan.index?.unique && plan.bounded > 0 ? 1 : 0);
  return score(a) > score(b);
}

/**
 * Chooses how to read: the index that bounds most fields, then the one that spares sorting;
 * the whole collection in insertion order if none helps.
 */
export function planFor(indexes: readonly IndexSpec[], filter: Doc, sort: readonly Field[]): Plan {
  const constraints = constraintsOf(filter);
  let best: Plan | undefined;
  for (const spec of indexes) {
    const plan = planWith(spec, constraints, sort);
    if (plan && (best === undefined || better(plan, best, sort.length > 0))) best = plan;
  }
  if (best) return best;
  const reverse = sort.length === 1 && sort[0]?.[0] === "$natural" && sort[0][1] === -1;
  const natural = sort.length === 0 || sort[0]?.[0] === "$natural";
  return { index: undefined, ranges: [], reverse, isSorted: natural, bounded: 0 };
}

/** The plan as `explain()` shows it. */
export function describePlan(plan: Plan): Doc {
  const direction = plan.reverse ? "backward" : "forward";
  if (plan.index === undefined) return { stage: "COLLSCAN", direction };
  const keyPattern = Object.fromEntries(plan.index.fields);
  const inputStage = { stage: "IXSCAN", keyPattern, indexName: plan.index.name, direction };
  const stage = plan.index.name === idIndex.name && plan.bounded > 0 ? "IDHACK" : "FETCH";
  return { stage, inputStage };
}
