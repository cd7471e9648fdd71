import { createApp, type App } from "./app.ts";
import { readConfig } from "./config.ts";
import { createLog } from "./platform/log.ts";

const STOP_WITHIN_MS = 5_000;
const WATCH_STORAGE_MS = 1_000;

/** The running process. */
export interface Serving {
  readonly app: App;
  readonly url: string;
  readonly dataDir: string;
}

/**
 * Runs the server until it is told to stop: a clean stop within five seconds. Anything unforeseen
 * ends the process, and the next start recovers: there is no other way to start.
 */
export async function serve(): Promise<Serving> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const app = await createApp({ config, log });
  const url = await app.listen().catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  log.info({ url }, "listening");
  let isStopping = false;
  const stop = (signal: string): void => {
    // Ctrl-C reaches the whole group, and the launcher passes it on: the second one changes nothing.
    if (isStopping) return;
    isStopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    app.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, "stop failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", () => stop("SIGINT"));
  process.on("SIGTERM", () => stop("SIGTERM"));
  for (const fault of ["uncaughtException", "unhandledRejection"]) {
    process.on(fault, (error: unknown) => {
      log.fatal({ err: error }, "crash");
      process.exit(1);
    });
  }
  const watch = setInterval(() => {
    const failure = app.failure();
    if (!failure) return;
    log.fatal({ err: failure }, "storage failed; starting again is the recovery");
    process.exit(1);
  }, WATCH_STORAGE_MS);
  watch.unref();
  return { app, url, dataDir: config.dataDir };
}
