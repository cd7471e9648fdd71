import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { Storage } from "./index.ts";
import { readReachedVersion, readSchemaVersion } from "./migrations.ts";
import { collectOrphans } from "./orphans.ts";
import type { BlobReference } from "./references.ts";

const DAY_MS = 24 * 3_600_000;
const LOOK_EVERY_MS = 5_000;

/** What upkeep works on. */
export interface UpkeepOptions {
  readonly storage: Storage;
  readonly references: readonly BlobReference[];
  /** The schema version whose references these are: data of another may name files elsewhere. */
  readonly schemaVersion: number;
  readonly clock: Clock;
  readonly log: Log;
  /** How often to look whether a newer program has taken a shared database over, in milliseconds. */
  readonly lookEveryMs?: number;
}

/** Work that keeps storage in order beside the server. */
export interface Upkeep {
  /** Collects orphans now and then every day. */
  start(): void;
  /** Collects orphans once, after what runs; failures are logged, not thrown. */
  run(): Promise<void>;
  /** Why this program must stop: a newer one has begun to bring the data forward. */
  failure(): Error | undefined;
  /** Ends what runs, soon. */
  stop(): Promise<void>;
}

/** The upkeep of one server. */
export function createUpkeep(options: UpkeepOptions): Upkeep {
  const { storage, references, schemaVersion, clock, log } = options;
  const guard = guardVersion(options);
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
      guard.start();
    },
    failure: guard.failure,
    async stop() {
      isStopped = true;
      guard.stop();
      clearInterval(timer);
      await running;
    },
  };
}

/** Watches a database that other servers share: its folder's lock guards the embedded engine's. */
function guardVersion({ storage, schemaVersion, lookEveryMs = LOOK_EVERY_MS }: UpkeepOptions) {
  let failure: Error | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const version = await readReachedVersion(storage.connection);
    if (version > schemaVersion)
      failure = new Error(`A newer program brings the data to schema version ${version}.`);
  };
  return {
    start() {
      if (storage.isExclusive) return;
      // A database that does not answer is the requests' to report.
      timer = setInterval(() => void look().catch(() => undefined), lookEveryMs).unref();
    },
    stop: () => clearInterval(timer),
    failure: () => failure,
  };
}
