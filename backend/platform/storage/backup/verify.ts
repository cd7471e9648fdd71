import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { filesBelow, hashOfFile, isMissing } from "./files.ts";
import {
  blobPath,
  contentHashOf,
  parseManifest,
  parts,
  type BackupFile,
  type Manifest,
} from "./format.ts";

/** A blob as `blobs.txt` lists it. */
interface ListedBlob {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Reads a backup's manifest.
 * @throws {Refusal} not-found — the folder is no finished backup; backup-damaged — the manifest is not what was written
 */
export async function readManifest(dir: string): Promise<Manifest> {
  try {
    return parseManifest(await readFile(join(dir, parts.manifest), "utf8"));
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Refusal("not-found", `${dir} is no finished backup: it has no ${parts.manifest}`);
  }
}

/** The blobs that a backup lists. */
export async function* listedBlobs(dir: string): AsyncGenerator<ListedBlob> {
  const lines = createInterface({ input: createReadStream(join(dir, parts.blobList)) });
  for await (const line of lines) {
    const [sha256 = "", sizeBytes = ""] = line.split(" ");
    yield { sha256, sizeBytes: Number(sizeBytes) };
  }
}

/**
 * What is wrong with a backup's files, each by its name; nothing when every byte is as it was written.
 * A damaged list of blobs leaves the blobs unread.
 */
export async function* damagesOf(dir: string, manifest: Manifest): AsyncGenerator<string> {
  let isListSound = true;
  for (const file of manifest.files) {
    const damage = await damageOf(dir, file);
    if (damage === undefined) continue;
    isListSound &&= file.path !== parts.blobList;
    yield damage;
  }
  if (contentHashOf(manifest.files) !== manifest.contentSha256)
    yield `${parts.manifest} contradicts itself`;
  if (isListSound) yield* blobDamages(dir, manifest);
  yield* surplus(dir, manifest);
}

async function damageOf(dir: string, file: BackupFile): Promise<string | undefined> {
  const found = await hashOfFile(join(dir, file.path));
  if (found === undefined) return `${file.path} is missing`;
  const isSound = found.sha256 === file.sha256 && found.sizeBytes === file.sizeBytes;
  return isSound ? undefined : `${file.path} is damaged`;
}

async function* blobDamages(dir: string, manifest: Manifest): AsyncGenerator<string> {
  let [count, total] = [0, 0];
  for await (const { sha256, sizeBytes } of listedBlobs(dir)) {
    count++;
    total += sizeBytes;
    const damage = await damageOf(dir, {
      path: `${parts.blobs}/${blobPath(sha256)}`,
      sha256,
      sizeBytes,
    });
    if (damage !== undefined) yield damage;
  }
  if (count !== manifest.blobs.count || total !== manifest.blobs.sizeBytes)
    yield `${parts.manifest} contradicts ${parts.blobList}`;
}

/** Files that nobody vouches for: a restore would not read them, and their presence says that something is off. */
async function* surplus(dir: string, manifest: Manifest): AsyncGenerator<string> {
  const known = new Set([parts.manifest, ...manifest.files.map(({ path }) => path)]);
  let blobs = 0;
  for await (const path of filesBelow(dir)) {
    if (path.startsWith(`${parts.blobs}/`)) blobs++;
    else if (!known.has(path)) yield `${path} does not belong to the backup`;
  }
  if (blobs > manifest.blobs.count)
    yield `${parts.blobs}/ holds ${blobs - manifest.blobs.count} files more than ${parts.blobList} lists`;
}

/**
 * Reads every byte of a backup.
 * @throws {Refusal} not-found, backup-damaged — naming every damaged file
 */
export async function verifyBackup(dir: string): Promise<Manifest> {
  const manifest = await readManifest(dir);
  const damages: string[] = [];
  for await (const damage of damagesOf(dir, manifest)) damages.push(damage);
  if (damages.length > 0)
    throw new Refusal("backup-damaged", `The backup is damaged:\n  ${damages.join("\n  ")}`);
  return manifest;
}
