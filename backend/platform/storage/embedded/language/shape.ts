import { serverError } from "../values/errors.ts";
import { isDoc, isReferenceField, put, type Doc } from "../values/values.ts";

/** Makes a value from the one at its path and from the whole document; undefined for none. */
export type Make = (value: unknown, root: Doc) => unknown;

/** What is said of one path: whether to keep it, how to change it in its place, or what to compute behind the others. */
export type Node = boolean | Make | { readonly computed: Make } | Map<string, Node>;

/** A shape that was read once and is given to any number of documents. */
export type Shape = (doc: Doc) => Doc;

/** Reads one path's wish; `isNeutral` when it says nothing about other fields. */
type Reader = (path: string, wish: unknown) => { node: Node; isNeutral: boolean };

/** The paths of a projection, embedded documents spelled out. */
function* wishes(spec: Doc, above = ""): Generator<[string, unknown]> {
  for (const [key, wish] of Object.entries(spec)) {
    const path = above + key;
    if (isDoc(wish) && Object.keys(wish).length === 0)
      throw serverError(51270, `An empty sub-projection is not a valid value: ${path}`);
    const isBelow = isDoc(wish) && !Object.keys(wish)[0]?.startsWith("$");
    if (isBelow) yield* wishes(wish, `${path}.`);
    else yield [path, wish];
  }
}

function grow(tree: Map<string, Node>, path: string, node: Node): void {
  const steps = path.replace(/\.\$$/, "").split(".");
  if (steps.includes(""))
    throw serverError(15998, "FieldPath field names may not be empty strings.");
  if (steps.some((step) => step.startsWith("$") && !isReferenceField(step)))
    throw serverError(16410, "FieldPath field names may not start with '$'.");
  const last = steps.pop() ?? "";
  let at = tree;
  for (const step of steps) {
    const next = at.get(step) ?? new Map<string, Node>();
    if (!(next instanceof Map)) throw serverError(31249, `Path collision at ${path}`);
    at.set(step, next);
    at = next;
  }
  if (at.has(last)) throw serverError(31250, `Path collision at ${path}`);
  at.set(last, node);
}

function computes(node: Node): boolean {
  return node instanceof Map ? [...node.values()].some(computes) : typeof node === "object";
}

function shownValue(value: unknown, node: Node, root: Doc, including: boolean): unknown {
  if (typeof node === "boolean") return node ? value : undefined;
  if (typeof node === "function") return node(value, root);
  if (!(node instanceof Map)) return including ? undefined : node.computed(value, root);
  if (Array.isArray(value)) {
    const items = (value as unknown[]).map((item) => shownValue(item, node, root, including));
    return items.filter((item) => item !== undefined);
  }
  if (isDoc(value)) return shownDoc(value, node, root, including);
  if (computes(node)) return shownDoc({}, node, root, including);
  return including ? undefined : value;
}

function shownDoc(doc: Doc, tree: Map<string, Node>, root: Doc, including: boolean): Doc {
  const out: Doc = {};
  for (const [key, value] of Object.entries(doc)) {
    const node = tree.get(key) ?? !including;
    const shown = shownValue(value, node, root, including);
    if (shown !== undefined) put(out, key, shown);
  }
  for (const [key, node] of tree) {
    if (!computes(node)) continue;
    if (Object.hasOwn(doc, key) && (node instanceof Map || !including)) continue;
    const value = Object.hasOwn(doc, key) ? doc[key] : undefined;
    const made = shownValue(value, node, root, node instanceof Map && including);
    if (made !== undefined) put(out, key, made);
  }
  return out;
}

/**
 * Reads a projection, of find() or of a stage.
 * @throws {MongoServerError} 31249 to 31254 — when it contradicts itself
 */
export function projectionShape(spec: Doc, read: Reader): Shape {
  const tree = new Map<string, Node>();
  let including: boolean | undefined;
  for (const [path, wish] of wishes(spec)) {
    const { node, isNeutral } = read(path, wish);
    grow(tree, path, node);
    if (isNeutral) continue;
    const isIncluded = node !== false;
    including ??= isIncluded;
    if (including && !isIncluded)
      throw serverError(31254, `Cannot do exclusion on field ${path} in inclusion projection`);
    if (!including && isIncluded)
      throw serverError(31253, `Cannot do inclusion on field ${path} in exclusion projection`);
  }
  const mode = including ?? tree.get("_id") === true;
  if (mode && !tree.has("_id")) tree.set("_id", true);
  return (doc) => shownDoc(doc, tree, doc, mode);
}

/** Computed fields set beside those that are there; documents in arrays get them too. */
export function additionShape(spec: Doc, compute: (wish: unknown) => Make): Shape {
  const tree = new Map<string, Node>();
  for (const [path, wish] of wishes(spec)) grow(tree, path, { computed: compute(wish) });
  return (doc) => shownDoc(doc, tree, doc, false);
}

/** A copy with another value at a path, whose parents become documents; undefined removes it. */
export function withField(doc: Doc, path: string, value: unknown): Doc {
  const dot = path.indexOf(".");
  const step = dot < 0 ? path : path.slice(0, dot);
  const below = Object.hasOwn(doc, step) ? doc[step] : undefined;
  const next = dot < 0 ? value : withField(isDoc(below) ? below : {}, path.slice(dot + 1), value);
  const out = { ...doc };
  if (next === undefined) delete out[step];
  else put(out, step, next);
  return out;
}
