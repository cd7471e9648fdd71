import {
  emptyArrayKey,
  encodeValue,
  fitKey,
  inverted,
  maxPlainKeyBytes,
  rank,
  rankOf,
} from "../values/keys.ts";
import { matcherOf } from "../language/matching.ts";
import { existsAt, fieldKeys, isMultiple, leavesAt, type Field } from "../values/paths.ts";
import { hasOperators, isDoc, toPlainDoc, typeName, type Doc } from "../values/values.ts";
import { collatorOf } from "../values/collation.ts";
import { serverError, shown, unsupported } from "../values/errors.ts";

/** One index as the catalog keeps it. */
export interface IndexSpec {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly Field[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial?: Doc | undefined;
  readonly expireAfterSeconds?: number | undefined;
  /** The key as it was asked for, where not all of it is 1 and -1. */
  readonly pattern?: Doc | undefined;
  /** True when no query is planned with it. */
  readonly hidden?: boolean | undefined;
  /** Options that are listed as they were given. */
  readonly listed?: Doc | undefined;
  /** First path components under which some document holds an array. */
  multikeyRoots: readonly string[];
  /** True once a key was too long to keep its order. */
  hasLongKeys: boolean;
}

/** The index every collection has. */
export const idIndex: IndexSpec = {
  id: 1,
  name: "_id_",
  fields: [["_id", 1]],
  unique: true,
  sparse: false,
  multikeyRoots: [],
  hasLongKeys: false,
};

/** The path up to its first dot. */
export function rootOf(path: string): string {
  const dot = path.indexOf(".");
  return dot === -1 ? path : path.slice(0, dot);
}

/** Kinds of indexes that only MongoDB has. */
const absentKinds: readonly unknown[] = ["text", "2d", "2dsphere", "geoHaystack"];

/** The forms in which a key arrives: a path, pairs, a map or an object, or a list of these. */
function readKeys(keys: unknown): [string, unknown][] {
  if (typeof keys === "string") return [[keys, 1]];
  if (keys instanceof Map) return [...(keys as Map<string, unknown>)];
  if (!Array.isArray(keys)) return Object.entries(toPlainDoc(keys));
  const [first, second] = keys as unknown[];
  const isKind = typeof second === "number" || [...absentKinds, "hashed"].includes(second);
  const isPair = keys.length === 2 && typeof first === "string" && isKind;
  return isPair ? [[first, second]] : (keys as unknown[]).flatMap(readKeys);
}

/** Empty steps, and those with a dollar but for the fields of a reference. */
const faultyPath = /^$|^\.|\.\.|\.$|^\$|\.\$(?!(ref|id|db)(\.|$))/;

function readField([path, kind]: readonly [string, unknown]): Field {
  if (/(^|\.)\$\*\*$/.test(path)) throw unsupported("wildcard indexes");
  if (absentKinds.includes(kind)) throw unsupported(`indexes of the kind ${String(kind)}`);
  if (faultyPath.test(path))
    throw serverError(67, `Index key contains an illegal field name: '${path}'.`);
  const direction = kind === "hashed" ? 1 : readNumber(kind);
  if (!direction)
    throw serverError(67, `Values in v:2 index key pattern cannot be ${shown(kind)}.`);
  return [path, direction > 0 ? 1 : -1];
}

function readNumber(value: unknown): number | undefined {
  return rankOf(value) === rank.number ? Number(String(value)) : undefined;
}

function readFlag(value: unknown): boolean | undefined {
  const number = typeof value === "boolean" ? Number(value) : readNumber(value);
  return number === undefined ? undefined : number !== 0;
}

/** The options that indexes have here; each reader gives undefined for what is of another type. */
const optionReaders: Readonly<Record<string, (value: unknown) => unknown>> = {
  name: (value) => (typeof value === "string" ? value : undefined),
  unique: readFlag,
  sparse: readFlag,
  hidden: readFlag,
  background: readFlag,
  expireAfterSeconds: readNumber,
  partialFilterExpression: (value) => (isDoc(value) ? toPlainDoc(value) : undefined),
};

type SameOptions = "name" | "unique" | "sparse" | "hidden" | "expireAfterSeconds";
interface IndexOptions extends Partial<Pick<IndexSpec, SameOptions>> {
  background?: boolean;
  partialFilterExpression?: Doc;
}

function readOptions(given: Doc): IndexOptions {
  if (collatorOf(given.collation)) throw unsupported("indexes with a collation");
  const options: Doc = {};
  for (const [name, read] of Object.entries(optionReaders)) {
    if ((given[name] ?? null) === null) continue;
    options[name] = read(given[name]);
    if (options[name] === undefined)
      throw serverError(14, `The index option ${name} is of the type ${typeName(given[name])}`);
  }
  return options;
}

/** What MongoDB refuses of an index on its key, its name or its options together. */
function assertIndex(spec: IndexSpec, options: IndexOptions): void {
  const { fields, name, unique, sparse, partial, expireAfterSeconds: ttl } = spec;
  const key = keyPatternOf(spec);
  const isId = fields.length === 1 && (key._id === 1 || key._id === -1);
  const other = Object.keys(options).find((option) => option !== "name");
  const isTtl = ttl !== undefined;
  const faults: readonly (readonly [boolean, number, string])[] = [
    [fields.length === 0, 67, "Index keys cannot be empty."],
    [isId && other !== undefined, 197, `The field '${other}' is not valid for an _id index.`],
    [isId && key._id !== 1, 2, "The field 'key' for an _id index must be {_id: 1}."],
    [!isId && name === idIndex.name, 2, "The index name '_id_' is reserved for the _id index."],
    [name === "*", 2, "The index name '*' is not valid."],
    [name === "", 67, "index name cannot be empty"],
    [isTtl && fields.length > 1, 67, "TTL indexes are single-field indexes."],
    [isTtl && !(ttl >= 0), 67, "TTL index 'expireAfterSeconds' option cannot be less than 0."],
    [sparse && partial !== undefined, 67, "cannot mix partialFilterExpression and sparse"],
    [isHashed(spec) && unique, 16764, "Currently hashed indexes cannot guarantee uniqueness."],
  ];
  const fault = faults.find(([isFault]) => isFault);
  if (fault) throw serverError(fault[1], fault[2]);
  if (partial) assertPartial(partial);
}

const partialOperators = new Set("$eq $gt $gte $lt $lte $in $type $exists".split(" "));

function isPartialCondition(condition: unknown): boolean {
  if (!hasOperators(condition)) return !(condition instanceof RegExp);
  return Object.entries(condition).every(
    ([name, operand]) => partialOperators.has(name) && (name !== "$exists" || Boolean(operand)),
  );
}

/** An index with another filter would be taken for queries that it cannot answer. */
function assertPartial(filter: Doc): void {
  matcherOf(filter);
  for (const [path, condition] of Object.entries(filter)) {
    if (path === "$and" || path === "$or") (condition as Doc[]).forEach(assertPartial);
    else if (path.startsWith("$") || !isPartialCondition(condition))
      throw serverError(67, `Expression not supported in partial index: ${shown(filter)}`);
  }
}

/**
 * Reads what `createIndex(keys, options)` was given.
 * @throws {MongoServerError} 2, 14, 67, 197, 16764 — as MongoDB does; 115 — when only MongoDB has such indexes
 */
export function indexSpec(id: number, keys: unknown, given: Doc): IndexSpec {
  const pairs = readKeys(keys);
  const options = readOptions(given);
  const { name, unique = false, sparse = false, hidden, expireAfterSeconds: ttl } = options;
  const isPlain = pairs.every(([, kind]) => kind === 1 || kind === -1);
  const spec: IndexSpec = {
    id,
    name: name ?? pairs.flat().join("_"),
    fields: pairs.map(readField),
    pattern: isPlain ? undefined : Object.fromEntries(pairs),
    unique,
    sparse,
    partial: options.partialFilterExpression,
    expireAfterSeconds: ttl && Math.min(Math.trunc(ttl), 0x7fffffff),
    hidden: hidden || undefined,
    listed: { sparse: options.sparse, background: options.background },
    multikeyRoots: [],
    hasLongKeys: false,
  };
  assertIndex(spec, options);
  return spec;
}

/** The key as it was asked for. */
export function keyPatternOf({ pattern, fields }: IndexSpec): Doc {
  return pattern ?? Object.fromEntries(fields);
}

function isHashed({ pattern = {} }: IndexSpec): boolean {
  return Object.values(pattern).includes("hashed");
}

/** The index as `listIndexes` shows it. */
export function describeIndex(spec: IndexSpec): Doc {
  const { name, unique, sparse, partial, expireAfterSeconds, hidden, listed } = spec;
  const description = {
    v: 2,
    key: keyPatternOf(spec),
    name,
    unique: (unique && spec.id !== idIndex.id) || undefined,
    sparse: sparse || undefined,
    partialFilterExpression: partial,
    expireAfterSeconds,
    hidden,
    ...listed,
  };
  return toPlainDoc(description, true);
}

function covers(spec: IndexSpec, doc: Doc): boolean {
  if (spec.sparse && !spec.fields.some(([path]) => existsAt(doc, path))) return false;
  return spec.partial === undefined || matcherOf(spec.partial).test(doc);
}

/** Fields below one array contribute element by element, so their keys stay paired. */
function combinations(doc: Doc, fields: readonly Field[]): Buffer[][] {
  const arrays = [
    ...new Set(fields.filter(([path]) => isMultiple(doc, path)).map(([path]) => rootOf(path))),
  ];
  if (arrays.length > 1)
    throw serverError(171, `cannot index parallel arrays [${arrays.join("] [")}]`);
  // A path that names a position (`list.0`) means the whole array, not one element after the other.
  const root = fields.some(([path]) => /\.\d+(\.|$)/.test(path)) ? undefined : arrays[0];
  const elements = root === undefined ? undefined : doc[root];
  if (root === undefined || !Array.isArray(elements) || elements.length === 0)
    return pairsOf(doc, fields);
  return (elements as unknown[]).flatMap((item) => pairsOf({ ...doc, [root]: [item] }, fields));
}

function pairsOf(doc: Doc, fields: readonly Field[]): Buffer[][] {
  let rows: Buffer[][] = [[]];
  for (const [path, direction] of fields) {
    const keys = fieldKeys(doc, path).map((key) => (direction === 1 ? key : inverted(key)));
    rows = rows.flatMap((row) => keys.map((key) => [...row, key]));
  }
  return rows;
}

/** What one document contributes to an index. */
export interface IndexKeys {
  readonly keys: readonly Buffer[];
  readonly multikeyRoots: readonly string[];
  readonly hasLongKeys: boolean;
}

/** The key of a document whose indexed fields are its own and no lists: the usual case. */
function singleKey(fields: readonly Field[], doc: Doc): Buffer | undefined {
  const keys: Buffer[] = [];
  for (const [path, direction] of fields) {
    const value = Object.hasOwn(doc, path) ? doc[path] : undefined;
    if (Array.isArray(value) || path.includes(".")) return undefined;
    keys.push(boundKey(value, direction));
  }
  return keys.length === 1 ? keys[0] : Buffer.concat(keys);
}

const none: IndexKeys = { keys: [], multikeyRoots: [], hasLongKeys: false };

/**
 * Keys of a document in an index, without repetitions.
 * @throws {MongoServerError} 171 — when two different arrays would have to be combined; 16766 — when one would be hashed
 */
export function keysOf(spec: IndexSpec, doc: Doc): IndexKeys {
  if (!covers(spec, doc)) return none;
  const single = singleKey(spec.fields, doc);
  if (single)
    return {
      keys: [fitKey(single)],
      multikeyRoots: [],
      hasLongKeys: single.length > maxPlainKeyBytes,
    };
  const multiple = spec.fields.map(([path]) => path).filter((path) => isMultiple(doc, path));
  if (multiple.length > 0 && isHashed(spec))
    throw serverError(
      16766,
      `hashed indexes do not currently support array values. Found array at path: ${multiple[0]}`,
    );
  const roots = multiple.map(rootOf);
  const whole = combinations(doc, spec.fields).map((row) => Buffer.concat(row));
  const distinct = new Map(whole.map((key) => [key.toString("latin1"), key]));
  return {
    keys: [...distinct.values()].map((key) => fitKey(key)),
    multikeyRoots: [...new Set(roots)],
    hasLongKeys: whole.some((key) => key.length > maxPlainKeyBytes),
  };
}

/** The values named in a duplicate-key error. */
export function keyValueOf(spec: IndexSpec, doc: Doc): Doc {
  return Object.fromEntries(spec.fields.map(([path]) => [path, leavesAt(doc, path)[0] ?? null]));
}

/** Key of an equality bound: a scalar, or an empty array, which has a key of its own. */
export function boundKey(value: unknown, direction: 1 | -1): Buffer {
  const key = Array.isArray(value) ? emptyArrayKey : encodeValue(value);
  return direction === 1 ? key : inverted(key);
}
