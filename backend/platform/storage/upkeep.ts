import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Storage } from "./index.ts";
import { readSchemaVersion } from "./migrations.ts";
import { collectOrphans } from "./orphans.ts";
import type { BlobReference } from "./references.ts";

const DAY_MS = 24 * 3_600_000;

/** What upkeep works on. */
export interface UpkeepOptions {
  readonly storage: Storage;
  readonly references: readonly BlobReference[];
  /** The schema version whose references these are: data of another may name files elsewhere. */
  readonly schemaVersion: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** Work that keeps storage in order beside the server. */
export interface Upkeep {
  /** Collects orphans now and then every day. */
  start(): void;
  /** Collects orphans once, after what runs; failures are logged, not thrown. */
  run(): Promise<void>;
  /** Ends what runs, soon. */
  stop(): Promise<void>;
}

/** The upkeep of one server. */
export function createUpkeep(options: UpkeepOptions): Upkeep {
  const { storage, references, schemaVersion, clock, log } = options;
  let isStopped = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const collect = async (): Promise<void> => {
    if (isStopped) return;
    try {
      const { connection, blobUpkeep: blobs } = storage;
      const report = await collectOrphans({
        connection,
        blobs,
        references,
        isPinned: async () =>
          (await readSchemaVersion(connection)) !== schemaVersion || (await storage.isPinned()),
        isStopped: () => isStopped,
        now: clock.now(),
      });
      log.info({ ...report }, "orphans collected");
    } catch (error) {
      if (!isStopped) log.error({ err: error }, "collecting orphans failed");
    }
  };
  const run = () => (running = running.then(collect));
  return {
    run,
    start() {
      timer = setInterval(() => void run(), DAY_MS).unref();
      void run();
    },
    async stop() {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
