import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { randomFrom } from "../../../support/random.ts";
import { RawDatabase } from "../../../support/raw-database.ts";
import { openStorage } from "../../../../backend/platform/storage/index.ts";
import { checkEntries, checkFolder } from "./check.ts";
import { operationOf } from "./history.ts";
import { Ledger } from "./ledger.ts";
import { modelsOf, run } from "./models.ts";
import { Disk, type FileRecord } from "./power-loss.ts";

const seed = 4;
const strict = { unacknowledged: false };

/** Lets lane 0 write and notes its acknowledgements. */
async function written(dataDir: string, count: number): Promise<Ledger> {
  const ledger = new Ledger(seed);
  const storage = await openStorage({ dataDir });
  const models = modelsOf(storage.connection);
  await storage.ready();
  const lines: string[] = [];
  for (let n = 0; n < count; n++)
    lines.push(`A 0 ${n} ${await run(models, storage.blobs, operationOf(seed, 0, n))}`);
  await storage.close();
  ledger.read(lines);
  return ledger;
}

describe("the oracle of the fault tests", () => {
  let dataDir: string;
  let ledger: Ledger;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-oracle-"));
    ledger = await written(dataDir, 60);
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it("[FLT-2] finds nothing wrong where nothing is", async () => {
    expect(await checkFolder(dataDir, ledger, strict)).to.deep.equal([]);
  });

  it("[FLT-2] notices a lost document, a changed one, and one that nobody wrote", async () => {
    const storage = await openStorage({ dataDir });
    const { Entries } = modelsOf(storage.connection);
    await storage.ready();
    await Entries.deleteOne({});
    await Entries.updateOne({}, { $inc: { count: 1 } });
    await Entries.create({ _id: "3-1", lane: 3, code: 3001, count: 0, tags: [], text: "" });
    await storage.close();
    const problems = await checkFolder(dataDir, ledger, { unacknowledged: true });
    expect(problems.map((problem) => problem.slice(0, 6))).to.deep.equal(["lane 0", "lane 3"]);
  });

  it("[FLT-2] notices an index entry that is missing and one that is too many", async () => {
    const db = new RawDatabase(dataDir);
    const entries = db
      .entries()
      .filter(({ key }) => key.readUInt16BE(0) > 0 && key.readUInt16BE(2) > 1);
    const [first] = entries;
    if (!first) throw new Error("no index entries");
    await db.remove(first.key);
    await db.put(Buffer.concat([first.key, first.key]), first.value);
    await db.close();
    expect((await checkEntries(dataDir)).map((problem) => problem.split(":")[0])).to.deep.equal([
      "1 index entries are missing",
      "1 index entries have no document",
    ]);
  });

  it("[FLT-2] notices a blob that changed", async () => {
    const files = await readdir(join(dataDir, "blobs"), { withFileTypes: true, recursive: true });
    const blob = files.find((file) => file.isFile());
    if (!blob) throw new Error("no blobs");
    const path = join(blob.parentPath, blob.name);
    const bytes = await readFile(path);
    bytes[5] = (bytes[5] ?? 0) ^ 1;
    await writeFile(path, bytes);
    const problems = await checkFolder(dataDir, ledger, strict);
    expect(problems.join("\n")).to.include("is damaged").and.to.include("holds other bytes");
  });

  it("[FLT-2] refuses an acknowledgement after a failure, out of turn, or with another answer", () => {
    const inserting = Array.from({ length: 99 }, (_, n) => n).find(
      (one) => operationOf(one, 0, 0).kind === "insert",
    );
    const lines = (...said: string[]) => {
      new Ledger(inserting ?? 0).read(said);
    };
    const answer = "A 0 0 done";
    lines(answer);
    expect(() => lines("X 1 0 broken", answer)).to.throw("after: X 1 0 broken");
    expect(() => lines("A 0 1 done")).to.throw("instead of 0");
    expect(() => lines("A 0 0 perhaps")).to.throw("instead of done");
  });

  it("[FLT-2] keeps through power cuts what was flushed, and loses or tears the rest now and then", async () => {
    const root = join(dataDir, "power");
    const disk = new Disk(root);
    const record = (kind: string, inode: bigint, more: Partial<FileRecord> = {}) => {
      disk.apply({ kind, inode, at: 0, path: "", bytes: Buffer.alloc(0), ...more });
    };
    const flush = (inode: bigint, at: number) => {
      record("B", inode, { at });
      record("F", inode, { at });
    };
    record("O", 1n, { path: join(root, "kept") });
    record("W", 1n, { bytes: Buffer.alloc(2000, "a") });
    flush(1n, 1);
    flush(9n, 2);
    record("W", 1n, { bytes: Buffer.alloc(2000, "b") });
    record("O", 2n, { path: join(root, "nameless") });
    record("W", 2n, { bytes: Buffer.alloc(10, "a") });
    flush(2n, 3);
    const random = randomFrom(seed);
    const found = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const folder = join(dataDir, `cut-${i}`);
      await mkdir(folder);
      disk.cut(folder, random);
      const text = readFileSync(join(folder, "kept"), "utf8");
      expect(text).to.match(/^[ab]{2000}$/);
      found.add(/^a+$/.test(text) ? "old" : /^b+$/.test(text) ? "new" : "torn");
      const nameless = join(folder, "nameless");
      found.add(existsSync(nameless) ? "name" : "no name");
      if (existsSync(nameless)) expect(readFileSync(nameless, "utf8")).to.equal("a".repeat(10));
    }
    expect([...found].sort()).to.deep.equal(["name", "new", "no name", "old", "torn"]);
  });
});
