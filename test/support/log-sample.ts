import { ed25519 } from "@noble/curves/ed25519.js";
import {
  formatCheckpoint,
  formatTlogProof,
  inclusionProof,
  leafHash,
  rootHash,
} from "../../domain/decisions/log.ts";
import { formatVkey, noteSigner } from "../../domain/decisions/note.ts";
import { canonicalJson } from "../../domain/kernel/canonical.ts";

/** A decision log of four entries, the third of which approves the given text. */
export function logSample(contentSha256: string): { proof: string; vkey: string } {
  const origin = "entente.example/log/sample";
  const secret = new Uint8Array(32).fill(7);
  const approval = canonicalJson({ type: "decision.closed", outcome: "adopted", contentSha256 });
  const entries = ['{"n":0}', '{"n":1}', approval, '{"n":3}'];
  const leaves = entries.map(leafHash);
  const checkpoint = formatCheckpoint(
    { origin, size: leaves.length, root: rootHash(leaves) },
    noteSigner(origin, secret),
  );
  const extra = new TextEncoder().encode(approval);
  const hashes = inclusionProof(leaves, 2, leaves.length);
  return {
    proof: formatTlogProof({ index: 2, hashes, checkpoint, extra }),
    vkey: formatVkey(origin, ed25519.getPublicKey(secret)),
  };
}
