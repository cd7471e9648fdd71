import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker, type ResourceLimits } from "node:worker_threads";
import { Refusal, type RefusalCode } from "../../domain/kernel/refusal.ts";

/** How a pool runs: which module, how many threads, how long a task may take. */
export interface WorkerPoolOptions {
  /** URL of the worker module without its extension: `new URL("./render-worker", import.meta.url)`. */
  readonly module: URL;
  readonly size: number;
  readonly timeoutMs: number;
  readonly resourceLimits?: ResourceLimits;
}

/** Threads that each do one task at a time; a task that fails or hangs costs its thread, not the process. */
export interface WorkerPool<Task, Result> {
  /**
   * Runs one task when a thread is free.
   * @throws {Refusal} too-busy — the task took longer than allowed; or the code the task refused with
   */
  run(task: Task): Promise<Result>;
  close(): Promise<void>;
}

interface Job<Task, Result> {
  readonly task: Task;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

type Answer<Result> =
  | { ok: true; result: Result }
  | { ok: false; message: string; code: RefusalCode | null };

/** Opens a pool; threads start on first use. A worker module calls `serveTasks`. */
export function createWorkerPool<Task, Result>(
  options: WorkerPoolOptions,
): WorkerPool<Task, Result> {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const queue: Job<Task, Result>[] = [];

  const discard = (worker: Worker): void => {
    all.delete(worker);
    void worker.terminate();
  };

  const next = (): void => {
    const job = queue[0];
    if (!job) return;
    const worker = idle.pop() ?? (all.size < options.size ? startWorker(options, all) : undefined);
    if (!worker) return;
    queue.shift();
    perform(worker, job, options.timeoutMs)
      .then((answer) => {
        idle.push(worker);
        if (answer.ok) job.resolve(answer.result);
        else job.reject(failure(answer));
      })
      .catch((error: unknown) => {
        discard(worker);
        job.reject(error);
      })
      .finally(next);
  };

  return {
    run: (task) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ task, resolve, reject });
        next();
      }),
    async close() {
      await Promise.all([...all].map((worker) => worker.terminate()));
      all.clear();
    },
  };
}

function failure(answer: { message: string; code: RefusalCode | null }): Error {
  return answer.code ? new Refusal(answer.code, answer.message) : new Error(answer.message);
}

function startWorker(options: WorkerPoolOptions, all: Set<Worker>): Worker {
  const built = fileURLToPath(options.module) + ".js";
  const fromSource = !existsSync(built);
  const worker = new Worker(fromSource ? bootstrap(options.module) : built, {
    eval: fromSource,
    ...(options.resourceLimits ? { resourceLimits: options.resourceLimits } : {}),
  });
  worker.unref();
  all.add(worker);
  return worker;
}

/** Runs a TypeScript worker from source, in tests and development. */
function bootstrap(module: URL): string {
  return `import("tsx/esm/api").then(({ register }) => { register(); return import(${JSON.stringify(`${module.href}.ts`)}); });`;
}

function perform<Task, Result>(
  worker: Worker,
  job: Job<Task, Result>,
  timeoutMs: number,
): Promise<Answer<Result>> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      // Never all listeners of all events: a Worker delivers its messages through listeners of its own.
      for (const event of ["message", "error", "exit"]) worker.removeAllListeners(event);
      act();
    };
    const timer = setTimeout(
      () =>
        settle(() => reject(new Refusal("too-busy", "The work took too long and was stopped."))),
      timeoutMs,
    );
    worker.once("message", (answer: Answer<Result>) => settle(() => resolve(answer)));
    worker.once("error", (error) => settle(() => reject(error)));
    worker.once("exit", (code) => settle(() => reject(new Error(`worker left with code ${code}`))));
    worker.postMessage(job.task);
  });
}
