import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { migrations } from "../../../backend/migrations/index.ts";
import { compactDatabase } from "../../../backend/platform/storage/embedded/store/compact.ts";
import { readRoots } from "../../../backend/platform/storage/embedded/store/roots.ts";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";
import { lockFolder } from "../../../backend/platform/storage/lock.ts";
import { migrate } from "../../../backend/platform/storage/migrations.ts";
import { ChildInstance } from "../../support/child.ts";
import { entente } from "./entente.ts";

const kept = 300;
const filler = "x".repeat(4_000);

/** Writes many documents and deletes all but a few, which leaves most of the file free. */
async function fill(storage: Storage): Promise<void> {
  const collection = storage.connection.collection("papers");
  for (let n = 0; n < 3_000; n += 500) {
    const docs = Array.from({ length: 500 }, (_, i) => ({ _id: `p${n + i}`, n: n + i, filler }));
    await collection.insertMany(docs as never);
  }
  await collection.createIndex({ n: 1 }, { unique: true });
  await collection.deleteMany({ n: { $gte: kept } });
}

describe("the database file", () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-compact-"));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  const sizeOf = async () => (await stat(join(dataDir, "db", "data.mdb"))).size;

  async function withStorage<T>(action: (storage: Storage) => Promise<T>): Promise<T> {
    const storage = await openStorage({ dataDir });
    try {
      return await action(storage);
    } finally {
      await storage.close();
    }
  }

  /** All documents, read by the index and without it. */
  const contents = () =>
    withStorage(async ({ connection }) => {
      const papers = connection.collection("papers");
      const byIndex = await papers
        .find({ n: { $gte: 0 } })
        .sort({ n: 1 })
        .toArray();
      const all = await papers.find({}).toArray();
      return { byIndex, count: all.length };
    });

  it("[UPK-14] gives unused room back to the disk and keeps every document and index", async function () {
    this.timeout(180_000);
    await withStorage(async (storage) => {
      await fill(storage);
      await migrate(storage.connection, { migrations, isExclusive: true });
    });
    const [before, size] = [await contents(), await sizeOf()];
    expect(before.byIndex).to.have.length(kept);
    const { code, text } = await entente(dataDir, "compact");
    expect(code, text).to.equal(0);
    const [, from, to] = /^Database: ([\d.]+) MiB before, ([\d.]+) MiB now\.$/m.exec(text) ?? [];
    expect(Number(from)).to.be.closeTo(size / 2 ** 20, 0.1);
    expect(Number(to)).to.be.closeTo((await sizeOf()) / 2 ** 20, 0.1);
    expect(await sizeOf()).to.be.lessThan(size / 4);
    expect(await contents()).to.deep.equal(before);
    await withStorage(async ({ connection }) => {
      const papers = connection.collection("papers");
      await papers.insertOne({ _id: "new", n: kept } as never);
      const error: unknown = await papers
        .insertOne({ _id: "twin", n: kept } as never)
        .catch((thrown: unknown) => thrown);
      expect(error).to.have.property("code", 11_000);
    });
  });

  // LMDB's copy sees to it; a release that did not would have the next transaction write over the only root.
  it("[UPK-15] keeps a compacted state where the next transaction does not write over it", async () => {
    const folder = join(dataDir, "db");
    const numbers = new Set<bigint>();
    for (let round = 0; round < 4; round++) {
      await withStorage(async ({ connection }) => {
        for (let n = 0; n <= round; n++) await connection.collection("papers").insertOne({});
      });
      await compactDatabase(folder);
      const [even, odd] = readRoots(await readFile(join(folder, "data.mdb")));
      expect(even?.transaction).to.equal(0n);
      expect(odd && odd.transaction % 2n).to.equal(1n);
      numbers.add(odd?.transaction ?? 0n);
    }
    expect(numbers.size).to.equal(4);
    expect(
      await withStorage(({ connection }) => connection.collection("papers").countDocuments({})),
    ).to.equal(10);
  });

  it("[UPK-15] is the old or the new one, whole, whenever compaction is killed", async function () {
    this.timeout(120_000);
    await withStorage(fill);
    const [before, size] = [await contents(), await sizeOf()];
    const child = join(import.meta.dirname, "compaction-child.ts");
    for (const [step, isNew] of [
      ["copied", false],
      ["flushed", false],
      ["swapped", true],
      ["done", true],
      ["", true],
    ] as const) {
      const running = spawn(
        process.execPath,
        ["--import", "tsx", child, join(dataDir, "db"), step],
        { stdio: ["ignore", "ignore", "inherit"] },
      );
      const [code, signal] = (await once(running, "exit")) as [number | null, string | null];
      expect(signal ?? code, step).to.equal(step === "" ? 0 : "SIGKILL");
      expect((await sizeOf()) < size / 4, step).to.equal(isNew);
      expect(await contents(), step).to.deep.equal(before);
      expect(await readdir(dataDir), step).to.have.members(["db", "blobs"]);
    }
  });

  it("[UPK-14] is left alone while a server or a backup has it, and where there is none", async function () {
    this.timeout(180_000);
    const server = await ChildInstance.start(dataDir);
    const running = await entente(dataDir, "compact");
    await server.stop();
    expect([running.code, running.text]).to.satisfy(
      ([code, text]: [number, string]) => code === 1 && /is in use by process \d+/.test(text),
    );
    const size = await sizeOf();
    const pin = join(dataDir, "backup.pin.1");
    await writeFile(pin, "");
    const pinned = await entente(dataDir, "compact");
    expect([pinned.code, pinned.text.split("\n")[0]]).to.deep.equal([
      1,
      "A backup runs, or was killed within the last half minute.",
    ]);
    expect(await sizeOf()).to.equal(size);
    const old = new Date(Date.now() - 60_000);
    await utimes(pin, old, old);
    expect((await entente(dataDir, "compact")).code).to.equal(0);
    const lock = lockFolder(dataDir, "compaction");
    const backup = await entente(dataDir, "backup", join(dataDir, "backup"));
    lock.release();
    expect(backup.code).to.equal(1);
    expect(backup.text).to.match(/is being compacted/);
    const none = await entente(join(dataDir, "none"), "compact");
    expect([none.code, none.text.startsWith("There is no data in")]).to.deep.equal([1, true]);
  });

  it("[UPK-16] grows while it is open, and takes as much again into the room that was freed", async function () {
    this.timeout(180_000);
    await withStorage(async ({ connection }) => {
      const papers = connection.collection("papers");
      const insert = async () => {
        for (let n = 0; n < 4_000; n += 500) {
          const docs = Array.from({ length: 500 }, (_, i) => ({ _id: `p${n + i}`, filler }));
          await papers.insertMany(docs as never);
        }
      };
      await papers.insertOne({ _id: "first" } as never);
      const first = await sizeOf();
      await insert();
      const grown = await sizeOf();
      expect(grown).to.be.greaterThan(Math.max(first * 50, 16_000_000));
      for (let round = 0; round < 3; round++) {
        await papers.deleteMany({ filler });
        await insert();
      }
      expect(await papers.countDocuments({})).to.equal(4_001);
      expect(await sizeOf()).to.be.lessThan(grown * 1.3);
    });
  });
});
