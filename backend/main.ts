import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { createLog } from "./platform/log.ts";

const STOP_WITHIN_MS = 5_000;

/** Runs the server until it is told to stop; every stop is a clean one within five seconds, or a crash that loses nothing. */
export async function serve(): Promise<{ url: string }> {
  const config = readConfig();
  const log = createLog(config.logLevel);
  const app = await createApp({ config, log });
  const url = await app.listen();
  log.info({ url }, "listening");
  const stop = (signal: string): void => {
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
  process.once("SIGINT", () => stop("SIGINT"));
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "crash");
    process.exit(1);
  });
  return { url };
}
