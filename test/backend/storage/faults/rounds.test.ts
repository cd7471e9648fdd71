import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { randomFrom, seedOfRun } from "../../../support/random.ts";
import { checkFolder } from "./check.ts";
import { Ledger } from "./ledger.ts";
import { commandFor, missingFor, type Fault } from "./means.ts";
import { bundleWriter, Writer, type Ending } from "./writer.ts";

const rounds = Number(process.env["FAULT_ROUNDS"] ?? 200);
const tracks = 2;

/** Of twenty rounds, how many meet which fault. */
const shares: Readonly<Record<Fault, number>> = {
  kill: 10,
  end: 1,
  "flush-error-once": 1,
  "flush-error-always": 1,
  "write-error": 1,
  "no-space": 1,
  "over-quota": 1,
  "file-too-large": 1,
  "small-disk": 1,
  "no-files": 1,
  "slow-flush": 1,
};

/** Faults in which storage goes on after refusing. */
const refusing: readonly Fault[] = [
  "no-space",
  "over-quota",
  "file-too-large",
  "small-disk",
  "no-files",
];
/** Faults after which nothing may be acknowledged any more. */
const stopping: readonly Fault[] = ["flush-error-once", "flush-error-always", "write-error"];
/** Commands that depend on how the round before left the folder. */
const startedLate: readonly Fault[] = ["file-too-large", "small-disk"];

interface Plan {
  readonly fault: Fault;
  readonly chance: number;
}

/** Which fault each round meets, shuffled; what cannot be made here becomes a kill. */
function plansOf(random: () => number, count: number): Plan[] {
  const block = Object.entries(shares).flatMap(([fault, share]) =>
    Array<Fault>(share).fill(fault as Fault),
  );
  const faults: Fault[] = [];
  while (faults.length < count) {
    const bag = [...block];
    while (bag.length > 0) faults.push(...bag.splice(Math.floor(random() * bag.length), 1));
  }
  const planned = faults
    .slice(0, count)
    .map((fault) => (missingFor(fault) === undefined ? fault : "kill"));
  // The first round makes the files that some faults concern.
  planned[0] = "kill";
  return planned.map((fault) => ({ fault, chance: random() }));
}

/** What happened in all rounds of a kind. */
interface Tally {
  rounds: number;
  acknowledged: number;
  refused: number;
  stopped: number;
}

/** One folder and its rounds, one after the other. */
class Track {
  readonly #dataDir: string;
  readonly #writer: readonly string[];
  readonly #ledger: Ledger;
  readonly #plans: readonly Plan[];
  readonly tallies = new Map<Fault, Tally>();
  opens = 0;

  constructor(dataDir: string, bundle: string, seed: number, count: number) {
    this.#dataDir = dataDir;
    this.#writer = [process.execPath, bundle];
    this.#ledger = new Ledger(seed);
    this.#plans = plansOf(randomFrom(seed), count);
  }

  get acknowledged(): number {
    return this.#ledger.acknowledged;
  }

  async run(): Promise<void> {
    let early: Writer | undefined;
    for (const [number, plan] of this.#plans.entries()) {
      const writer = early ?? this.#start(plan);
      const next = this.#plans[number + 1];
      this.#begin(writer, plan);
      early = next && !startedLate.includes(next.fault) ? this.#start(next) : undefined;
      const ending = await this.#endOf(writer, plan);
      const what = `round ${number} (${plan.fault}) of seed ${this.#ledger.seed}`;
      const before = this.#ledger.acknowledged;
      this.#ledger.read(ending.lines);
      this.#count(plan.fault, ending, this.#ledger.acknowledged - before);
      this.#expect(plan, ending, what);
      const problems = await checkFolder(this.#dataDir, this.#ledger, {
        unacknowledged: plan.fault !== "end",
      });
      this.opens += 2;
      expect(problems, what).to.deep.equal([]);
    }
  }

  #start({ fault, chance }: Plan): Writer {
    return new Writer(commandFor(fault, this.#writer, this.#dataDir, chance));
  }

  #begin(writer: Writer, { fault }: Plan): void {
    const squeezes = { "no-files": "files", "small-disk": "disk" } as const;
    const squeeze =
      fault === "no-files" || fault === "small-disk" ? { squeeze: squeezes[fault] } : {};
    writer.begin({
      seed: this.#ledger.seed,
      starts: this.#ledger.starts,
      ...squeeze,
      endAfter: fault === "small-disk" ? 600 : 1e9,
    });
  }

  async #endOf(writer: Writer, { fault, chance }: Plan): Promise<Ending> {
    if (stopping.includes(fault) || fault === "small-disk") return writer.ended();
    // Half of the kills come right after an acknowledgement, half at any time, also while opening.
    // Only a writer that has begun can end in order.
    if (chance < 0.5 || fault === "end") await writer.said(1 + Math.floor(chance * 600));
    else await writer.lived((chance - 0.5) * 1200);
    if (refusing.includes(fault)) await writer.said(500);
    writer.signal(fault === "end" ? "SIGTERM" : "SIGKILL");
    return writer.ended();
  }

  #count(fault: Fault, { lines }: Ending, acknowledged: number): void {
    const tally = this.tallies.get(fault) ?? { rounds: 0, acknowledged: 0, refused: 0, stopped: 0 };
    this.tallies.set(fault, tally);
    tally.rounds++;
    tally.acknowledged += acknowledged;
    tally.refused += lines.filter((line) => line.startsWith("R")).length;
    tally.stopped += lines.some((line) => line.startsWith("X")) ? 1 : 0;
  }

  #expect({ fault }: Plan, { lines, code, signal, errors }: Ending, what: string): void {
    const shown = `${what}: ${lines.slice(-3).join(" | ")}; ${errors}`;
    const hasStopped = lines.some((line) => line.startsWith("X"));
    if (fault === "end") expect(code, shown).to.equal(0);
    if (stopping.includes(fault)) {
      expect(hasStopped, shown).to.equal(true);
      expect(code ?? signal, shown).to.be.oneOf([3, "SIGKILL"]);
    } else if (!refusing.includes(fault)) expect(hasStopped, shown).to.equal(false);
    if (fault === "small-disk" && !hasStopped) expect(code, shown).to.equal(0);
  }
}

describe("storage under faults", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "entente-faults-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it(`[FLT-1] loses no acknowledged write in ${rounds} rounds of kills, broken flushes and full disks, and always opens`, async function () {
    this.timeout(900_000);
    const seed = seedOfRun();
    const missing = new Set(
      Object.keys(shares).flatMap((fault) => missingFor(fault as Fault) ?? []),
    );
    console.log(
      `      seed ${seed}${[...missing].map((why) => `; kills instead where there is ${why}`).join("")}`,
    );
    const bundle = await bundleWriter();
    const running = Array.from(
      { length: tracks },
      (_, i) => new Track(join(folder, String(i)), bundle, seed + i, rounds / tracks),
    );
    await Promise.all(running.map((track) => track.run()));
    for (const fault of Object.keys(shares) as Fault[]) {
      const parts = running.flatMap(({ tallies }) => tallies.get(fault) ?? []);
      const sum = (key: keyof Tally) => parts.reduce((total, part) => total + part[key], 0);
      if (parts.length > 0)
        console.log(
          `      ${fault}: ${sum("rounds")} rounds, ${sum("acknowledged")} acknowledged, ${sum("refused")} refused, ${sum("stopped")} stopped`,
        );
    }
    const total = running.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
    const opens = running.reduce((sum, one) => sum + one.opens, 0);
    console.log(`      ${rounds} rounds, ${total} acknowledged, 0 lost, ${opens} opens, 0 corrupt`);
    expect(total).to.be.greaterThan(rounds);
  });
});
