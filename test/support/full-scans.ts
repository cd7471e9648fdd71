import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createLog } from "../../backend/platform/log.ts";
import { reportFullScans } from "../../backend/platform/storage/full-scans.ts";
import type { FullScan, Storage } from "../../backend/platform/storage/index.ts";

/**
 * The whole run, with every process that it starts, collects the queries that no index answers in one file;
 * the run fails when there is one. Loaded by mocha before any test (see .mocharc.json).
 */
const inherited = process.env["FULL_SCANS_FILE"];
const file = inherited ?? join(mkdtempSync(join(tmpdir(), "entente-scans-")), "full-scans.jsonl");
process.env["FULL_SCANS_FILE"] = file;
writeFileSync(file, "", { flag: "a" });

/** The environment of an instance under test: it reports to the run's file. */
export const scanEnvironment = { FULL_SCANS_FILE: file };

/** Has a storage that a test opens for the product's stores report to the run's file. */
export function watchFullScans(storage: Storage): void {
  reportFullScans(storage, { log: createLog("silent"), file });
}

/** The queries that a file lists, with what explain says of each. */
export function scansIn(path: string): FullScan[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as FullScan);
}

/**
 * Refuses a run that scanned.
 * @throws {Error} naming each kind of query once
 */
export function assertNoFullScans(path: string): void {
  const kinds = new Set(scansIn(path).map((scan) => JSON.stringify(scan)));
  if (kinds.size === 0) return;
  throw new Error(`Queries of the product that no index answers:\n  ${[...kinds].join("\n  ")}`);
}

/**
 * Runs once at the end of a mocha process.
 * @public mocha looks for it by its name
 */
export const mochaHooks = {
  afterAll(): void {
    try {
      assertNoFullScans(file);
    } finally {
      if (inherited === undefined) rmSync(dirname(file), { recursive: true, force: true });
    }
  },
};
