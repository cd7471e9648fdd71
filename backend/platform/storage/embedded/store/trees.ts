import { open, type Database, type RootDatabase, type Transaction } from "lmdb";
import { documentTreeOf } from "./layout.ts";

/** LMDB with binary keys and values. */
export type Db = RootDatabase<Buffer, Buffer>;

/** One of its trees. */
export type Tree = Database<Buffer, Buffer>;

const binary = { encoding: "binary", keyEncoding: "binary" } as const;

/** Each transaction that is going on, and each process that reads beside the owner, takes a place among the readers. */
const maxReaders = 1024;

/** Changing it needs another format: it decides where documents are. */
const documentTrees = 64;

/** Opens or creates a database folder; the map grows by itself. */
export function openDatabase(path: string, { readOnly }: { readOnly: boolean }): Db {
  // With overlapping sync a commit resolves before it is flushed: acknowledged must mean durable.
  // Event-turn batching leaves a rejected promise unhandled when a commit fails.
  return open<Buffer, Buffer>({
    ...binary,
    path,
    readOnly,
    overlappingSync: false,
    eventTurnBatching: false,
    noSubdir: false,
    maxReaders,
    maxDbs: documentTrees,
  });
}

/** LMDB keeps the roots of its trees in the main one, under their names. */
const treeName = "~documents";
const nameBytes = Buffer.from(treeName);

/** Whether a key of the main tree is the name of another. */
export function isTreeName(key: Buffer): boolean {
  return key.subarray(0, nameBytes.length).equals(nameBytes);
}

/**
 * The trees of a database: the main one for the catalog and all indexes, others for documents. Documents are added behind
 * those of their collection; where they end a tree too, LMDB fills their pages, which it else leaves half full.
 */
export class Trees implements Iterable<Tree> {
  readonly main: Db;
  readonly #documents: readonly (Tree | undefined)[];

  /** A reading that began before does not see them. Makes what is missing, unless the database is only read. */
  constructor(main: Db, { readOnly }: { readOnly: boolean }) {
    const openAll = () =>
      Array.from({ length: documentTrees }, (_, i) =>
        main.openDB<Buffer, Buffer>(`${treeName} ${i}`, binary),
      );
    this.main = main;
    this.#documents = readOnly ? openAll() : main.transactionSync(openAll);
  }

  /** Where a key is, or would be. */
  of(key: Buffer): Tree {
    const documents = documentTreeOf(key);
    if (documents === undefined) return this.main;
    // A database of format 1 that is only read has no such tree, and nothing under such keys.
    return this.#documents[documents % documentTrees] ?? this.main;
  }

  *[Symbol.iterator](): Generator<Tree> {
    yield this.main;
    for (const tree of this.#documents) if (tree) yield tree;
  }

  /** Reads what is durable now. */
  latest(): Transaction {
    // Otherwise lmdb gives the transaction it took earlier in this turn.
    this.main.resetReadTxn();
    return this.main.useReadTransaction();
  }
}
