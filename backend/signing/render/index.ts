import { createWorkerPool, type WorkerPool } from "../../platform/workers.ts";
import type { RenderInput, RenderedPdf } from "./types.ts";

export { CERTIFICATION_FIELD, fieldOf } from "./fields.ts";
export type { RenderInput, RenderedPdf } from "./types.ts";

/** Longest time a rendering may take: a thousand pages take about ten seconds. */
const RENDER_TIMEOUT_MS = 60_000;

let pool: WorkerPool<RenderInput, RenderedPdf> | undefined;

/**
 * Renders a version to revision 0 of its PDF: tagged PDF/A-3a and PDF/UA-1, the canonical record and the
 * log's proof embedded, every signature field declared. The same input gives the same bytes. Runs in a worker thread.
 * @throws {Refusal} invalid-input — when a slot is not unique or not `[A-Za-z0-9_-]+`; too-busy — over a minute
 */
export function renderVersion(input: RenderInput): Promise<RenderedPdf> {
  pool ??= createWorkerPool({
    module: new URL("./render-worker", import.meta.url),
    size: 1,
    timeoutMs: RENDER_TIMEOUT_MS,
  });
  return pool.run(input);
}

/** Stops the rendering thread; the next rendering starts it again. */
export async function closeRenderer(): Promise<void> {
  await pool?.close();
  pool = undefined;
}
