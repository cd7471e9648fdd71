import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Db } from "mongodb";

/** A running backup's sign; blobs stay while it is there. */
export interface Pin {
  release(): Promise<void>;
}

const pinName = /^backup\.pin\.\d+$/;
const refreshMs = 5_000;
/** After this silence a backup counts as dead. */
const silentMs = 30_000;

/** Marks a data folder as being backed up: the collection of orphan blobs waits. */
export function pinFolder(dataDir: string): Pin {
  for (const { path, isFresh } of pinsOf(dataDir)) if (!isFresh) rmSync(path, { force: true });
  const path = join(dataDir, `backup.pin.${process.pid}`);
  writeFileSync(path, "", { mode: 0o600 });
  const refresh = setInterval(() => touch(path), refreshMs).unref();
  return {
    release: async () => {
      clearInterval(refresh);
      rmSync(path, { force: true });
    },
  };
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Without its pin a backup can miss a blob: it then fails and names it.
  }
}

function pinsOf(dataDir: string): { path: string; isFresh: boolean }[] {
  const paths = readdirSync(dataDir)
    .filter((name) => pinName.test(name))
    .map((name) => join(dataDir, name));
  return paths.map((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return { path, isFresh: stat !== undefined && Date.now() - stat.mtimeMs < silentMs };
  });
}

/** Whether a backup of this data folder runs, or did within the last half minute without ending well. */
export function isFolderPinned(dataDir: string): boolean {
  return pinsOf(dataDir).some(({ isFresh }) => isFresh);
}

/** Where pins of a database are kept; no backup copies it. */
export const pinCollection = "backup_pins";

/** Marks a database as being backed up. */
export async function pinDatabase(db: Db): Promise<Pin> {
  const pins = db.collection<{ _id: string; at: Date }>(pinCollection);
  const _id = `${process.pid}.${process.hrtime.bigint()}`;
  const touch = () => pins.updateOne({ _id }, { $set: { at: new Date() } }, { upsert: true });
  await touch();
  // A refresh that is lost once is made up by the next; the server's silence would end the backup itself.
  const refresh = setInterval(() => void touch().catch(() => undefined), refreshMs).unref();
  return {
    release: async () => {
      clearInterval(refresh);
      await pins.deleteOne({ _id });
    },
  };
}

/** Whether a backup of this database runs, or did within the last half minute without ending well. */
export async function isDatabasePinned(db: Db): Promise<boolean> {
  const pins = db.collection<{ _id: string; at: Date }>(pinCollection);
  const fresh = await pins.findOne({ at: { $gt: new Date(Date.now() - silentMs) } });
  return fresh !== null;
}
