import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { exists, filesBelow, HashedFile, isMissing, syncTree, writeHashed } from "./files.ts";
import { parts, type BackupFile, type Manifest } from "./format.ts";

/** What a data folder holds besides data: keys, the secret of sign-ins, mail with invitation links, the demo's password. */
export const secretNames = ["keys", "pki", "outbox", "demo.json"] as const;

async function* secretFiles(dataDir: string): AsyncGenerator<string> {
  for (const name of secretNames) {
    const found = await stat(join(dataDir, name)).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (found?.isFile()) yield name;
    else if (found) for await (const path of filesBelow(dataDir, name)) yield path;
  }
}

/** Copies a data folder's secrets below `keys/`, mode 0600. */
export async function copySecrets(dataDir: string, backup: string): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for await (const path of secretFiles(dataDir)) {
    const bytes = await readFile(join(dataDir, path));
    files.push(await writeHashed(backup, `${parts.keys}/${path}`, bytes));
  }
  return files;
}

/** Names of the secrets that a data folder has. */
export async function secretsIn(dataDir: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of secretNames) if (await exists(join(dataDir, name))) found.push(name);
  return found;
}

/**
 * Puts a backup's secrets into a data folder; durable on return.
 * @throws {Refusal} backup-damaged — a file is not among the known secrets
 */
export async function restoreSecrets(
  backup: string,
  manifest: Manifest,
  dataDir: string,
): Promise<void> {
  const prefix = `${parts.keys}/`;
  for (const { path } of manifest.files) {
    if (!path.startsWith(prefix)) continue;
    const name = path.slice(prefix.length);
    if (!secretNames.some((known) => known === name.split("/", 1)[0]))
      throw new Refusal("backup-damaged", `${path} is no secret of a data folder`);
    await mkdir(dirname(join(dataDir, name)), { recursive: true, mode: 0o700 });
    const file = await HashedFile.create(dataDir, name);
    await file.write(await readFile(join(backup, path)));
    await file.finish();
  }
  for (const name of await secretsIn(dataDir)) {
    const path = join(dataDir, name);
    if ((await stat(path)).isDirectory()) await syncTree(path);
  }
}
