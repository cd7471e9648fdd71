import type { ContestantName } from "./contestants/contestant.ts";
import type { IndexName } from "./documents.ts";

/** Kinds of reading: by `_id`, by a unique field, by a plain field (about 10), by a range in order (100), by a field and a range (about 20). */
export type ReadKind = "byId" | "byCode" | "byAgreement" | "between" | "byAuthorBetween";

/** Opens a store, or makes it. */
export interface OpenJob {
  readonly op: "open";
  readonly contestant: ContestantName;
  readonly folder: string;
  readonly indexes: readonly IndexName[];
  /** Documents that the store holds or will hold. */
  readonly count: number;
}

/** Work for a contestant's process, done one after the other. */
export type Job =
  | OpenJob
  | { readonly op: "load"; readonly from: number; readonly howMany: number }
  | WriteJob
  | ReadJob
  /** A digest of what reading gives, equal for all contestants. */
  | { readonly op: "digest"; readonly read: ReadJob }
  | { readonly op: "profile"; readonly job: ReadJob | WriteJob }
  | { readonly op: "memory" }
  | { readonly op: "close" };

/** Changes by many writers, each of which awaits its own before the next. */
export interface WriteJob {
  readonly op: "insert" | "update" | "remove";
  readonly from: number;
  readonly howMany: number;
  readonly writers: number;
}

/** Reads of keys drawn by the seed, one after the other. */
export interface ReadJob {
  readonly op: "read";
  readonly kind: ReadKind;
  readonly seed: number;
  readonly howMany: number;
}

/** What a timed job took, in the contestant's own process; `found` documents were read or changed. */
export interface Measure {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly operations: number;
  readonly found: number;
}

/** Resident memory in bytes, and the time since the process started. */
export interface Memory {
  readonly rssBytes: number;
  readonly peakBytes: number;
  readonly uptimeMs: number;
}

/** Self time of a profile by package or module, and its hottest functions. */
export interface Profile {
  readonly groups: readonly { readonly name: string; readonly share: number }[];
  readonly hottest: readonly { readonly place: string; readonly share: number }[];
}

/** What jobs answer. */
export interface Answers {
  open: Measure;
  load: Measure;
  insert: Measure;
  update: Measure;
  remove: Measure;
  read: Measure;
  digest: string;
  profile: Profile;
  memory: Memory;
  close: null;
}

/** A job with its number, as it travels. */
export interface Request {
  readonly id: number;
  readonly job: Job;
}

/** The answer to the request of that number. */
export type Response =
  | { readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly id: number; readonly error: string };
