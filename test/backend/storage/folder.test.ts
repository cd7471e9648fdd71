import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import { openStorage } from "../../../backend/platform/storage/index.ts";
import { go, startWriter } from "./writer.ts";

async function refusalOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return "none";
}

describe("data folder", () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente.folder-"));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it("[STO-13] is refused to a second opener and free again after closing", async () => {
    const storage = await openStorage({ dataDir });
    expect(await refusalOf(openStorage({ dataDir }))).to.equal("conflict");
    await storage.close();
    await (await openStorage({ dataDir })).close();
    expect(await readdir(dataDir)).to.have.members(["db", "blobs"]);
  });

  it("[STO-13] is refused while another process holds it, and taken over when that is killed", async function () {
    this.timeout(30_000);
    const holder = startWriter(dataDir);
    go(holder);
    await once(holder.stdout, "data");
    expect(await refusalOf(openStorage({ dataDir }))).to.equal("conflict");
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await (await openStorage({ dataDir })).close();
  });

  it("[STO-13] belongs to a silent holder on another machine only for half a minute", async () => {
    const lock = join(dataDir, "lock");
    await writeFile(lock, JSON.stringify({ pid: 1, startedAt: "1", host: "elsewhere.example" }));
    expect(await refusalOf(openStorage({ dataDir }))).to.equal("conflict");
    const before = new Date(Date.now() - 60_000);
    await utimes(lock, before, before);
    await (await openStorage({ dataDir })).close();
  });

  it("[STO-13] is not held by a process number that another process has now", async () => {
    const { hostname } = await import("node:os");
    await writeFile(
      join(dataDir, "lock"),
      JSON.stringify({ pid: process.ppid, startedAt: "1", host: hostname() }),
    );
    await (await openStorage({ dataDir })).close();
  });
});

describe("blobs", () => {
  let dataDir: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-blobs-"));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it("[BLB-1] are found by their SHA-256, stored once, without leftovers", async () => {
    const { blobs, close } = await openStorage({ dataDir });
    const bytes = Buffer.from("abc");
    const puts = await Promise.all(Array.from({ length: 10 }, () => blobs.put(bytes)));
    const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for (const stored of puts) expect(stored).to.deep.equal({ sha256, sizeBytes: 3 });
    expect(Buffer.from(await blobs.get(sha256)).toString()).to.equal("abc");
    expect(await blobs.has(sha256)).to.equal(true);
    expect(await readdir(join(dataDir, "blobs", "ba"))).to.deep.equal([sha256.slice(2)]);
    await close();
  });

  it("[BLB-2] that changed on disk are refused, and healed by storing them again", async () => {
    const { blobs, close } = await openStorage({ dataDir });
    const { sha256 } = await blobs.put(Buffer.from("the agreement"));
    const path = join(dataDir, "blobs", sha256.slice(0, 2), sha256.slice(2));
    const bytes = await readFile(path);
    bytes[3] = (bytes[3] ?? 0) ^ 1;
    await rm(path);
    await writeFile(path, bytes);
    expect(await refusalOf(blobs.get(sha256))).to.equal("blob-corrupt");
    await blobs.put(Buffer.from("the agreement"));
    expect(Buffer.from(await blobs.get(sha256)).toString()).to.equal("the agreement");
    await close();
  });

  it("[BLB-3] that are not there, and names that are no hash, are not found", async () => {
    const { blobs, close } = await openStorage({ dataDir });
    expect(await refusalOf(blobs.get("0".repeat(64)))).to.equal("not-found");
    expect(await refusalOf(blobs.get("../../etc/passwd"))).to.equal("not-found");
    expect(await blobs.has("../lock")).to.equal(false);
    await close();
  });
});
