import { existsSync } from "node:fs";
import { join } from "node:path";
import { readConfig, type Config } from "../config.ts";
import { migrations } from "../migrations/index.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { openStorage, type Storage } from "../platform/storage/index.ts";
import type { LockPurpose } from "../platform/storage/lock.ts";
import {
  latestVersion,
  migrate,
  planMigrations,
  readSchemaVersion,
  type MigrationEvent,
} from "../platform/storage/migrations.ts";

/**
 * Brings the configured data to the program's schema version without serving, or only tells what that would change.
 * @throws {Refusal} conflict — a server runs on the folder, or the data is newer; not-found — there is no data
 */
export async function migrateData({
  isDry,
  say,
}: {
  readonly isDry: boolean;
  readonly say: (line: string) => void;
}): Promise<void> {
  const config = readConfig();
  const storage = await openExisting(config, "migration");
  try {
    const version = await readSchemaVersion(storage.connection);
    const latest = latestVersion(migrations);
    if (version === latest) return say(`Schema version ${version}: nothing to do.`);
    if (isDry) return await tellPlan(storage, { version, say });
    const onEvent = (event: MigrationEvent) => say(lineOf(event));
    await migrate(storage.connection, { migrations, isExclusive: storage.isExclusive, onEvent });
    say(`Schema version ${latest}.`);
  } finally {
    await storage.close();
  }
}

/** Opens what is there: a command that cares for data makes none. */
export async function openExisting(config: Config, purpose: LockPurpose): Promise<Storage> {
  if (!config.mongodbUri && !existsSync(join(config.dataDir, "db")))
    throw new Refusal("not-found", `There is no data in ${config.dataDir}.`);
  const { dataDir, mongodbUri, blobQuotaBytes } = config;
  return openStorage({ dataDir, mongodbUri, blobQuotaBytes, purpose });
}

async function tellPlan(
  { connection }: Storage,
  { version, say }: { version: number; say: (line: string) => void },
): Promise<void> {
  const steps = await planMigrations(connection, migrations);
  say(`Schema version ${version}. These steps would run; nothing was changed:`);
  for (const step of steps) say(`  ${step.version}. ${step.name}: ${documents(step.documents)}`);
}

function lineOf({ kind, version, name, changed }: MigrationEvent): string {
  if (kind === "waiting") return "  Another process is migrating; waiting.";
  if (kind === "started") return `  ${version}. ${name}`;
  return `     ${documents(changed)}${kind === "finished" ? " changed" : ""}`;
}

const documents = (count: number): string => `${count} document${count === 1 ? "" : "s"}`;
