import type { Doc } from "../values/values.ts";

/** A stored document with the number that orders it by insertion. */
export interface Row {
  readonly record: number;
  readonly doc: Doc;
  /** Of its BSON. */
  readonly sizeBytes: number;
  /** Whether a cache keeps the document too: nobody may change it. */
  readonly isKept: boolean;
}
