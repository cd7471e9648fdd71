import type { FindOptions } from "../store/queries.ts";
import type { Doc } from "../values/values.ts";

/** Options of the driver's methods that the engine honours; the others concern servers. */
export interface Options extends FindOptions {
  upsert?: boolean;
  arrayFilters?: unknown[];
  ordered?: boolean;
  ignoreUndefined?: boolean;
  returnDocument?: "before" | "after";
  includeResultMetadata?: boolean;
  session?: unknown;
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
