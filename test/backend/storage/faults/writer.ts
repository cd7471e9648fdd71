import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { build } from "vite";

const root = join(import.meta.dirname, "../../../..");

/** What even a slow machine does not need. */
const patienceMs = 60_000;

/** What a writer is told when it may begin. */
export interface Orders {
  readonly seed: number;
  /** The number of each lane's first operation. */
  readonly starts: readonly number[];
  /** What it takes away from itself: files it may open, or room on the disk. */
  readonly squeeze?: "files" | "disk";
  /** It ends by itself after so many acknowledgements. */
  readonly endAfter: number;
}

/** How a writer ended, and what it said. */
export interface Ending {
  readonly lines: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it said on stderr. */
  readonly errors: string;
}

let bundled: Promise<string> | undefined;

/** The writer as one file of JavaScript, which starts in a third of the time; gives its path. */
export function bundleWriter(): Promise<string> {
  return (bundled ??= bundle());
}

async function bundle(): Promise<string> {
  // Below the project, where its packages are found.
  const outDir = join(root, ".cache/faults", String(process.pid));
  await mkdir(outDir, { recursive: true });
  process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    root,
    configFile: false,
    logLevel: "error",
    build: {
      ssr: join(import.meta.dirname, "faults-child.ts"),
      outDir,
      emptyOutDir: true,
      target: "node20",
      rollupOptions: { output: { entryFileNames: "faults-child.mjs" } },
    },
  });
  return join(outDir, "faults-child.mjs");
}

/** A process that has loaded the storage and waits for its orders. */
export class Writer {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #text = "";
  #errors = "";
  #isAwaited: { count: number; tell: () => void } | undefined;

  /** Starts it by itself, or below a program that limits or disturbs it. */
  constructor(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const [program = "", ...args] = command;
    this.#child = spawn(program, args, {
      stdio: "pipe",
      env: { ...process.env, ...env },
    });
    this.#exited = once(this.#child, "exit");
    this.#child.stdin?.on("error", () => {});
    this.#child.stdout?.on("data", (chunk) => this.#hear(String(chunk)));
    this.#child.stderr?.on(
      "data",
      (chunk) => (this.#errors = (this.#errors + String(chunk)).slice(-2_000)),
    );
  }

  #hear(chunk: string): void {
    this.#text += chunk;
    if (this.#isAwaited && this.lines.length >= this.#isAwaited.count) this.#isAwaited.tell();
  }

  /** Whole lines said until now. */
  get lines(): string[] {
    return this.#text.split("\n").slice(0, -1);
  }

  begin(orders: Orders): void {
    this.#child.stdin?.write(`${JSON.stringify(orders)}\n`);
  }

  /** Resolves when it has said so many lines, or has ended; a writer that falls silent instead is killed and is a fault. */
  async said(count: number): Promise<void> {
    const heard = new Promise<void>((tell) => {
      this.#isAwaited = { count, tell };
      this.#hear("");
    });
    await this.#inTime(Promise.race([heard, this.#exited]), `did not say ${count} lines`);
  }

  async #inTime<T>(work: Promise<T>, what: string): Promise<T> {
    let isOverdue = false;
    const timer = setTimeout(() => (isOverdue = this.#child.kill("SIGKILL")), patienceMs);
    const done = await work;
    clearTimeout(timer);
    if (isOverdue)
      throw new Error(`a writer ${what}: ${this.lines.slice(-3).join(" | ")} ${this.#errors}`);
    return done;
  }

  /** Resolves after some time, or when it has ended. */
  async lived(ms: number): Promise<void> {
    const enough = new AbortController();
    const late = delay(ms, undefined, { signal: enough.signal }).catch(() => {});
    await Promise.race([late, this.#exited]);
    enough.abort();
  }

  /** Sends a signal. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits for its end; a writer that does not end is killed and is a fault. */
  async ended(): Promise<Ending> {
    const exited = this.#exited as Promise<[number | null, string | null]>;
    const [code, signal] = await this.#inTime(exited, "did not end");
    if (this.#child.stdout?.readableEnded === false) await once(this.#child.stdout, "close");
    return { lines: this.lines, code, signal, errors: this.#errors };
  }
}
