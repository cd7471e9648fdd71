import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { indexes, type Entry } from "../documents.ts";
import type { Contestant } from "./contestant.ts";
import { requirePeer } from "./peer.ts";

interface Cursor extends PromiseLike<Entry[]> {
  sort(order: Record<string, 1>): Cursor;
  execAsync(): Promise<Entry[]>;
}

interface Datastore {
  loadDatabaseAsync(): Promise<void>;
  ensureIndexAsync(options: { fieldName: string; unique: boolean }): Promise<void>;
  insertAsync(docs: Entry | Entry[]): Promise<unknown>;
  updateAsync(filter: object, change: object, options: object): Promise<unknown>;
  removeAsync(filter: object, options: object): Promise<unknown>;
  findAsync(filter: object): Cursor;
  findOneAsync(filter: object): Promise<Entry | null>;
}

/** NeDB: every document in memory, changes appended to a file without fsync. It has no compound range: `author` alone is indexed. */
export function createNedb(): Contestant {
  let store: Datastore;
  return {
    open: async (folder, names) => {
      mkdirSync(folder, { recursive: true });
      const Nedb = requirePeer("@seald-io/nedb") as new (options: object) => Datastore;
      store = new Nedb({ filename: join(folder, "entries.db") });
      await store.loadDatabaseAsync();
      for (const name of names) {
        const { fields, unique } = indexes[name];
        await store.ensureIndexAsync({ fieldName: fields[0], unique });
      }
    },
    load: async (docs) => void (await store.insertAsync(docs)),
    insert: (doc) => store.insertAsync(doc),
    update: (_id, weight) => store.updateAsync({ _id }, { $set: { weight } }, {}),
    remove: (_id) => store.removeAsync({ _id }, {}),
    byId: async (_id) => (await store.findOneAsync({ _id })) ?? undefined,
    byCode: async (code) => (await store.findOneAsync({ code })) ?? undefined,
    byAgreement: (agreement) => store.findAsync({ agreement }).execAsync(),
    between: (from, to) =>
      store
        .findAsync({ at: { $gte: from, $lt: to } })
        .sort({ at: 1 })
        .execAsync(),
    byAuthorBetween: (author, from, to) =>
      store.findAsync({ author, at: { $gte: from, $lt: to } }).execAsync(),
    close: async () => {},
  };
}
