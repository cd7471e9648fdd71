import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ContestantName } from "./contestants/contestant.ts";
import type { IndexName } from "./documents.ts";
import type { Answers, Job, Measure, Response } from "./protocol.ts";

const script = fileURLToPath(new URL("./child.js", import.meta.url));
const heapMb = 8_192;

/** What a contestant's process opens. */
export interface Store {
  readonly contestant: ContestantName;
  readonly folder: string;
  readonly indexes: readonly IndexName[];
  readonly count: number;
}

/** One contestant in a process of its own. */
export class Runner {
  readonly store: Store;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve: (answer: never) => void; reject: (error: Error) => void }
  >();
  #sent = 0;

  constructor(store: Store) {
    this.store = store;
    this.#process = fork(script, {
      execArgv: ["--enable-source-maps", `--max-old-space-size=${heapMb}`],
    });
    this.#process.on("message", (response: Response) => {
      const waiting = this.#waiting.get(response.id);
      this.#waiting.delete(response.id);
      if ("error" in response) waiting?.reject(new Error(`${this.name}: ${response.error}`));
      else waiting?.resolve(response.answer as never);
    });
    this.#process.on("exit", (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`${this.name} ended with ${code}`));
    });
  }

  get name(): string {
    return `${this.store.contestant} (${this.store.count})`;
  }

  /** Does one job; the next may be sent when it is done. */
  send<J extends Job>(job: J): Promise<Answers[J["op"]]> {
    const id = ++this.#sent;
    return new Promise<Answers[J["op"]]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, job });
    });
  }

  /** Opens its store. */
  open(): Promise<Measure> {
    return this.send({ op: "open", ...this.store });
  }

  /** Closes its store and ends its process. */
  async end(): Promise<void> {
    await this.send({ op: "close" });
    this.kill();
  }

  /** Ends its process. */
  kill(): void {
    this.#process.removeAllListeners("exit");
    this.#process.disconnect();
  }
}

/** Starts a process for each store and opens it. */
export async function openAll(stores: readonly Store[]): Promise<Runner[]> {
  const runners: Runner[] = [];
  for (const store of stores) {
    const runner = new Runner(store);
    runners.push(runner);
    await runner.open();
  }
  return runners;
}

/** Closes and ends all. */
export async function endAll(runners: readonly Runner[]): Promise<void> {
  for (const runner of runners) await runner.end();
}

/** How often, and how often before in order to warm up. */
export interface Rounds {
  readonly warmUp: number;
  readonly measured: number;
}

/** Each runner's measures, round by round. */
export type Race = ReadonlyMap<Runner, readonly Measure[]>;

type TimedJob = Exclude<Job, { op: "digest" | "profile" | "memory" | "close" }>;

/**
 * Runs a job in every process, round by round, each round starting with another contestant, so that a disturbance
 * of the machine meets all alike. All must find equally many documents.
 */
export async function race(
  runners: readonly Runner[],
  rounds: Rounds,
  jobOf: (round: number, runner: Runner) => TimedJob,
): Promise<Race> {
  const measures = new Map<Runner, Measure[]>(runners.map((runner) => [runner, []]));
  for (let round = 0; round < rounds.warmUp + rounds.measured; round++) {
    const found = new Map<number, number>();
    for (let i = 0; i < runners.length; i++) {
      const runner = runners[(i + round) % runners.length];
      if (runner === undefined) continue;
      const measure = await runner.send(jobOf(round, runner));
      const expected = found.get(runner.store.count) ?? measure.found;
      found.set(runner.store.count, expected);
      if (measure.found !== expected)
        throw new Error(`${runner.name} found ${measure.found} documents, another ${expected}`);
      if (round >= rounds.warmUp) measures.get(runner)?.push(measure);
    }
  }
  return measures;
}
