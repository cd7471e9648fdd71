import { createHash } from "node:crypto";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { createWorkerPool } from "../platform/workers.ts";
import type { SignatureIncrement } from "./pades.ts";

/** Signs PDFs away from the main thread. */
export interface SigningEngine {
  /**
   * Appends one signature; the result begins with the given bytes, untouched. Private keys pass to the
   * thread as handles and are never written anywhere.
   * @throws {Refusal} content-mismatch — the bytes are not those that were shown
   * @throws {Refusal} too-busy — signing took over 30 s
   */
  sign(increment: SignatureIncrement): Promise<Uint8Array>;
  close(): Promise<void>;
}

const SIGN_TIMEOUT_MS = 30_000;

/** Starts the engine; its thread starts with the first signature. */
export function createSigningEngine(): SigningEngine {
  const pool = createWorkerPool<SignatureIncrement, Uint8Array>({
    module: new URL("./pades-worker", import.meta.url),
    size: 1,
    timeoutMs: SIGN_TIMEOUT_MS,
  });
  return {
    async sign(increment) {
      const { pdf, expectedSha256 } = increment;
      if (sha256Of(pdf) !== expectedSha256) {
        throw new Refusal("content-mismatch", "The document is not the one that was shown.");
      }
      const signed = await pool.run(increment);
      if (sha256Of(signed.subarray(0, pdf.length)) !== expectedSha256) {
        throw new Error("signing changed the bytes that it was to sign");
      }
      return signed;
    },
    close: () => pool.close(),
  };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
