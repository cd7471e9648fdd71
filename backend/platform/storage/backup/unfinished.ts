import { existsSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Db } from "mongodb";
import { z } from "zod";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { syncFolder } from "../durable.ts";
import { isMissing } from "./files.ts";

/*
 * While a restore runs, its target says so, durably, from before the first byte to after the last: a restore that was
 * cut short can then neither be served nor be taken for data that somebody needs.
 */

const fileName = "restore.json";
/** Where a database says that its restore has not finished. */
export const unfinishedCollection = "restore_unfinished";

const markSchema = z.object({ contentSha256: z.string(), hasKeys: z.boolean() });

/** What an unfinished restore was about. */
export type Mark = z.infer<typeof markSchema>;

const words = "holds a restore that did not finish. Run entente restore again: it starts over.";

/** The mark of a data folder, if it has one. A mark that cannot be read is one all the same. */
export async function readMark(dataDir: string): Promise<Mark | undefined> {
  let text: string;
  try {
    text = await readFile(join(dataDir, fileName), "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    return markSchema.parse(JSON.parse(text));
  } catch {
    return { contentSha256: "", hasKeys: false };
  }
}

/** Marks a data folder; durable on return. */
export async function markFolder(dataDir: string, mark: Mark): Promise<void> {
  const file = await open(join(dataDir, fileName), "w", 0o600);
  try {
    await file.writeFile(JSON.stringify(mark));
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(dataDir);
}

/** Takes the mark away; durable on return. */
export async function unmarkFolder(dataDir: string): Promise<void> {
  await rm(join(dataDir, fileName));
  await syncFolder(dataDir);
}

/** @throws {Refusal} restore-unfinished — when a restore into this folder was cut short */
export function assertFolderIsWhole(dataDir: string): void {
  if (existsSync(join(dataDir, fileName)))
    throw new Refusal("restore-unfinished", `The data folder ${dataDir} ${words}`);
}

/** @throws {Refusal} restore-unfinished — when a restore into this database was cut short */
export async function assertDatabaseIsWhole(db: Db): Promise<void> {
  if ((await db.collection(unfinishedCollection).findOne({})) !== null)
    throw new Refusal("restore-unfinished", `The database ${db.databaseName} ${words}`);
}
