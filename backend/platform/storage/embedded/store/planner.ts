import { ObjectId } from "mongodb";
import {
  afterPrefix,
  encodeValue,
  fitKey,
  inverted,
  longKeyPrefixBytes,
  maxPlainKeyBytes,
} from "../values/keys.ts";
import { serverError } from "../values/errors.ts";
import { boundKey, idIndex, rootOf, type IndexSpec } from "./indexes.ts";
import type { KeyRange } from "./kv.ts";
import { matcherOf } from "../language/matching.ts";
import type { Field } from "../values/paths.ts";
import { hasOperators, isDoc, toPlainDoc, type Doc } from "../values/values.ts";

/** How a query reads: which index, which of its keys, in which direction. */
export interface Plan {
  readonly index: IndexSpec | undefined;
  readonly ranges: readonly KeyRange[];
  /** The only key that can match, when the index is unique and every field has one value. */
  readonly point?: Buffer | undefined;
  /** True when each range holds the entries of given values, and no interval. */
  readonly isByValue?: boolean;
  readonly reverse: boolean;
  /** True when documents already come in the order asked for. */
  readonly isSorted: boolean;
  /** True when whatever is read matches the filter. */
  readonly isExact: boolean;
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
  /** False when the filter says more about the path than points or one interval can. */
  isExact: boolean;
}

interface Constraints {
  readonly paths: Map<string, Constraint>;
  /** False when the filter has conditions on no single path. */
  isExact: boolean;
}

const maxPoints = 256;
const nothing = Buffer.alloc(0);
/** Longer strings may be cut in keys, so that other strings share them. */
const maxExactCharacters = 200;

/** Collects what the filter's conjunction says about single paths; `$or` and negations say nothing. */
function constraintsOf(
  filter: Doc,
  found: Constraints = { paths: new Map(), isExact: true },
): Constraints {
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" && Array.isArray(condition)) {
      for (const part of condition as unknown[]) if (isDoc(part)) constraintsOf(part, found);
    } else if (path.startsWith("$")) {
      found.isExact = false;
    } else {
      const constraint = found.paths.get(path) ?? { isExact: true };
      narrow(constraint, condition);
      found.paths.set(path, constraint);
    }
  }
  return found;
}

function narrow(constraint: Constraint, condition: unknown): void {
  if (!hasOperators(condition)) {
    narrowToPoints(constraint, [condition]);
    return;
  }
  for (const [operator, operand] of Object.entries(condition))
    narrowBy(constraint, operator, operand);
}

/** A value whose key no other value has, and which only itself equals. */
function isPlainScalar(value: unknown): boolean {
  if (typeof value === "string") return value.length <= maxExactCharacters;
  if (typeof value === "number") return !Number.isNaN(value);
  return typeof value === "boolean" || value instanceof Date || value instanceof ObjectId;
}

function narrowToPoints(constraint: Constraint, points: readonly unknown[]): void {
  const isNarrowed = constraint.points ?? constraint.low ?? constraint.high;
  if (isNarrowed || !points.every((point) => isPlainScalar(point))) constraint.isExact = false;
  if (!points.some((point) => point instanceof RegExp)) constraint.points ??= points;
}

function narrowToBound(
  constraint: Constraint,
  end: "low" | "high",
  bound: { operand: unknown; inclusive: boolean },
): void {
  if (constraint.points || constraint[end] || !isPlainScalar(bound.operand))
    constraint.isExact = false;
  if (isRangeable(bound.operand))
    constraint[end] = { key: encodeValue(bound.operand), inclusive: bound.inclusive };
}

function narrowBy(constraint: Constraint, operator: string, operand: unknown): void {
  switch (operator) {
    case "$eq":
      return narrowToPoints(constraint, [operand]);
    case "$in":
      if (Array.isArray(operand)) return narrowToPoints(constraint, operand as unknown[]);
      break;
    case "$gt":
    case "$gte":
      return narrowToBound(constraint, "low", { operand, inclusive: operator === "$gte" });
    case "$lt":
    case "$lte":
      return narrowToBound(constraint, "high", { operand, inclusive: operator === "$lte" });
    default:
  }
  constraint.isExact = false;
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

/** How far a filter bounds an index, before any key is made. */
interface Shape {
  readonly spec: IndexSpec;
  /** Constraints of the leading fields, each by points. */
  readonly points: readonly (readonly unknown[])[];
  /** The constraint of the field behind them, if it is an interval. */
  readonly interval: { low: Bound; high: Bound } | undefined;
  /** How many ranges that makes. */
  readonly rangeCount: number;
  /** Leading fields fixed to one value each, so that a sort may start after them. */
  readonly fixed: number;
  readonly bounded: number;
}

function isIndexable(points: readonly unknown[]): boolean {
  return points.every((point) => !Array.isArray(point) || point.length === 0);
}

function shapeOf(spec: IndexSpec, constraints: Constraints): Shape {
  const points: (readonly unknown[])[] = [];
  const roots = new Set<string>();
  let rangeCount = 1;
  let fixed = 0;
  for (const [path] of spec.fields) {
    const constraint = constraints.paths.get(path);
    if (constraint === undefined) break;
    const root = rootOf(path);
    const multikey = spec.multikeyRoots.includes(root);
    if (multikey && roots.has(root)) break;
    roots.add(root);
    const here = constraint.points;
    if (here && isIndexable(here) && here.length * rangeCount <= maxPoints) {
      if (fixed === points.length && here.length === 1) fixed++;
      points.push(here);
      rangeCount *= here.length;
      continue;
    }
    const interval = intervalOf(constraint, multikey);
    const bounded = points.length + (interval ? 1 : 0);
    return { spec, points, interval, rangeCount, fixed, bounded };
  }
  return { spec, points, interval: undefined, rangeCount, fixed, bounded: points.length };
}

function prefixesOf({ spec, points }: Shape): Buffer[] {
  let prefixes: Buffer[] = [nothing];
  for (const [i, values] of points.entries()) {
    const keys = values.map((value) => boundKey(value, spec.fields[i]?.[1] ?? 1));
    prefixes = prefixes.flatMap((prefix) => keys.map((key) => Buffer.concat([prefix, key])));
  }
  return prefixes;
}

function rangesOf({ spec, points, interval }: Shape, prefixes: readonly Buffer[]): KeyRange[] {
  const direction = spec.fields[points.length]?.[1] ?? 1;
  return prefixes.map((key) =>
    fitRange(interval ? rangeOf(key, interval, direction) : { start: key, end: afterPrefix(key) }),
  );
}

function pointOf({ spec, points }: Shape, [only, second]: readonly Buffer[]): Buffer | undefined {
  const isPoint = spec.unique && points.length === spec.fields.length && !second;
  return isPoint && only ? fitKey(only) : undefined;
}

/** Whether reading the shape's ranges is all that the filter asks for. */
function isExact(
  { spec, bounded }: Shape,
  { paths, isExact: isFilterExact }: Constraints,
): boolean {
  if (!isFilterExact || paths.size !== bounded) return false;
  if (spec.multikeyRoots.length > 0 || spec.hasLongKeys) return false;
  return [...paths.values()].every((constraint) => constraint.isExact);
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
function isComplete(spec: IndexSpec, constraints: ReadonlyMap<string, Constraint>): boolean {
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

interface Candidate {
  readonly shape: Shape;
  /** The direction that gives the sort, or 0. */
  readonly direction: 0 | 1 | -1;
}

function candidate(
  spec: IndexSpec,
  constraints: Constraints,
  sort: readonly Field[],
): Candidate | undefined {
  if (!isComplete(spec, constraints.paths)) return undefined;
  const shape = shapeOf(spec, constraints);
  const isOrdered = shape.rangeCount === 1 && sort.length > 0;
  const direction = isOrdered ? sortDirection(spec, shape.fixed, sort) : 0;
  return shape.bounded === 0 && direction === 0 ? undefined : { shape, direction };
}

function score({ shape, direction }: Candidate): number {
  const { bounded, spec } = shape;
  return bounded * 4 + (direction !== 0 ? 3 : 0) + (spec.unique && bounded > 0 ? 1 : 0);
}

/**
 * Chooses how to read: the index that bounds most fields, then the one that spares sorting;
 * the whole collection in insertion order if none helps.
 */
export function planFor(indexes: readonly IndexSpec[], filter: Doc, sort: readonly Field[]): Plan {
  const constraints = constraintsOf(filter);
  let best: Candidate | undefined;
  for (const spec of indexes) {
    const other = candidate(spec, constraints, sort);
    if (other && (best === undefined || score(other) > score(best))) best = other;
  }
  if (best) return planOf(best, constraints);
  const reverse = sort.length === 1 && sort[0]?.[0] === "$natural" && sort[0][1] === -1;
  const isSorted = sort.length === 0 || sort[0]?.[0] === "$natural";
  const isAll = constraints.isExact && constraints.paths.size === 0;
  return { index: undefined, ranges: [], reverse, isSorted, isExact: isAll, bounded: 0 };
}

function planOf({ shape, direction }: Candidate, constraints: Constraints): Plan {
  const prefixes = prefixesOf(shape);
  return {
    index: shape.spec,
    ranges: rangesOf(shape, prefixes),
    point: pointOf(shape, prefixes),
    isByValue: shape.points.length > 0 && shape.interval === undefined,
    reverse: direction === -1,
    isSorted: direction !== 0,
    isExact: isExact(shape, constraints),
    bounded: shape.bounded,
  };
}

/**
 * Reads with the index that a hint names, or with none for `{$natural: 1}`.
 * @throws {MongoServerError} 2 — when there is no such index
 */
export function planHinted(
  indexes: readonly IndexSpec[],
  hint: unknown,
  { filter, sort }: { filter: Doc; sort: readonly Field[] },
): Plan {
  const fieldsOf = (key: unknown) => JSON.stringify(Object.entries(toPlainDoc(key)));
  const key = typeof hint === "string" ? undefined : fieldsOf(hint);
  if (key?.startsWith('[["$natural"')) return planFor([], filter, sort);
  const spec = indexes.find(({ name, fields }) =>
    key === undefined ? name === hint : JSON.stringify(fields) === key,
  );
  if (spec === undefined)
    throw serverError(
      2,
      "error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index",
    );
  const constraints = constraintsOf(filter);
  const best = candidate(spec, constraints, sort);
  if (best) return planOf(best, constraints);
  const whole = { shape: shapeOf(spec, constraintsOf({})), direction: 0 } as const;
  return { ...planOf(whole, constraints), isSorted: sort.length === 0, isExact: false };
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
