import { parentPort } from "node:worker_threads";
import { isRefusal } from "../../domain/kernel/refusal.ts";

/** A worker module's main loop: one task in, one answer out. */
export function serveTasks<Task, Result>(handle: (task: Task) => Promise<Result> | Result): void {
  if (!parentPort) throw new Error("serveTasks runs in a worker thread");
  const port = parentPort;
  port.on("message", (task: Task) => {
    Promise.resolve()
      .then(() => handle(task))
      .then((result) => port.postMessage({ ok: true, result }))
      .catch((error: unknown) => {
        if (isRefusal(error))
          port.postMessage({ ok: false, message: error.message, code: error.code });
        else port.postMessage({ ok: false, message: traceOf(error), code: null });
      });
  });
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
