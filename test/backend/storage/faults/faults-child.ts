import { once } from "node:events";
import {
  closeSync,
  existsSync,
  openSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { openStorage, type Storage } from "../../../../backend/platform/storage/index.ts";
import { isOutOfDiskSpace } from "../../../../backend/platform/storage/errors.ts";
import { Refusal } from "../../../../domain/kernel/refusal.ts";
import { laneCount, operationOf, type Operation } from "./history.ts";
import { modelsOf, run, type Models } from "./models.ts";
import type { Orders } from "./writer.ts";

// Writes a history until it is killed, told to end, or its storage fails. Waits first for its orders, one line of JSON on
// stdin. Each line it says is about one operation and is said after its promise resolved:
//   A lane n answer   acknowledged       R lane n code   refused and not done       X lane n why   storage stopped
// Nothing may be acknowledged after an X.

const [dataDir = "", ledger = ""] = process.argv.slice(2);
const saying = ledger === "" ? 1 : openSync(ledger, "a");
const say = (line: string): void => void writeSync(saying, `${line}\n`);

/** A refusal that leaves the storage at work: the disk is full, or the process may open no more files. */
function refusalOf(error: unknown): string | undefined {
  if (isOutOfDiskSpace(error)) return "full";
  if (error instanceof Refusal) return error.code;
  return error instanceof Error && "code" in error && error.code === "EMFILE"
    ? "EMFILE"
    : undefined;
}

class Squeeze {
  readonly #orders: Orders;
  readonly #held: number[] = [];
  #refusals = 0;
  #isOver = false;

  constructor(orders: Orders) {
    this.#orders = orders;
  }

  /** Takes nearly all files the process may open, or nearly all room on the disk. */
  begin(): void {
    if (this.#orders.squeeze === "files") {
      try {
        for (;;) this.#held.push(openSync("/dev/null", "r"));
      } catch {
        // Now there are none left.
      }
    }
    if (this.#orders.squeeze === "disk") {
      const { bavail, bsize } = statfsSync(dataDir);
      writeFileSync(this.#ballast, Buffer.alloc(Math.max(0, bavail * bsize - 100_000)));
    }
  }

  get #ballast(): string {
    return join(dataDir, "ballast");
  }

  /** Counts a refusal; after some, gives back what was taken. */
  note(): void {
    if (++this.#refusals < 20 || this.#isOver) return;
    this.#isOver = true;
    for (const file of this.#held) closeSync(file);
    rmSync(this.#ballast, { force: true });
  }
}

class Writers {
  readonly #storage: Storage;
  readonly #models: Models;
  readonly #orders: Orders;
  readonly #squeeze: Squeeze;
  #acknowledged = 0;
  isEnding = false;
  hasFailed = false;

  constructor(storage: Storage, models: Models, orders: Orders) {
    this.#storage = storage;
    this.#models = models;
    this.#orders = orders;
    this.#squeeze = new Squeeze(orders);
  }

  async run(): Promise<void> {
    this.#squeeze.begin();
    await Promise.all(this.#orders.starts.map((start, lane) => this.#lane(lane, start)));
  }

  async #lane(lane: number, start: number): Promise<void> {
    for (let n = start; !this.isEnding && !this.hasFailed;) {
      if (await this.#one(lane, n, operationOf(this.#orders.seed, lane, n))) n++;
    }
  }

  async #one(lane: number, n: number, operation: Operation): Promise<boolean> {
    try {
      const answer = await run(this.#models, this.#storage.blobs, operation);
      say(`A ${lane} ${n} ${answer}`);
      if (++this.#acknowledged >= this.#orders.endAfter) this.isEnding = true;
      return true;
    } catch (error) {
      const code = refusalOf(error);
      if (code === undefined) return this.#failed(lane, n, error);
      say(`R ${lane} ${n} ${code}`);
      this.#squeeze.note();
      // The others go on, and there may be room again.
      await new Promise((resolve) => setImmediate(resolve));
      return false;
    }
  }

  #failed(lane: number, n: number, error: unknown): boolean {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    say(`X ${lane} ${n} ${why.replaceAll("\n", " ")}`);
    this.hasFailed = true;
    return false;
  }

  /** After a failure no write may succeed, however long after. */
  async tryOnceMore(): Promise<void> {
    for (let lane = 0; lane < laneCount; lane += 5)
      await this.#one(lane, -1, { kind: "tally", lane });
  }
}

process.stdin.setEncoding("utf8");
const [line] = (await once(process.stdin, "data")) as [string];
const orders = JSON.parse(line) as Orders;
let writers: Writers | undefined;
process.on("SIGTERM", () => {
  if (writers) writers.isEnding = true;
  else process.exit(0);
});
try {
  const storage = await openStorage({ dataDir });
  const models = modelsOf(storage.connection);
  await storage.ready();
  writers = new Writers(storage, models, orders);
  await writers.run();
  if (writers.hasFailed) {
    await writers.tryOnceMore();
    process.exit(3);
  }
  await storage.close();
  process.exit(0);
} catch (error) {
  const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  say(`X -1 -1 ${why.replaceAll("\n", " ")}`);
  process.exit(existsSync(dataDir) ? 4 : 5);
}
