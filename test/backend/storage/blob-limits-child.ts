import { closeSync, openSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import { createFileBlobs } from "../../../backend/platform/storage/blobs.ts";

// On a small disk and with few file descriptors: what a store of blobs answers when either is used up.
const [folder = ""] = process.argv.slice(2);
const blobs = await createFileBlobs(join(folder, "blobs"));
const MEBIBYTE = 2 ** 20;

async function tell(action: () => Promise<unknown>): Promise<string | [string, string]> {
  try {
    await action();
    return "stored";
  } catch (error) {
    if (error instanceof Refusal) return [error.code, error.message];
    throw error;
  }
}

async function files(): Promise<string[]> {
  const entries = await readdir(join(folder, "blobs"), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
}

const stored: string[] = [];
let full: string | [string, string] = "stored";
for (let n = 0; full === "stored" && n < 20; n++)
  full = await tell(async () => {
    const { sha256 } = await blobs.put(Buffer.alloc(MEBIBYTE, `blob ${n}`));
    stored.push(sha256);
  });
const names = await files();
const litter = names.filter((name) => name.endsWith(".part")).length;
let bytes = 0;
for (const name of names) bytes += (await stat(name)).size;
const usedIsTrue = blobs.usage().usedBytes === bytes && bytes > 0;
for (const hash of stored) await blobs.get(hash);
const [first = "", second = "", third = ""] = stored;
await blobs.removeBefore(first, new Date(Date.now() + MEBIBYTE));
const afterFull = await tell(() => blobs.put(Buffer.alloc(MEBIBYTE, "room again")));
await blobs.removeBefore(second, new Date(Date.now() + MEBIBYTE));

const open: number[] = [];
try {
  for (;;) open.push(openSync(process.execPath, "r"));
} catch {
  // As many as there may be.
}
const busyPut = await tell(() => blobs.put(Buffer.from("small")));
const busyGet = await tell(() => blobs.get(third));
for (const descriptor of open) closeSync(descriptor);
const afterBusy = await tell(() => blobs.put(Buffer.from("small")));
const story = { full, litter, usedIsTrue, readable: stored.length > 1, afterFull };
console.log(JSON.stringify({ ...story, busyPut, busyGet, afterBusy }));
