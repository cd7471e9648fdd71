import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { World } from "../../support/world.ts";

// Runs an instance on a small disk, fills the disk, frees it, and tells as JSON what a person met.
const [dataDir = ""] = process.argv.slice(2);
const world = await World.start(dataDir);
const ada = await world.person("Ada");
const ballast = join(dataDir, "ballast");
const tries = 400;

/** Fills the disk but for some 200 kB. */
async function fill(): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  await writeFile(ballast, Buffer.alloc(bavail * bsize - 200_000));
}

/** Founds a partnership with a purpose of some length. */
async function found(length: number): Promise<{ status: number; body: unknown }> {
  const { status, body } = await ada.post("/partnerships", {
    name: "P",
    purpose: "x".repeat(length),
  });
  return { status, body };
}

await fill();
const refused: unknown[] = [];
let kept = 0;
for (let i = 0; i < tries && refused.length < 5; i++) {
  const { status, body } = await found(i % 2 ? 1900 : 10);
  if (status === 201) kept++;
  else refused.push({ status, body });
}
const ready = (await fetch(`${world.url}/health/ready`)).status;
const readable = (await ada.get("/partnerships?limit=1")).status;
await rm(ballast);
const after = (await found(1900)).status;
await world.stop();
const again = await World.start(dataDir);
let stored = 0;
let cursor = "";
do {
  const page = (await again.as(ada).get(`/partnerships?limit=100${cursor}`)).ok<{
    items: unknown[];
    nextCursor?: string;
  }>();
  stored += page.items.length;
  cursor = page.nextCursor ? `&cursor=${encodeURIComponent(page.nextCursor)}` : "";
} while (cursor);
await again.stop();
console.log(JSON.stringify({ refused, kept, ready, readable, after, stored }));
