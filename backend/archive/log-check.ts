import {
  leafHash,
  parseTlogProof,
  verifyCheckpoint,
  verifyInclusion,
  type TlogProof,
} from "../../domain/decisions/log.ts";
import { formatVkey, parseVkey, type VerifierKey } from "../../domain/decisions/note.ts";
import { isRefusal } from "../../domain/kernel/refusal.ts";
import { sentences } from "../../domain/archive/words.ts";
import type { Answer, Evidence } from "./evidence.ts";

/**
 * Does the decision stand in the signed decision log? The proof's `extra` bytes are the log entry itself, so that
 * the file alone suffices; the log's key must be known from elsewhere.
 */
export function logCheck({ proof, embedded, options }: Evidence): Answer {
  if (proof === undefined) return { status: "cannot-tell", reason: sentences.logAbsent };
  const parsed = attempt(() => parseTlogProof(proof));
  if (!parsed) return { status: "fail", reason: sentences.logMalformed };
  if (!parsed.extra) return { status: "cannot-tell", reason: sentences.logUnknownKey };
  if (embedded.kind === "record" && !mentions(parsed.extra, embedded.sha256)) {
    return { status: "fail", reason: sentences.logOtherText };
  }
  const known = knownKeys(parsed, options.logKeys ?? []);
  if (known.length === 0) return { status: "cannot-tell", reason: sentences.logUnknownKey };
  return known.some((key) => isIncluded(parsed, key))
    ? { status: "pass", reason: sentences.logGood }
    : { status: "fail", reason: sentences.logWrong };
}

function mentions(entry: Uint8Array, sha256: string): boolean {
  return new TextDecoder().decode(entry).includes(sha256);
}

/** A key whose name ends in "/" stands for every log of its instance: the origin is then the key's name. */
function knownKeys(proof: TlogProof, vkeys: readonly string[]): readonly VerifierKey[] {
  const origin = proof.checkpoint.split("\n", 1)[0] ?? "";
  return vkeys
    .map((vkey) => attempt(() => parseVkey(vkey)))
    .filter((key) => key !== undefined)
    .filter(({ name }) => name === origin || (name.endsWith("/") && origin.startsWith(name)))
    .map(({ publicKey }) => parseVkey(formatVkey(origin, publicKey)));
}

function isIncluded(proof: TlogProof, key: VerifierKey): boolean {
  const checked = attempt(() => verifyCheckpoint(proof.checkpoint, key));
  if (!checked || !proof.extra) return false;
  const { size, root } = checked.checkpoint;
  const leaf = leafHash(proof.extra);
  return verifyInclusion({ index: proof.index, size, leaf, proof: proof.hashes, root });
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
