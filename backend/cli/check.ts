import { join } from "node:path";
import { checkRecords, trustOf } from "../archive/index.ts";
import { blobReferences } from "../blob-references.ts";
import { checkEditLogs } from "../collaboration/index.ts";
import { readConfig, type Config } from "../config.ts";
import { checkDecisionLogs } from "../decisions/index.ts";
import { checkStorage, type Finding } from "../platform/storage/backup/check.ts";
import { parts } from "../platform/storage/backup/format.ts";
import { holdData } from "../platform/storage/backup/hold.ts";
import { openBackup, type Source } from "../platform/storage/backup/source.ts";
import { damagesOf, readManifest } from "../platform/storage/backup/verify.ts";

/** Where a check says what it does and what it found. */
export interface CheckOutput {
  readonly say: (line: string) => void;
  readonly note: (line: string) => void;
}

/** What is checked, and the folder with the keys to check it by. */
interface Subject {
  readonly source: Source;
  readonly keysIn: string;
  readonly instance: string;
  close(): Promise<void>;
}

/**
 * `entente check`: checks the configured data, also while its server runs, or a backup; one line for each damage.
 * @returns the exit code: 0 sound, 1 damage
 * @throws {Refusal} not-found — nothing is there to check; backup-damaged — a manifest is not what was written
 */
export async function checkAll(
  dir: string | undefined,
  output: CheckOutput,
  config: Config = readConfig(),
): Promise<0 | 1> {
  let damages = 0;
  const tell = ({ kind, text }: Finding): void => {
    if (kind === "note") return output.note(text);
    damages++;
    output.say(`DAMAGE  ${text}`);
  };
  const subject =
    dir === undefined ? await openData(config) : await openBackupAt(dir, config, tell);
  try {
    // Of a backup whose bytes are not those written, what they say means nothing.
    if (damages === 0) for await (const finding of findings(subject)) tell(finding);
  } finally {
    await subject.close();
  }
  output.say(damages === 0 ? "Sound." : `${damages} damage${damages === 1 ? "" : "s"}.`);
  return damages === 0 ? 0 : 1;
}

async function* findings({ source, keysIn, instance }: Subject): AsyncGenerator<Finding> {
  const trust = await trustOf(keysIn, instance);
  yield* checkStorage(source, blobReferences);
  yield* checkEditLogs(source);
  yield* checkDecisionLogs(source, trust.logKeys);
  yield* checkRecords(source, { trust, now: new Date() });
}

async function openData(config: Config): Promise<Subject> {
  // Without snapshots, what is written meanwhile may look like damage: stop the servers of such a database first.
  const { source, release } = await holdData(config, { isStopped: true });
  return { source, keysIn: config.dataDir, instance: config.instance, close: release };
}

async function openBackupAt(
  dir: string,
  config: Config,
  tell: (finding: Finding) => void,
): Promise<Subject> {
  const manifest = await readManifest(dir);
  for await (const text of damagesOf(dir, manifest)) tell({ kind: "damage", text });
  const source = openBackup(dir, manifest);
  const keysIn = manifest.hasKeys ? join(dir, parts.keys) : config.dataDir;
  return { source, keysIn, instance: manifest.instance, close: () => source.close() };
}
