import { join } from "node:path";
import { readFileSync } from "node:fs";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { blobReferences } from "../blob-references.ts";
import { readConfig, type Config } from "../config.ts";
import { pinDatabase, pinFolder, type Pin } from "../platform/storage/backup/pin.ts";
import { connect, openDatabase, type Server } from "../platform/storage/backup/server.ts";
import { hasDatabase, openFolder, type Source } from "../platform/storage/backup/source.ts";
import { takeBackup } from "../platform/storage/backup/take.ts";
import {
  assertDatabaseIsWhole,
  assertFolderIsWhole,
} from "../platform/storage/backup/unfinished.ts";

/** How to take a backup. */
export interface BackupOptions {
  /** Whether the data folder's secrets go along. */
  readonly hasKeys: boolean;
  /** The operator's word that nothing writes, for a server without snapshots. */
  readonly isStopped: boolean;
  readonly progress: (line: string) => void;
}

/** The configured data, held still. */
interface Held {
  readonly source: Source;
  release(): Promise<void>;
}

/**
 * `entente backup`: copies the configured data while its server goes on.
 * @returns the closing line
 * @throws {Refusal} not-found — there is no data; conflict — target or server do not allow it; blob-corrupt — damaged blobs
 */
export async function backupTo(dir: string, options: BackupOptions): Promise<string> {
  const config = readConfig();
  const held = await hold(config, options);
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

async function hold(config: Config, { isStopped }: BackupOptions): Promise<Held> {
  return config.mongodbUri
    ? holdDatabase(await connect(config.mongodbUri), isStopped)
    : holdFolder(config.dataDir);
}

async function holdFolder(dataDir: string): Promise<Held> {
  if (!hasDatabase(dataDir)) throw new Refusal("not-found", `There is no data in ${dataDir}.`);
  assertFolderIsWhole(dataDir);
  // Before the moment that is copied: from here on no blob goes away.
  const pin = pinFolder(dataDir);
  try {
    return held(openFolder(dataDir), pin);
  } catch (error) {
    await pin.release();
    throw error;
  }
}

async function holdDatabase(server: Server, isStopped: boolean): Promise<Held> {
  let pin: Pin | undefined;
  try {
    await assertDatabaseIsWhole(server.db);
    const source = openDatabase(server, { isStopped });
    pin = await pinDatabase(server.db);
    const { release } = held(source, pin);
    return {
      source,
      release: async () => {
        await release();
        await server.client.close();
      },
    };
  } catch (error) {
    await pin?.release();
    await server.client.close();
    throw error;
  }
}

function held(source: Source, pin: Pin): Held {
  return {
    source,
    release: async () => {
      await source.close();
      await pin.release();
    },
  };
}
