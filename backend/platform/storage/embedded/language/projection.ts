import { serverError, unsupported } from "../values/errors.ts";
import { evaluated, matcherOf } from "./matching.ts";
import { matchedPosition } from "./update-paths.ts";
import { isDoc, put, type Doc } from "../values/values.ts";

/** Makes another value of a field; undefined for none. */
type Make = (value: unknown, root: Doc) => unknown;

/** What a projection says below one path: whether to keep a field, how to make it, or more below it. */
type Node = boolean | Make | Map<string, Node>;

/** A projection that was read once and shows any number of documents. */
type Projection = (doc: Doc) => Doc;

function sliced(operand: unknown): Make {
  const [first, second] = Array.isArray(operand) ? (operand as unknown[]) : [undefined, operand];
  if (typeof second !== "number" || (first !== undefined && typeof first !== "number"))
    throw serverError(
      28667,
      "Invalid $slice syntax. The given syntax did not match the find() one",
    );
  if (first !== undefined && second <= 0)
    throw serverError(28729, "Third argument to $slice must be positive");
  return (value) => {
    if (!Array.isArray(value)) return value;
    if (first === undefined) return second < 0 ? value.slice(second) : value.slice(0, second);
    const start = first < 0 ? Math.max(value.length + first, 0) : first;
    return value.slice(start, start + second);
  };
}

function firstMatching(operand: unknown): Make {
  if (!isDoc(operand)) throw serverError(9, "elemMatch: Invalid argument, object required");
  const isValue = Object.keys(operand)[0]?.startsWith("$") === true && !("$or" in operand);
  const matcher = matcherOf(isValue ? { e: operand } : operand);
  const test = (item: unknown) =>
    isValue ? matcher.test({ e: item }) : isDoc(item) && matcher.test(item);
  return (value) => {
    const found = Array.isArray(value) ? (value as unknown[]).filter(test).slice(0, 1) : [];
    return found.length === 0 ? undefined : found;
  };
}

function positional(path: string, filter: Doc): Make {
  return (value, root) => {
    if (!Array.isArray(value)) return value;
    const items: unknown[] = value;
    const at = matchedPosition(items, { path, root, filter });
    if (at < 0)
      throw serverError(
        51246,
        "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array",
      );
    return [items[at]];
  };
}

/** Reads one path's wish; `isNeutral` when it says nothing about other fields. */
function readWish(path: string, wish: unknown, filter: Doc): { node: Node; isNeutral: boolean } {
  if (typeof wish === "number" || typeof wish === "boolean")
    return path.endsWith(".$")
      ? { node: positional(path.slice(0, -2), filter), isNeutral: false }
      : { node: Boolean(wish), isNeutral: path === "_id" };
  if (isDoc(wish) && "$slice" in wish && !isExpressionSlice(wish.$slice))
    return { node: sliced(wish.$slice), isNeutral: true };
  if (isDoc(wish) && "$elemMatch" in wish) {
    return { node: firstMatching(wish.$elemMatch), isNeutral: false };
  }
  if (isDoc(wish) && "$meta" in wish) {
    if (wish.$meta === "textScore")
      throw serverError(40218, "query requires text score metadata, but it is not available");
    throw unsupported("$meta");
  }
  return { node: (_value, root) => evaluated(root, wish), isNeutral: false };
}

function isExpressionSlice(operand: unknown): boolean {
  return Array.isArray(operand) && (operand.length === 3 || typeof operand[0] !== "number");
}

/** The paths of a projection, embedded documents spelled out. */
function* wishes(projection: Doc, above = ""): Generator<[string, unknown]> {
  for (const [key, wish] of Object.entries(projection)) {
    const path = above + key;
    const isBelow = isDoc(wish) && !(Object.keys(wish)[0] ?? "$").startsWith("$");
    if (isBelow) yield* wishes(wish, `${path}.`);
    else yield [path, wish];
  }
}

function grow(tree: Map<string, Node>, path: string, node: Node): void {
  const steps = path.replace(/\.\$$/, "").split(".");
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

function shownValue(value: unknown, node: Node, root: Doc, including: boolean): unknown {
  if (typeof node === "boolean") return node ? value : undefined;
  if (!(node instanceof Map)) return node(value, root);
  if (Array.isArray(value)) {
    const items = (value as unknown[]).map((item) => shownValue(item, node, root, including));
    return items.filter((item) => item !== undefined);
  }
  if (isDoc(value)) return shownDoc(value, node, root, including);
  return including ? undefined : value;
}

function shownDoc(doc: Doc, tree: Map<string, Node>, root: Doc, including: boolean): Doc {
  const out: Doc = {};
  for (const [key, value] of Object.entries(doc)) {
    const node = tree.get(key) ?? !including;
    const shown = shownValue(value, node, root, including);
    if (shown !== undefined) put(out, key, shown);
  }
  if (including) addComputed(out, doc, tree, root);
  return out;
}

/** Fields that the document does not have, in the projection's order. */
function addComputed(out: Doc, doc: Doc, tree: Map<string, Node>, root: Doc): void {
  for (const [key, node] of tree) {
    if (typeof node === "boolean" || Object.hasOwn(out, key)) continue;
    const isMissing = !Object.hasOwn(doc, key) || !isDoc(doc[key]);
    const made =
      node instanceof Map
        ? isMissing && hasMaker(node)
          ? shownDoc({}, node, root, true)
          : undefined
        : node(undefined, root);
    if (made !== undefined) put(out, key, made);
  }
}

function hasMaker(tree: Map<string, Node>): boolean {
  return [...tree.values()].some((node) =>
    node instanceof Map ? hasMaker(node) : typeof node === "function",
  );
}

/**
 * Reads a projection of find(); the filter tells positional projection (`items.$`) what matched.
 * @throws {MongoServerError} 31249 to 31254 — when it contradicts itself
 */
export function projectionOf(projection: Doc, filter: Doc): Projection {
  const tree = new Map<string, Node>();
  let including: boolean | undefined;
  for (const [path, wish] of wishes(projection)) {
    const { node, isNeutral } = readWish(path, wish, filter);
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

/** Documents as a projection shows them; the originals stay as they are. */
export function projected(docs: Doc[], projection: Doc | undefined, filter: Doc): Doc[] {
  if (projection === undefined || Object.keys(projection).length === 0) return docs;
  return docs.map(projectionOf(projection, filter));
}
