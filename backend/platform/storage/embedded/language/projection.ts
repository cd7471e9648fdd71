import { serverError, unsupported } from "../values/errors.ts";
import { isOfValues } from "./filters.ts";
import { evaluated, matcherOf } from "./matching.ts";
import { matchedPosition } from "./update-paths.ts";
import { projectionShape, type Make, type Node } from "./shape.ts";
import { isDoc, type Doc } from "../values/values.ts";

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
  const isValue = isOfValues(operand);
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
    return { node: { computed: firstMatching(wish.$elemMatch) }, isNeutral: false };
  }
  if (isDoc(wish) && "$meta" in wish) {
    if (wish.$meta === "textScore")
      throw serverError(40218, "query requires text score metadata, but it is not available");
    throw unsupported("$meta");
  }
  return { node: { computed: (_value, root) => evaluated(root, wish) }, isNeutral: false };
}

function isExpressionSlice(operand: unknown): boolean {
  return Array.isArray(operand) && (operand.length === 3 || typeof operand[0] !== "number");
}

/**
 * Documents as a projection of find() shows them; the originals stay as they are. The filter tells positional projection
 * (`items.$`) what matched.
 * @throws {MongoServerError} 31249 to 31254 — when it contradicts itself
 */
export function projected(docs: Doc[], projection: Doc | undefined, filter: Doc): Doc[] {
  if (projection === undefined || Object.keys(projection).length === 0) return docs;
  return docs.map(projectionShape(projection, (path, wish) => readWish(path, wish, filter)));
}
