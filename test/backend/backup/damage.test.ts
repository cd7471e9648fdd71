import { randomBytes } from "node:crypto";
import { appendFile, cp, mkdir, open, readdir, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { assert, asyncProperty, constantFrom, double, integer, record } from "fast-check";
import { filesBelow } from "../../../backend/platform/storage/backup/files.ts";
import { verifyBackup } from "../../../backend/platform/storage/backup/verify.ts";
import { isRefusal } from "../../../domain/kernel/refusal.ts";
import { addVersion, entente, within, Workshop } from "./command.ts";

/** The refusal of a damaged backup, or "sound". */
async function verdict(dir: string): Promise<string> {
  try {
    await verifyBackup(dir);
    return "sound";
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.message;
  }
}

async function flip(path: string, place: number, bit: number): Promise<void> {
  const file = await open(path, "r+");
  const at = Math.floor(place * (await file.stat()).size);
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
  buffer[0] = (buffer[0] ?? 0) ^ (1 << bit);
  await file.write(buffer, 0, 1, at);
  await file.close();
}

describe("a damaged backup", function () {
  this.timeout(300_000);
  const shop = new Workshop();
  let sound = "";
  let files: string[] = [];

  before(async () => {
    await shop.open();
    const dataDir = shop.fresh();
    await within(dataDir, async (storage, connection) => {
      for (const n of [1, 2, 3, 4]) await addVersion(storage, `v${n}`, `text ${n}`);
      await connection.collection("others").insertMany([{ n: 1 }, { n: 2 }]);
    });
    await mkdir(join(dataDir, "keys"));
    await writeFile(join(dataDir, "keys", "log.ed25519"), randomBytes(32));
    sound = shop.fresh();
    expect((await entente(dataDir, ["backup", sound, "--with-keys"])).code).to.equal(0);
    for await (const path of filesBelow(sound)) files.push(path);
    files = await withBytes(sound, files);
  });
  after(() => shop.close());

  async function withBytes(dir: string, paths: readonly string[]): Promise<string[]> {
    const kept: string[] = [];
    for (const path of paths) {
      const file = await open(join(dir, path));
      if ((await file.stat()).size > 0) kept.push(path);
      await file.close();
    }
    return kept;
  }

  it("[BKP-7] is refused with the file's name, whichever bit is flipped", async () => {
    expect(await verdict(sound)).to.equal("sound");
    const kinds = ["manifest.json", "blobs.txt", "documents/", "blobs/", "keys/"];
    for (const kind of kinds) expect(files.some((path) => path.startsWith(kind))).to.equal(true);
    const flips = record({
      path: constantFrom(...files),
      place: double({ min: 0, max: 0.999_999, noNaN: true }),
      bit: integer({ min: 0, max: 7 }),
    });
    await assert(
      asyncProperty(flips, async ({ path, place, bit }) => {
        const full = join(sound, path);
        await flip(full, place, bit);
        const said = await verdict(sound);
        await flip(full, place, bit);
        expect(said).to.include(`${path} is damaged`);
      }),
      { numRuns: 200 },
    );
    expect(await verdict(sound)).to.equal("sound");
  });

  it("[BKP-7] is refused when a file is cut, longer, missing, exchanged or added", async () => {
    const blobs = files.filter((path) => path.startsWith("blobs/"));
    const [first = "", second = ""] = blobs;
    const changes: [string, (dir: string) => Promise<unknown>][] = [
      ["documents/versions.bson is damaged", (dir) => cut(join(dir, "documents/versions.bson"))],
      ["blobs.txt is damaged", (dir) => appendFile(join(dir, "blobs.txt"), "\n")],
      ["manifest.json is damaged", (dir) => appendFile(join(dir, "manifest.json"), " ")],
      [`${first} is missing`, (dir) => rm(join(dir, first))],
      [`${first} is damaged`, (dir) => cp(join(dir, second), join(dir, first))],
      ["keys/keys/log.ed25519 is missing", (dir) => rm(join(dir, "keys"), { recursive: true })],
      ["documents/x.bson does not belong", (dir) => writeFile(join(dir, "documents/x.bson"), "")],
      ["holds 1 files more", (dir) => writeFile(join(dir, "blobs", "more"), "")],
      ["is no finished backup", (dir) => rm(join(dir, "manifest.json"))],
    ];
    for (const [said, change] of changes) {
      const dir = shop.fresh();
      await cp(sound, dir, { recursive: true });
      await change(dir);
      expect(await verdict(dir)).to.include(said);
    }
  });

  it("[BKP-7] is refused before anything is written", async () => {
    const dir = shop.fresh();
    await cp(sound, dir, { recursive: true });
    await flip(join(dir, "documents/versions.bson"), 0.5, 0);
    const dataDir = shop.fresh();
    const { code, notes } = await entente(dataDir, ["restore", dir]);
    expect(code).to.equal(1);
    expect(notes.join("\n")).to.include("documents/versions.bson is damaged");
    expect(existsSync(dataDir)).to.equal(false);
    const checked = await entente(dataDir, ["check", dir]);
    expect(checked.code).to.equal(1);
    expect(checked.out).to.include("DAMAGE  documents/versions.bson is damaged");
  });

  it("[BKP-8] of a format that this program does not know is refused by its name", async () => {
    const dir = shop.fresh();
    await mkdir(dir);
    await writeFile(join(dir, "manifest.json"), '{"format": "entente-backup/2"}');
    expect(await verdict(dir)).to.equal("This program does not read the format entente-backup/2");
  });

  async function cut(path: string): Promise<void> {
    const file = await open(path, "r+");
    await file.truncate((await file.stat()).size - 1);
    await file.close();
  }
});

describe("a backup that is killed", function () {
  this.timeout(300_000);
  const shop = new Workshop();
  let dataDir = "";

  before(async () => {
    await shop.open();
    dataDir = shop.fresh();
    await within(dataDir, async (storage, connection) => {
      for (let n = 0; n < 40; n++) await addVersion(storage, `v${n}`, `text ${n}`);
      for (const name of ["a", "b", "c", "d"])
        await connection.collection(name).insertMany([{ n: 1 }, { n: 2 }]);
    });
  });
  after(() => shop.close());

  it("[BKP-9] never looks like a finished one, and leaves nothing once it is taken again", async () => {
    const parent = shop.fresh();
    await mkdir(parent);
    const dir = join(parent, "copy");
    for (const killAfter of [1, 3, 5]) {
      const { code } = await entente(dataDir, ["backup", dir], {
        onNote: (() => {
          let seen = 0;
          return (_line: string, child) => void (++seen === killAfter && child.kill("SIGKILL"));
        })(),
      });
      expect(code).to.equal("SIGKILL");
      expect(existsSync(dir)).to.equal(false);
      const left = await readdir(parent);
      for (const name of left)
        expect(existsSync(join(parent, name, "manifest.json"))).to.equal(false);
      expect(left.length).to.equal(1);
    }
    expect((await entente(dataDir, ["backup", dir])).code).to.equal(0);
    expect(await readdir(parent)).to.deep.equal(["copy"]);
    await rename(dir, `${dir}.moved`);
    await verifyBackup(`${dir}.moved`);
  });
});
