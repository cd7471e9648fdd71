import type { Entry, IndexName } from "../documents.ts";

/** What a synchronous interface gives at once and the others as a promise: each is used as it is meant to be. */
export type Answer<T> = T | Promise<T>;

/** One side of the comparison, in a process of its own. */
export interface Contestant {
  open(folder: string, indexes: readonly IndexName[]): Promise<void>;
  /** Stores many documents, fast; need not be durable one by one. */
  load(docs: Entry[]): Promise<void>;
  /** Resolves when the document is stored, as durably as this contestant promises. */
  insert(doc: Entry): Answer<unknown>;
  /** Sets `weight`. */
  update(id: string, weight: number): Answer<unknown>;
  remove(id: string): Answer<unknown>;
  byId(id: string): Answer<Entry | undefined>;
  byCode(code: string): Answer<Entry | undefined>;
  byAgreement(agreement: string): Answer<Entry[]>;
  /** From `from` (included) to `to` (excluded), by time. */
  between(from: Date, to: Date): Answer<Entry[]>;
  byAuthorBetween(author: string, from: Date, to: Date): Answer<Entry[]>;
  close(): Promise<void>;
}

/** Names as the table prints them. */
export const contestantNames = [
  "engine",
  "mongoose",
  "mongoose-lean",
  "lmdb",
  "lmdb-transaction",
  "sqlite",
  "sqlite-grouped",
  "nedb",
] as const;

/** One of the contestants. */
export type ContestantName = (typeof contestantNames)[number];
