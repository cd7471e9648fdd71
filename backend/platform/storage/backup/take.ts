import { mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Refusal, isRefusal } from "../../../../domain/kernel/refusal.ts";
import { blobsNamedIn, type BlobReference } from "../references.ts";
import type { Doc } from "../embedded/values/values.ts";
import { decoded } from "./bson.ts";
import { syncFolder } from "../durable.ts";
import { exists, filesBelow, HashedFile, isMissing, syncTree, writeHashed } from "./files.ts";
import {
  backupFormat,
  blobLine,
  blobPath,
  contentHashOf,
  documentsPath,
  formatManifest,
  parts,
  type BackupFile,
  type Manifest,
} from "./format.ts";
import { copySecrets } from "./secrets.ts";
import { isEmptyFolder, type Source } from "./source.ts";

/** What a backup is made of and where it goes. */
export interface TakeOptions {
  readonly source: Source;
  /** A folder that does not exist, or is empty. */
  readonly target: string;
  readonly references: readonly BlobReference[];
  /** The data folder whose secrets go along; absent: they do not. */
  readonly keysOf?: string | undefined;
  readonly program: string;
  readonly instance: string;
  readonly now: Date;
  /** Hears what is being done. */
  readonly progress: (line: string) => void;
}

/** Most damages named before the backup gives up. */
const maxDamages = 100;

/**
 * Writes a backup under a name of its own and gives it its real name when all of it is on disk.
 * @throws {Refusal} conflict — the target holds something; blob-corrupt — blobs are damaged or missing, each named
 */
export async function takeBackup(options: TakeOptions): Promise<Manifest> {
  const target = resolve(options.target);
  if (!(await isEmptyFolder(target)))
    throw new Refusal("conflict", `${options.target} is not empty: give a folder of its own`);
  await removeAbandoned(target);
  const unfinished = `${target}${unfinishedName}${process.pid}`;
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  try {
    const manifest = await writeParts(options, unfinished);
    await syncTree(unfinished);
    await rmdir(target).catch(ignoreMissing);
    await rename(unfinished, target);
    await syncFolder(dirname(target));
    return manifest;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

const unfinishedName = ".unfinished.";

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}

/** What a killed backup to the same place left behind. */
async function removeAbandoned(target: string): Promise<void> {
  const prefix = `${basename(target)}${unfinishedName}`;
  const names = await readdir(dirname(target)).catch(ignoreMissing);
  for (const name of names ?? []) {
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length))))
      await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function writeParts(options: TakeOptions, folder: string): Promise<Manifest> {
  const { source, progress } = options;
  const files: BackupFile[] = [];
  const collections: Manifest["collections"] = [];
  const blobs = new BlobCopies(source, folder);
  let schemaVersion = 0;
  for (const { name, indexes } of await source.collections()) {
    let documents = 0;
    const file = await HashedFile.create(folder, documentsPath(name));
    try {
      for await (const { bytes, doc } of readable(source, name)) {
        documents++;
        await file.write(bytes);
        if (name === schemaCollection) schemaVersion = Number(doc["version"] ?? 0);
        for (const hash of blobsNamedIn(options.references, name, doc))
          await blobs.copy(hash, name);
      }
    } catch (error) {
      await file.abandon();
      throw error;
    }
    files.push(await file.finish());
    collections.push({ name, documents, indexes: [...indexes] });
    progress(`documents ${name}: ${documents}`);
  }
  const { list, ...counted } = await blobs.finish();
  files.push(list);
  progress(`blobs: ${counted.count}`);
  if (options.keysOf) files.push(...(await copySecrets(options.keysOf, folder)));
  const manifest = {
    format: backupFormat,
    program: options.program,
    instance: options.instance,
    madeAt: options.now.toISOString(),
    engine: source.engine,
    schemaVersion,
    hasKeys: options.keysOf !== undefined,
    collections,
    blobs: counted,
    files,
    contentSha256: contentHashOf(files),
  } as const;
  const text = formatManifest(manifest);
  await writeHashed(folder, parts.manifest, Buffer.from(text));
  return JSON.parse(text) as Manifest;
}

/** A collection's documents. @throws {Refusal} blob-corrupt — one cannot be read, or the engine cannot find it */
async function* readable(
  source: Source,
  name: string,
): AsyncGenerator<{ bytes: Uint8Array; doc: Doc }> {
  try {
    for await (const bytes of source.documents(name)) {
      const doc = decoded(bytes);
      if (!doc) throw new Error("one of its documents is none");
      yield { bytes, doc };
    }
  } catch (cause) {
    if (isRefusal(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal("blob-corrupt", `No backup was made: ${name}: ${why}`, { cause });
  }
}

/** Where the schema version is, as one document. */
const schemaCollection = "schema";

/** Copies blobs, each once. What is there already is known by its file: memory does not grow with their number. */
class BlobCopies {
  readonly #source: Source;
  readonly #folder: string;
  readonly #damages: string[] = [];

  constructor(source: Source, folder: string) {
    this.#source = source;
    this.#folder = folder;
  }

  async copy(hash: string, namedBy: string): Promise<void> {
    const path = join(parts.blobs, blobPath(hash));
    if (await exists(join(this.#folder, path))) return;
    try {
      await writeHashed(this.#folder, path, await this.#source.readBlob(hash));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const what = error.code === "not-found" ? "is missing" : "is damaged";
      this.#damages.push(`blob ${hash}, named in ${namedBy}, ${what}`);
      if (this.#damages.length === maxDamages) this.#refuseDamages();
    }
  }

  #refuseDamages(): void {
    if (this.#damages.length === 0) return;
    const lines = [...new Set(this.#damages)].join("\n  ");
    throw new Refusal("blob-corrupt", `No backup was made:\n  ${lines}`);
  }

  /** Writes the list of blobs. */
  async finish(): Promise<{ list: BackupFile; count: number; sizeBytes: number }> {
    this.#refuseDamages();
    const file = await HashedFile.create(this.#folder, parts.blobList);
    let [count, sizeBytes] = [0, 0];
    const blobs = join(this.#folder, parts.blobs);
    for await (const path of filesBelow(blobs)) {
      const { size } = await stat(join(blobs, path));
      await file.write(Buffer.from(blobLine(path.replace("/", ""), size)));
      count++;
      sizeBytes += size;
    }
    return { list: await file.finish(), count, sizeBytes };
  }
}
