import { existsSync } from "node:fs";
import { mkdir, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { indexes as allIndexes, type IndexName } from "./documents.ts";
import { Runner, type Store } from "./fleet.ts";
import type { ReadKind } from "./protocol.ts";
import type { Setting } from "./suites/suite.ts";
import type { ContestantName } from "./contestants/contestant.ts";

const builders: Record<ContestantName, ContestantName> = {
  engine: "engine",
  mongoose: "engine",
  "mongoose-lean": "engine",
  lmdb: "lmdb",
  "lmdb-transaction": "lmdb",
  sqlite: "sqlite",
  "sqlite-grouped": "sqlite",
  nedb: "nedb",
};

const indexes = Object.keys(allIndexes) as IndexName[];

/** A store of `count` documents with every index, filled once a run and shared by the suites that only read. */
export async function filledStore(
  setting: Setting,
  contestant: ContestantName,
  count: number,
): Promise<Store> {
  const builder = builders[contestant];
  const parent = join(setting.folder, `filled-${builder}-${count}`);
  const store = { contestant, folder: join(parent, "store"), indexes, count };
  const mark = join(parent, "complete");
  if (existsSync(mark)) return store;
  await rm(parent, { recursive: true, force: true });
  await mkdir(parent, { recursive: true });
  const runner = new Runner({ ...store, contestant: builder });
  await runner.open();
  const { wallMs } = await runner.send({ op: "load", from: 0, howMany: count });
  await runner.end();
  await flush(store.folder);
  await writeFile(mark, "");
  setting.say(`filled ${builder} with ${count} documents in ${(wallMs / 1_000).toFixed(1)} s`);
  return store;
}

/** Not every contestant flushes what it writes: the kernel would do it during a race, at the cost of all. */
async function flush(folder: string): Promise<void> {
  for (const found of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!found.isFile()) continue;
    const file = await open(join(found.parentPath, found.name), "r+");
    await file.sync();
    await file.close();
  }
}

/** Bytes that a folder takes on disk. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    const found = await stat(join(folder, name));
    if (found.isFile()) bytes += found.blocks * 512;
  }
  return bytes;
}

/** Refuses to compare what answers differently: the same keys must give the same documents. */
export async function checkEqual(
  runners: readonly Runner[],
  kinds: readonly ReadKind[],
): Promise<void> {
  for (const kind of kinds) {
    const digests = new Map<number, string>();
    for (const runner of runners) {
      const read = { op: "read", kind, seed: 7, howMany: 200 } as const;
      const digest = await runner.send({ op: "digest", read });
      const expected = digests.get(runner.store.count) ?? digest;
      digests.set(runner.store.count, expected);
      if (digest !== expected) throw new Error(`${runner.name} gives other documents for ${kind}`);
    }
  }
}
