import {
  afterPrefix,
  emptyArrayKey,
  encodeValue,
  fitKey,
  inverted,
  longKeyPrefixBytes,
  maxPlainKeyBytes,
  rank,
} from "../values/keys.ts";
import { serverError } from "../values/errors.ts";
import {
  choicesOf,
  constraintsOf,
  isComplete,
  type Bound,
  type Constraint,
  type Constraints,
} from "./constraints.ts";
import { boundKey, idIndex, keyPatternOf, rootOf, type IndexSpec } from "./indexes.ts";
import type { KeyRange } from "./kv.ts";
import type { Field } from "../values/paths.ts";
import { toPlainDoc, type Doc } from "../values/values.ts";

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
  /** One plan for each way of an `$or`, which are read one after the other; there is no other index then. */
  readonly ways?: readonly Plan[] | undefined;
}

/** Whether a plan reads the whole collection. */
export function readsAll({ index, ways }: Plan): boolean {
  return index === undefined && ways === undefined;
}

/** The indexes that a plan reads. */
export function indexesOf({ index, ways = [] }: Plan): readonly IndexSpec[] {
  return [index, ...ways.map((way) => way.index)].filter((spec) => spec !== undefined);
}

const leastNumber: Bound = { key: encodeValue(-Infinity), inclusive: true };

/** How many ranges several fields may make together, and how many the values of the first field alone. */
const maxCombined = 256;
const maxListed = 50_000;
const nothing = Buffer.alloc(0);

/** Interval of one field's keys; an index with arrays may use one end only, elements differ. */
function intervalOf(
  constraint: Constraint,
  multikey: boolean,
): { low: Bound; high: Bound } | undefined {
  const { low } = constraint;
  const high = multikey && low ? undefined : constraint.high;
  const given = low ?? high;
  if (!given) return undefined;
  // An open end stays within the type of the end that is given: a comparison never crosses types, and only NaN meets NaN.
  const type = { key: given.key.subarray(0, 1), inclusive: true };
  const isNumber = given.key[0] === rank.number;
  const least = isNumber && Buffer.compare(given.key, leastNumber.key) >= 0 ? leastNumber : type;
  return { low: low ?? least, high: high ?? type };
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

/** The keys of documents equal to a value: an array may be an element itself, or have its elements as keys. */
function keysOfPoint(point: unknown, direction: 1 | -1): Buffer[] {
  if (!Array.isArray(point)) return [boundKey(point, direction)];
  const first = point.length === 0 ? emptyArrayKey : encodeValue(point[0]);
  return [first, encodeValue(point)].map((key) => (direction === 1 ? key : inverted(key)));
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
    // An array has two keys.
    const width = here?.reduce<number>((sum, at) => sum + (Array.isArray(at) ? 2 : 1), 0) ?? 0;
    if (here && width * rangeCount <= (points.length === 0 ? maxListed : maxCombined)) {
      if (fixed === points.length && width === 1) fixed++;
      points.push(here);
      rangeCount *= width;
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
    const keys = values.flatMap((value) => keysOfPoint(value, spec.fields[i]?.[1] ?? 1));
    if (keys.length > 1) keys.sort((a, b) => Buffer.compare(a, b));
    const distinct = keys.filter((key, at) => keys[at - 1]?.equals(key) !== true);
    prefixes = prefixes.flatMap((prefix) => distinct.map((key) => Buffer.concat([prefix, key])));
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
  const isMultikey = (path: string) => spec.multikeyRoots.includes(rootOf(path));
  const fixedPaths = new Set(spec.fields.slice(0, fixed).map(([path]) => path));
  // A document sorts by its least or greatest element, not by the one that was asked for.
  const wanted = sort.filter(([path]) => !fixedPaths.has(path) || isMultikey(path));
  const offered = spec.fields.slice(fixed);
  let direction: 0 | 1 | -1 = 0;
  for (const [i, [path, order]] of wanted.entries()) {
    const field = offered[i];
    if (field === undefined || field[0] !== path || isMultikey(path)) return 0;
    const here = field[1] === order ? 1 : -1;
    if (direction !== 0 && direction !== here) return 0;
    direction = here;
  }
  return wanted.length === 0 ? 1 : direction;
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
  const best = bestOf(indexes, constraints, sort);
  if (best && best.shape.bounded > 0) return planOf(best, constraints);
  const ways = waysOf(indexes, filter);
  if (ways) return planOfWays(ways, sort);
  if (best) return planOf(best, constraints);
  const reverse = sort.length === 1 && sort[0]?.[0] === "$natural" && sort[0][1] === -1;
  const isSorted = sort.length === 0 || sort[0]?.[0] === "$natural";
  const isAll = constraints.isExact && constraints.paths.size === 0;
  return { index: undefined, ranges: [], reverse, isSorted, isExact: isAll, bounded: 0 };
}

function bestOf(
  indexes: readonly IndexSpec[],
  constraints: Constraints,
  sort: readonly Field[],
): Candidate | undefined {
  let best: Candidate | undefined;
  for (const spec of indexes) {
    if (spec.hidden) continue;
    const other = candidate(spec, constraints, sort);
    if (other && (best === undefined || score(other) > score(best))) best = other;
  }
  return best;
}

/** The plans of the first `$or` of which each way, with the rest of the filter, is bounded by an index. */
function waysOf(indexes: readonly IndexSpec[], filter: Doc): Plan[] | undefined {
  for (const ways of choicesOf(filter)) {
    const plans: Plan[] = [];
    for (const way of ways) {
      const constraints = constraintsOf({ $and: [filter, way] });
      const best = bestOf(indexes, constraints, []);
      if (best === undefined || best.shape.bounded === 0) break;
      plans.push(planOf(best, constraints));
    }
    if (plans.length > 0 && plans.length === ways.length) return plans;
  }
  return undefined;
}

function planOfWays(ways: readonly Plan[], sort: readonly Field[]): Plan {
  const bounded = Math.min(...ways.map((way) => way.bounded));
  const isSorted = sort.length === 0;
  return { index: undefined, ranges: [], reverse: false, isSorted, isExact: false, bounded, ways };
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
  const isHinted = (spec: IndexSpec) =>
    key === undefined ? spec.name === hint : fieldsOf(keyPatternOf(spec)) === key;
  const spec = indexes.find((index) => !index.hidden && isHinted(index));
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
  if (plan.ways) {
    const inputStages = plan.ways.map((way) => describePlan(way)["inputStage"]);
    return { stage: "FETCH", inputStage: { stage: "OR", inputStages } };
  }
  if (plan.index === undefined) return { stage: "COLLSCAN", direction };
  const keyPattern = keyPatternOf(plan.index);
  const inputStage = { stage: "IXSCAN", keyPattern, indexName: plan.index.name, direction };
  const stage = plan.index.name === idIndex.name && plan.bounded > 0 ? "IDHACK" : "FETCH";
  return { stage, inputStage };
}
