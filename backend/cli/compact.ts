import { join } from "node:path";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { blobReferences } from "../blob-references.ts";
import { readConfig, type Config } from "../config.ts";
import { migrations } from "../migrations/index.ts";
import { isFolderPinned } from "../platform/storage/backup/pin.ts";
import { compactDatabase } from "../platform/storage/embedded/index.ts";
import { lockFolder } from "../platform/storage/lock.ts";
import { planMigrations } from "../platform/storage/migrations.ts";
import { collectOrphans } from "../platform/storage/orphans.ts";
import { openExisting } from "./migrate.ts";

/**
 * `entente compact`: removes files that no document names and gives unused room of the database back to the disk.
 * @throws {Refusal} conflict — a server or a backup runs on the folder, or the data is of another schema version;
 *   not-found — there is no data
 */
export async function compactData(say: (line: string) => void): Promise<void> {
  const config = readConfig();
  await collect(config, say);
  if (config.mongodbUri) return say("The database server keeps its own files in order.");
  // The lock first, then the pin: a backup does it the other way round, so that one sees the other.
  const lock = lockFolder(config.dataDir, "compaction");
  try {
    if (isFolderPinned(config.dataDir))
      throw new Refusal("conflict", "A backup runs, or was killed within the last half minute.");
    const { bytesBefore, bytesAfter } = await compactDatabase(join(config.dataDir, "db"));
    say(`Database: ${inMiB(bytesBefore)} before, ${inMiB(bytesAfter)} now.`);
  } finally {
    lock.release();
  }
}

async function collect(config: Config, say: (line: string) => void): Promise<void> {
  const storage = await openExisting(config, "compaction");
  try {
    // Which fields name a file is known for this program's schema version alone.
    if ((await planMigrations(storage.connection, migrations)).length > 0)
      throw new Refusal(
        "conflict",
        "The data is of an earlier version: run entente migrate first.",
      );
    const { removed, freedBytes, isPutOff } = await collectOrphans({
      connection: storage.connection,
      blobs: storage.blobUpkeep,
      references: blobReferences,
      isPinned: () => storage.isPinned(),
      now: new Date(),
    });
    say(
      isPutOff
        ? "A backup runs: files that nothing names stay for now."
        : `Removed ${removed} files that nothing has named for a day: ${inMiB(freedBytes)}.`,
    );
  } finally {
    await storage.close();
  }
}

const inMiB = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
