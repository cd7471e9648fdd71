import { appendFileSync } from "node:fs";
import type { Log } from "../log.ts";
import type { FullScan, Storage } from "./index.ts";

/** Where costly reads are told: the log, and for tests a file with one JSON line each. */
interface Reports {
  readonly log: Log;
  readonly file: string | undefined;
}

/** Tells of queries that no index answers: each kind once in the log, each one in the file. */
export function reportFullScans(storage: Storage, { log, file }: Reports): void {
  const told = new Set<string>();
  storage.onFullScan((scan: FullScan) => {
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(scan)}\n`);
    const kind = JSON.stringify([scan.collection, scan.paths, scan.plan]);
    if (told.has(kind)) return;
    told.add(kind);
    log.warn({ ...scan }, "storage full scan");
  });
}
