import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Report } from "../../domain/archive/report.ts";
import type { Clock } from "../platform/clock.ts";
import { createWorkerPool } from "../platform/workers.ts";
import type { VerifyOptions } from "./verifier.ts";

/** Whom this instance believes. */
export interface Trust {
  /** Root certificates, DER. */
  readonly roots: readonly Uint8Array[];
  /** vkey lines; a name ending in "/" stands for every log whose origin begins so. */
  readonly logKeys: readonly string[];
}

/** Verifies PDFs away from the main thread, with this instance's trust and clock. */
export interface Examination {
  /** @throws {Refusal} not-a-pdf — the bytes do not begin as a PDF; too-busy — over half a minute */
  examine(pdf: Uint8Array, expectedSha256?: string): Promise<Report>;
  close(): Promise<void>;
}

const EXAMINE_TIMEOUT_MS = 30_000;
const MAX_HEAP_MB = 1024;

/** Starts the examination; its thread starts with the first file. */
export function createExamination(trust: Trust, clock: Clock): Examination {
  const pool = createWorkerPool<{ pdf: Uint8Array; options: VerifyOptions }, Report>({
    module: new URL("./verify-worker", import.meta.url),
    size: 1,
    timeoutMs: EXAMINE_TIMEOUT_MS,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  return {
    async examine(pdf, expectedSha256) {
      if (Buffer.from(pdf.subarray(0, 5)).toString("latin1") !== "%PDF-") {
        throw new Refusal("not-a-pdf", "The file does not begin as a PDF does.");
      }
      const options = {
        ...trust,
        now: clock.now(),
        ...(expectedSha256 === undefined ? {} : { expectedSha256 }),
      };
      return pool.run({ pdf, options });
    },
    close: () => pool.close(),
  };
}
