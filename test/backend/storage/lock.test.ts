import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { expect } from "chai";
import { until } from "../../support/world.ts";
import { holderOf, lockFolder } from "../../../backend/platform/storage/lock.ts";

const takers = 4;
const rounds = 60;

/** A process that takes and leaves the lock when told. */
class Taker {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string) {
    const child = join(import.meta.dirname, "lock-child.ts");
    this.#child = spawn(process.execPath, ["--import", "tsx", child, folder], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const next = await this.#lines.next();
    return next.done ? "ended" : next.value;
  }

  tell(word: "take" | "leave"): void {
    this.#child.stdin.write(`${word}\n`);
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }
}

describe("the lock of a data folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "entente-lock-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** A lock file as a process that died leaves it. */
  async function plant(name: string, nonce: string): Promise<string> {
    const dead = { pid: 2 ** 22 + 1, startedAt: "1", host: hostname(), nonce };
    const text = JSON.stringify(dead);
    await writeFile(join(folder, name), text);
    return createHash("sha256").update(text).digest("hex").slice(0, 16);
  }

  it("[UPK-18] goes to one of many that find it dead at once, even where one died while taking it", async function () {
    this.timeout(120_000);
    const all = Array.from({ length: takers }, () => new Taker(folder));
    for (const taker of all) expect(await taker.line()).to.equal("ready");
    for (let round = 0; round < rounds; round++) {
      const id = await plant("lock", `stale ${round}`);
      if (round % 3 === 1) await plant(`lock.${id}`, `taker ${round}`);
      for (const taker of all) taker.tell("take");
      const answers = await Promise.all(all.map((taker) => taker.line()));
      expect(
        answers.filter((answer) => answer === "held"),
        `round ${round}: ${answers.join(" ")}`,
      ).to.have.length(1);
      for (const taker of all) taker.tell("leave");
      for (const taker of all) expect(await taker.line()).to.equal("left");
      expect(await readdir(folder), `round ${round}`).to.deep.equal([]);
    }
    for (const taker of all) taker.end();
  });

  it("[UPK-18] is not given back by a process that has lost it, and names its holder's purpose", async function () {
    this.timeout(30_000);
    const lock = lockFolder(folder, "compaction");
    expect(holderOf(folder)).to.include({ pid: process.pid, purpose: "compaction" });
    expect(() => lockFolder(folder)).to.throw(
      /in use by process \d+ on .* \(compaction\)\. Stop it/,
    );
    const other = JSON.stringify({ pid: 1, startedAt: "", host: "elsewhere.example" });
    await writeFile(join(folder, "lock"), other);
    await until(() => lock.lost() !== undefined, 60_000);
    lock.release();
    expect(await readFile(join(folder, "lock"), "utf8")).to.equal(other);
    expect(holderOf(folder)?.host).to.equal("elsewhere.example");
  });

  it("[UPK-18] of a container is not dead because this one has no such process", async () => {
    const there = { pid: 2 ** 22 + 1, startedAt: "1", host: hostname(), pidNamespace: "pid:[1]" };
    await writeFile(join(folder, "lock"), JSON.stringify(there));
    expect(() => lockFolder(folder)).to.throw(/is in use by process/);
    await writeFile(join(folder, "lock"), JSON.stringify({ ...there, pidNamespace: "" }));
    lockFolder(folder).release();
  });
});
