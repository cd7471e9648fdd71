import { MongoInvalidArgumentError } from "mongodb";
import type { FindOptions, Query } from "../store/queries.ts";
import { serverError, unsupported } from "../values/errors.ts";
import { toPlainDoc, type Doc } from "../values/values.ts";

/** Options of the driver's methods that the engine honours; the others concern servers. */
export interface Options extends FindOptions {
  upsert?: boolean;
  arrayFilters?: unknown[];
  ordered?: boolean;
  ignoreUndefined?: boolean;
  returnDocument?: "before" | "after";
  includeResultMetadata?: boolean;
  session?: unknown;
  signal?: AbortSignal;
  batchSize?: number;
  /** Of a pipeline. */
  stages?: Doc[];
  [other: string]: unknown;
}

/** What a modification did. */
export interface Modification {
  readonly matched: number;
  readonly modified: number;
  readonly before: Doc | undefined;
  readonly after: Doc | undefined;
  readonly upsertedId: unknown;
}

const longest = 2 ** 31 - 1;

function refuseTime({ maxTimeMS }: Options): void {
  if (typeof maxTimeMS === "number" && !(maxTimeMS >= 0 && maxTimeMS <= longest))
    throw serverError(2, `${maxTimeMS} value for maxTimeMS is out of range [0, ${longest}]`);
}

/** The server cuts fractions off. */
function whole(count: unknown): number {
  return (typeof count === "number" && Math.trunc(count)) || 0;
}

function fieldsOf(projection: unknown[]): Doc {
  const paths = projection.length === 0 ? ["_id"] : projection;
  return Object.fromEntries(paths.map((path) => [String(path), 1]));
}

const refused = ["min", "max", "returnKey", "showRecordId"];

/**
 * What a find is asked for, as the driver sends it and the server takes it.
 * @throws {MongoServerError} for options out of range, and those that the engine does not have
 */
export function findOf(options: Options): Query {
  options.signal?.throwIfAborted();
  refuseTime(options);
  const name = refused.find((option) => options[option]);
  if (name !== undefined) throw unsupported(`the option ${name} of a find`);
  if (options["tailable"] === true)
    throw serverError(2, "tailable cursor requested on non capped collection");
  const { filter = {}, sort, skip, limit, batchSize = 0, projection } = options;
  const { hint, collation, readAs } = options;
  if (projection && typeof projection !== "object")
    throw serverError(14, "BSON field 'find.projection' is the wrong type, expected type 'object'");
  return {
    filter,
    sort,
    skip: whole(skip),
    limit: whole(batchSize < 0 ? -batchSize : limit),
    projection: Array.isArray(projection) ? fieldsOf(projection) : projection,
    hint,
    collation,
    readAs,
  };
}

/** What is given for an aggregation as its stages. @throws {MongoInvalidArgumentError} when it is no list */
export function pipelineOf(stages: unknown): Doc[] {
  if (!Array.isArray(stages))
    throw new MongoInvalidArgumentError(
      'Argument "pipeline" must be an array of aggregation stages',
    );
  return stages.map((stage) => toPlainDoc(stage));
}

/**
 * The stages of an aggregation.
 * @throws {MongoServerError} for options out of range
 */
export function stagesOf(options: Options): Doc[] {
  refuseTime(options);
  const { stages = [], batchSize = 0 } = options;
  if (batchSize < 0)
    throw serverError(
      51024,
      `BSON field 'batchSize' value must be >= 0, actual value '${batchSize}'`,
    );
  return stages;
}
