import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { compactDatabase } from "../../../../backend/platform/storage/embedded/store/compact.ts";
import { StoredState } from "../../../../backend/platform/storage/embedded/store/snapshot.ts";
import { checkFolder } from "./check.ts";
import { openStorage, type Storage } from "../../../../backend/platform/storage/index.ts";
import { Ledger } from "./ledger.ts";
import { means, traced } from "./means.ts";
import { bundleWriter, Writer, type Ending } from "./writer.ts";

const seed = 5;
const root = join(import.meta.dirname, "../../../..");
const changer = "setpriv";
const asNobody = ["--reuid=65534", "--clear-groups"];

describe("starting on a folder that is not as it was left", function () {
  this.timeout(120_000);
  let folder: string;
  let whole: string;
  let dataDir: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "entente-start-"));
    whole = join(folder, "whole");
    const { code, errors } = await written(whole, 60);
    expect(code, errors).to.equal(0);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    dataDir = join(folder, "data");
    cpSync(whole, dataDir, { recursive: true });
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  async function written(
    path: string,
    endAfter: number,
    below: readonly string[] = [],
  ): Promise<Ending> {
    const writer = new Writer([...below, process.execPath, await bundleWriter(), path]);
    writer.begin({ seed, starts: new Ledger(seed).starts, endAfter });
    return writer.ended();
  }

  async function refusal(): Promise<string> {
    try {
      await (await openStorage({ dataDir })).close();
      return "none";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  const data = () => join(dataDir, "db/data.mdb");

  it("[FLT-5] refuses to begin an empty database where one is missing, and gives the folder free", async () => {
    renameSync(data(), join(folder, "aside"));
    expect(await refusal()).to.match(
      /data\.mdb is missing\. Nothing was changed\. Restore a backup\./,
    );
    expect(existsSync(data())).to.equal(false);
    renameSync(join(folder, "aside"), data());
    expect(await refusal()).to.equal("none");
  });

  it("[FLT-5] refuses a database that is empty, garbage, a folder, or of another format", async () => {
    truncateSync(data(), 0);
    expect(await refusal()).to.include("damaged root page");
    writeFileSync(data(), Buffer.alloc(100_000, "x"));
    expect(await refusal()).to.include("damaged root page");
    rmSync(data());
    mkdirSync(data());
    expect(await refusal()).to.include("cannot be read: EISDIR");
    rmSync(data(), { recursive: true });
    cpSync(join(whole, "db/data.mdb"), data());
    writeFileSync(join(dataDir, "db/format"), "Entente embedded engine, format 3\n");
    expect(await refusal()).to.include("another format");
  });

  it("[FLT-5] begins again where only the beginning of a database is, to which nothing was acknowledged", async () => {
    for (const bytes of [0, 100, 4096, 8192]) {
      rmSync(dataDir, { recursive: true });
      mkdirSync(join(dataDir, "db"), { recursive: true });
      writeFileSync(data(), Buffer.alloc(bytes));
      expect(await refusal(), `${bytes} bytes`).to.equal("none");
    }
  });

  it("[FLT-5] takes a database of before there was a mark of its format", async () => {
    rmSync(join(dataDir, "db/format"));
    expect(await refusal()).to.equal("none");
    expect(readFileSync(join(dataDir, "db/format"), "utf8")).to.match(
      /^Entente embedded engine, format 2\n$/,
    );
  });

  /** What version 0.1.0 wrote, with its ledger: format 1 has no trees for documents. */
  function unpackFormer(): Ledger {
    const {
      seed: formerSeed,
      lines,
      files,
    } = JSON.parse(
      gunzipSync(readFileSync(join(root, "test/fixtures/format-1.json.gz"))).toString(),
    ) as { seed: number; lines: string[]; files: Record<string, string> };
    rmSync(dataDir, { recursive: true });
    for (const [path, base64] of Object.entries(files)) {
      mkdirSync(dirname(join(dataDir, path)), { recursive: true });
      writeFileSync(join(dataDir, path), Buffer.from(base64, "base64"));
    }
    const ledger = new Ledger(formerSeed);
    ledger.read(lines);
    return ledger;
  }

  it("[FLT-5] reads and checks a database of the former format, which stays as it is until it is written", async () => {
    unpackFormer();
    const before = readFileSync(data());
    const state = new StoredState(join(dataDir, "db"));
    expect([...state.problems()]).to.deep.equal([]);
    const counts = state.collections().map(({ name }) => [...state.documents(name)].length);
    expect(Math.min(...counts)).to.be.greaterThan(0);
    await state.close();
    expect(readFileSync(data()).equals(before)).to.equal(true);
    expect(readFileSync(join(dataDir, "db/format"), "utf8")).to.include("format 1");
  });

  it("[FLT-5] goes on with a database of the former format: all it holds, and new collections, of which that program must not know", async () => {
    const ledger = unpackFormer();
    expect(await checkFolder(dataDir, ledger, { unacknowledged: false })).to.deep.equal([]);
    expect(readFileSync(join(dataDir, "db/format"), "utf8")).to.include("format 2");
    const added = async (storage: Storage) => {
      const collection = storage.connection.collection("added");
      await collection.insertOne({ _id: "new" as never });
      return collection.countDocuments();
    };
    for (const expected of [1, 1]) {
      const storage = await openStorage({ dataDir });
      await storage.connection.collection("added").deleteMany({});
      expect(await added(storage)).to.equal(expected);
      await storage.close();
    }
    expect(await checkFolder(dataDir, ledger, { unacknowledged: false })).to.deep.equal([]);
    const compaction = await compactDatabase(join(dataDir, "db"));
    expect(compaction.bytesAfter).to.be.greaterThan(0);
    const state = new StoredState(join(dataDir, "db"));
    expect([...state.problems()]).to.deep.equal([]);
    expect([...state.documents("added")]).to.have.length(1);
    await state.close();
  });

  it(`[FLT-5] says why it cannot read its file${means.trace ? "" : " (skipped: strace is not installed)"}`, async function () {
    if (!means.trace) this.skip();
    const { lines, code } = await written(
      dataDir,
      10,
      traced(data(), ["pread64:error=EIO:when=1"]),
    );
    expect(code).to.equal(4);
    expect(lines.join("\n")).to.match(/^X -1 -1 DatabaseDamaged: .* cannot be read: EIO/);
  });

  const canBeNobody =
    process.getuid?.() === 0 && spawnSync(changer, [...asNobody, "true"]).status === 0;
  it(`[FLT-5] says so when the folder belongs to another${canBeNobody ? "" : " (skipped: only root can be another)"}`, async function () {
    if (!canBeNobody) this.skip();
    chmodSync(data(), 0o600);
    for (const path of [folder, dataDir, join(dataDir, "db")]) chmodSync(path, 0o777);
    const { lines } = await written(dataDir, 10, [changer, ...asNobody]);
    expect(lines.join("\n")).to.match(/^X -1 -1 .*EACCES/);
  });

  it(`[FLT-6] waits for a slow disk: one flush at a time, all that came meanwhile in the next${means.trace ? "" : " (skipped: strace is not installed)"}`, async function () {
    if (!means.trace) this.skip();
    rmSync(dataDir, { recursive: true });
    mkdirSync(join(dataDir, "db"), { recursive: true });
    writeFileSync(data(), "");
    const log = join(folder, "flushes");
    const slow = traced(data(), ["fdatasync:delay_enter=150000"], log);
    const { lines, code, errors } = await written(dataDir, 200, slow);
    expect(code, errors).to.equal(0);
    const flushes = readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line.includes("fdatasync("));
    let end = 0;
    for (const flush of flushes) {
      const [, at = ""] = flush.split(/\s+/);
      expect(Number(at), "two flushes at once").to.be.at.least(end);
      end = Number(at) + 0.149;
    }
    const changes = lines.filter((line) => / (done|new)/.test(line)).length;
    console.log(`      ${changes} changes in ${flushes.length} flushes`);
    expect(flushes.length).to.be.lessThan(changes / 2);
  });
});
