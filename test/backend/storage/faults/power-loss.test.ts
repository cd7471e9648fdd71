import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { randomFrom, seedOfRun } from "../../../support/random.ts";
import { checkFolder } from "./check.ts";
import { Ledger } from "./ledger.ts";
import { buildRecorder, Disk, readRecords, type FileRecord } from "./power-loss.ts";
import { bundleWriter, Writer } from "./writer.ts";

const cuts = Number(process.env["POWER_CUTS"] ?? 250);
const runs = 3;

/** How often the power is cut after a record: more often while the folder comes to be, and between a write and its flush. */
function moments(records: readonly FileRecord[], random: () => number): number[] {
  const early = Math.floor(cuts / 5);
  const pick = (below: number) => Math.floor(random() * below);
  const chosen = Array.from({ length: cuts }, (_, i) =>
    pick(i < early ? Math.min(120, records.length) : records.length),
  );
  return chosen.sort((a, b) => a - b);
}

describe("storage and power cuts", () => {
  let folder: string;
  let recorder: string | undefined;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), "entente-power-"));
    recorder = buildRecorder(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Lets writers work below the recorder, each killed at some moment; gives what they did to the disk. */
  async function recorded(seed: number, random: () => number): Promise<FileRecord[]> {
    const [root, log, acks] = [join(folder, "root"), join(folder, "log"), join(folder, "acks")];
    await mkdir(root);
    const env = {
      LD_PRELOAD: recorder,
      POWERLOSS_ROOT: root,
      POWERLOSS_LOG: log,
      POWERLOSS_LEDGER: acks,
    };
    const ledger = new Ledger(seed);
    let known = 0;
    for (let i = 0; i < runs; i++) {
      const writer = new Writer(
        [process.execPath, await bundleWriter(), join(root, "data"), acks],
        env,
      );
      writer.begin({ seed, starts: ledger.starts, endAfter: 150 + Math.floor(random() * 300) });
      const { code, errors } = await writer.ended();
      expect(code, errors).to.equal(0);
      const lines = linesOf(readRecords(log));
      ledger.read(lines.slice(known));
      known = lines.length;
    }
    return readRecords(log);
  }

  const linesOf = (records: readonly FileRecord[]): string[] =>
    records
      .filter(({ kind }) => kind === "A")
      .flatMap(({ bytes }) => bytes.toString("utf8").trim().split("\n"));

  it(`[FLT-3] loses nothing acknowledged in ${cuts} cuts of the power, with any mixture of unflushed sectors and names on the disk`, async function () {
    if (recorder === undefined) this.skip();
    this.timeout(600_000);
    const seed = seedOfRun();
    console.log(`      seed ${seed}`);
    const random = randomFrom(seed);
    const records = await recorded(seed, random);
    const disk = new Disk(join(folder, "root"));
    const ledger = new Ledger(seed);
    let done = 0;
    for (const [number, moment] of moments(records, random).entries()) {
      for (; done <= moment; done++) {
        const record = records[done];
        if (record === undefined) break;
        disk.apply(record);
        ledger.read(linesOf([record]));
      }
      const scratch = join(folder, "cut");
      await mkdir(scratch);
      disk.cut(scratch, random);
      const what = `cut ${number} of seed ${seed}, after record ${moment} of ${records.length}, ${ledger.acknowledged} acknowledged`;
      const problems = await checkFolder(join(scratch, "data"), ledger.copy(), {
        unacknowledged: true,
      }).catch((error: unknown) => [`does not open: ${String(error)}`]);
      expect(problems, what).to.deep.equal([]);
      await rm(scratch, { recursive: true });
    }
    console.log(
      `      ${cuts} cuts in ${records.length} operations, ${ledger.acknowledged} acknowledged, 0 lost, ${cuts} opens, 0 corrupt`,
    );
  });
});
