import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp, type App } from "../../backend/app.ts";
import { readConfig } from "../../backend/config.ts";
import { createLog } from "../../backend/platform/log.ts";
import type { Clock } from "../../backend/platform/clock.ts";
import { scanEnvironment } from "./full-scans.ts";
import { Instance } from "./instance.ts";

/** A clock that a test moves. */
export class MovableClock implements Clock {
  private offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  advance(ms: number): void {
    this.offsetMs += ms;
  }
}

/** A running instance on a folder of its own: real storage, real sockets, a clock that moves. */
export class World extends Instance {
  readonly app: App;
  readonly clock: MovableClock;
  private readonly isKept: boolean;

  private constructor(parts: {
    app: App;
    url: string;
    clock: MovableClock;
    dataDir: string;
    isKept: boolean;
  }) {
    super(parts.url, parts.dataDir);
    this.app = parts.app;
    this.clock = parts.clock;
    this.isKept = parts.isKept;
  }

  /** Starts an instance, on a fresh folder unless one is given, with further environment variables. */
  static async start(dataDir?: string, environment: Record<string, string> = {}): Promise<World> {
    const dir = dataDir ?? (await mkdtemp(join(tmpdir(), "entente-test-")));
    const config = readConfig({
      PORT: "0",
      DATA_DIR: dir,
      LOG_LEVEL: process.env["TEST_LOG_LEVEL"] ?? "silent",
      LOGIN_ATTEMPTS_PER_MINUTE: "1000",
      ...scanEnvironment,
      ...environment,
    });
    const clock = new MovableClock();
    const app = await createApp({ config, log: createLog(config.logLevel), clock });
    const url = await app.listen();
    return new World({ app, url, clock, dataDir: dir, isKept: dataDir !== undefined });
  }

  async stop(): Promise<void> {
    await this.app.close();
    if (!this.isKept) await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** Waits until a condition holds, without sleeping longer than needed. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("the condition did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export { passwordOf } from "./instance.ts";
export { Person, type Reply } from "./person.ts";
