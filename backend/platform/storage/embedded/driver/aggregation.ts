import type { Source } from "../store/queries.ts";
import { aggregated } from "../language/matching.ts";
import { assertPipeline } from "../language/pipelines.ts";
import { tableNameOf } from "../values/names.ts";
import { findDocs, openQuery } from "../store/queries.ts";
import { isDoc, withReferences, type Doc } from "../values/values.ts";
import type { View } from "../store/view.ts";
import type { Options } from "./options.ts";

/**
 * Opens a pipeline over a collection, or over nothing for stages that bring their own documents.
 * @throws {MongoServerError} for a pipeline that MongoDB would not begin
 */
export function openPipeline(
  view: View,
  { database, collection }: { database: string; collection: string | undefined },
  { stages, options: { collation, hint } }: { stages: Doc[]; options: Options },
): Source {
  assertPipeline(stages);
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
