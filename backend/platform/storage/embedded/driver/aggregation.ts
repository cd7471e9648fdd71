import type { Source } from "../store/queries.ts";
import { serverError, unsupported } from "../values/errors.ts";
import { aggregated } from "../language/matching.ts";
import { tableNameOf } from "../values/names.ts";
import { findDocs, openQuery } from "../store/queries.ts";
import { isDoc, withReferences, type Doc } from "../values/values.ts";
import type { View } from "../store/view.ts";
import type { Options } from "./options.ts";

const refused = new Set([
  "$out",
  "$merge",
  "$changeStream",
  "$geoNear",
  "$search",
  // mingo's needs scripts to be allowed.
  "$setWindowFields",
]);

/** Opens a pipeline over a collection, or over nothing for stages that bring their own documents. */
export function openPipeline(
  view: View,
  { database, collection }: { database: string; collection: string | undefined },
  { stages, options: { collation, hint } }: { stages: Doc[]; options: Options },
): Source {
  for (const stage of stages) {
    const [name = "", ...others] = Object.keys(stage);
    if (name === "" || others.length > 0)
      throw serverError(
        40323,
        "A pipeline stage specification object must contain exactly one field.",
      );
    if (refused.has(name)) throw unsupported(`the aggregation stage ${name}`);
    if (name === "$limit" && stage.$limit === 0)
      throw serverError(15958, "the limit must be positive");
  }
  const first = stages[0]?.$match;
  const filter = isDoc(first) ? first : {};
  const rest = isDoc(first) ? stages.slice(1) : stages;
  const sort = isDoc(rest[0]?.$sort) ? rest[0].$sort : undefined;
  const query = { filter, sort, collation, hint };
  const docsOf = (name: string, wanted: { filter: Doc }) =>
    findDocs(view, tableNameOf(database, name), wanted);
  let pending = true;
  return {
    next: () => {
      if (!pending) return [];
      pending = false;
      const docs = collection === undefined ? [] : docsOf(collection, query);
      const left = sort ? rest.slice(1) : rest;
      const results = aggregated(docs, left, {
        collation,
        collection: (name) => docsOf(name, { filter: {} }),
      });
      return withReferences(results);
    },
    explain: () => openQuery(view, tableNameOf(database, collection ?? ""), query).explain(),
  };
}
