import { join } from "node:path";
import { readFileSync } from "node:fs";
import { blobReferences } from "../blob-references.ts";
import { readConfig, type Config } from "../config.ts";
import { holdData } from "../platform/storage/backup/hold.ts";
import { takeBackup } from "../platform/storage/backup/take.ts";

/** How to take a backup. */
export interface BackupOptions {
  /** Whether the data folder's secrets go along. */
  readonly hasKeys: boolean;
  /** The operator's word that nothing writes, for a server without snapshots. */
  readonly isStopped: boolean;
  readonly progress: (line: string) => void;
}

/**
 * `entente backup`: copies the configured data while its server goes on.
 * @returns the closing line
 * @throws {Refusal} not-found — there is no data; conflict — target or server do not allow it; blob-corrupt — damaged blobs
 */
export async function backupTo(dir: string, options: BackupOptions): Promise<string> {
  const config = readConfig();
  const held = await holdData(config, options);
  try {
    const manifest = await takeBackup({
      source: held.source,
      target: dir,
      references: blobReferences,
      keysOf: options.hasKeys ? config.dataDir : undefined,
      program: versionOf(config),
      instance: config.instance,
      now: new Date(),
      progress: options.progress,
    });
    const documents = manifest.collections.reduce((sum, { documents }) => sum + documents, 0);
    const keys = manifest.hasKeys ? "with keys: keep it secret" : "without keys";
    return `Backed up to ${dir}: ${documents} documents, ${manifest.blobs.count} blobs, ${keys}. Content sha256:${manifest.contentSha256}`;
  } finally {
    await held.release();
  }
}

function versionOf({ root }: Config): string {
  const read = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return read.version;
}
