import { readConfig } from "../config.ts";
import { migrations } from "../migrations/index.ts";
import { restoreBackup } from "../platform/storage/backup/restore.ts";
import { connect } from "../platform/storage/backup/server.ts";
import { databaseTarget, folderTarget } from "../platform/storage/backup/targets.ts";
import { latestVersion } from "../platform/storage/migrations.ts";

/**
 * `entente restore`: puts a backup into the configured data folder or database, which must be empty.
 * @returns the closing line
 * @throws {Refusal} backup-damaged, not-found — nothing was written; conflict — the target is in use or not empty
 */
export async function restoreFrom(dir: string, progress: (line: string) => void): Promise<string> {
  const { mongodbUri, dataDir, instance } = readConfig();
  const target = mongodbUri
    ? databaseTarget(await connect(mongodbUri), dataDir)
    : folderTarget(dataDir);
  const latestSchema = latestVersion(migrations);
  const manifest = await restoreBackup({ dir, target, latestSchema, progress });
  const documents = manifest.collections.reduce((sum, { documents }) => sum + documents, 0);
  if (manifest.instance !== instance)
    progress(
      `The backup is of ${manifest.instance}: set ENTENTE_INSTANCE to it, or its logs begin anew.`,
    );
  const keys = manifest.hasKeys ? "" : " Put keys/ and pki/ back before the first start.";
  return `Restored ${documents} documents and ${manifest.blobs.count} blobs of ${manifest.madeAt}.${keys}`;
}
