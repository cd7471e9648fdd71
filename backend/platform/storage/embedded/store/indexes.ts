import { emptyArrayKey, encodeValue, fitKey, inverted, maxPlainKeyBytes } from "../values/keys.ts";
import { matcherOf } from "../language/matching.ts";
import { existsAt, fieldKeys, isMultiple, leavesAt, type Field } from "../values/paths.ts";
import { isDoc, toPlainDoc, type Doc } from "../values/values.ts";
import { collatorOf } from "../values/collation.ts";
import { serverError, unsupported } from "../values/errors.ts";

/** One index as the catalog keeps it. */
export interface IndexSpec {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly Field[];
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly partial?: Doc;
  readonly expireAfterSeconds?: number;
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

/** The forms in which a key arrives: a path, pairs, a map or an object, or a list of these. */
function readKeys(keys: unknown): [string, unknown][] {
  if (typeof keys === "string") return [[keys, 1]];
  if (keys instanceof Map) return [...(keys as Map<string, unknown>)];
  if (!Array.isArray(keys)) return Object.entries(toPlainDoc(keys));
  const [first, second] = keys as unknown[];
  const isPair = keys.length === 2 && typeof first === "string" && typeof second === "number";
  return isPair ? [[first, second]] : (keys as unknown[]).flatMap(readKeys);
}

/**
 * Reads what `createIndex(keys, options)` was given.
 * @throws {MongoServerError} 67 — when it is of no kind that the engine has; 115 — when it has a collation
 */
export function indexSpec(id: number, keys: unknown, options: Doc): IndexSpec {
  const fields = readKeys(keys).map(([path, direction]): Field => {
    if (path.includes("$**")) throw unsupported("wildcard indexes");
    if (typeof direction === "string") throw unsupported(`indexes of the kind ${direction}`);
    if (direction !== 1 && direction !== -1)
      throw serverError(67, `Cannot create index on ${path}: only 1 and -1 are supported`);
    return [path, direction];
  });
  if (collatorOf(options.collation)) throw unsupported("indexes with a collation");
  const partial = isDoc(options.partialFilterExpression)
    ? options.partialFilterExpression
    : undefined;
  const ttl = options.expireAfterSeconds;
  return {
    id,
    name:
      typeof options.name === "string"
        ? options.name
        : fields.map((field) => field.join("_")).join("_"),
    fields,
    unique: options.unique === true,
    sparse: options.sparse === true,
    ...(partial ? { partial: toPlainDoc(partial) } : {}),
    ...(typeof ttl === "number" ? { expireAfterSeconds: ttl } : {}),
    multikeyRoots: [],
    hasLongKeys: false,
  };
}

/** The index as `listIndexes` shows it. */
export function describeIndex(spec: IndexSpec): Doc {
  return {
    v: 2,
    key: Object.fromEntries(spec.fields),
    name: spec.name,
    ...(spec.unique && spec.id !== 1 ? { unique: true } : {}),
    ...(spec.sparse ? { sparse: true } : {}),
    ...(spec.partial ? { partialFilterExpression: spec.partial } : {}),
    ...(spec.expireAfterSeconds === undefined
      ? {}
      : { expireAfterSeconds: spec.expireAfterSeconds }),
  };
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
 * @throws {MongoServerError} 171 — when two different arrays would have to be combined
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
  const roots = spec.fields.filter(([path]) => isMultiple(doc, path)).map(([path]) => rootOf(path));
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
