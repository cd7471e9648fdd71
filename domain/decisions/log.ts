import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson, type Json } from "../kernel/canonical.ts";
import { fromBase64, joinBytes, malformed, toBase64 } from "./encoding.ts";
import { leafHash, verifyInclusion, type Hash, type MerkleTree } from "./merkle.ts";
import { formatNote, parseNote, verifyNote, type NoteSigner, type VerifierKey } from "./note.ts";

export {
  consistencyProof,
  growTree,
  inclusionProof,
  leafHash,
  nodeHash,
  rootHash,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";
export {
  cosign,
  formatNote,
  formatVkey,
  noteSigner,
  parseNote,
  parseVkey,
  verifyNote,
} from "./note.ts";

/** Longest entry that a tile can hold (two-byte length). */
export const MAX_ENTRY_BYTES = 65_535;
/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const COMMIT_TAG = "entente/commit/v1";
const PROOF_HEADER = "c2sp.org/tlog-proof@v1";

/** The state of a log: C2SP tlog-checkpoint body. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  /** Further lines, kept as they are; logs of ours have none. */
  readonly extensions: readonly string[];
}

/** The text of a checkpoint that gets signed. */
export function checkpointText({ origin, size, root }: Omit<Checkpoint, "extensions">): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** A signed checkpoint. */
export function formatCheckpoint(
  checkpoint: Omit<Checkpoint, "extensions">,
  sign: NoteSigner,
): string {
  const text = checkpointText(checkpoint);
  return formatNote(text, [sign(text)]);
}

/**
 * Reads a checkpoint, signed (a note) or its bare text. Signatures are not checked here: see `verifyCheckpoint`.
 * @throws {Refusal} log-malformed — when it is not a checkpoint
 */
export function parseCheckpoint(note: string): Checkpoint {
  const text = note.includes("\n\n") ? parseNote(note).text : note;
  const [origin = "", size = "", root = "", ...extensions] = text.split("\n");
  if (origin === "" || !isDecimal(size) || extensions.pop() !== "" || extensions.includes(""))
    throw malformed("not a checkpoint");
  const hash = fromBase64(root);
  if (hash.length !== 32) throw malformed("a checkpoint's root has 32 bytes");
  return { origin, size: Number(size), root: hash, extensions };
}

/**
 * Reads a checkpoint that the log's key signed, and tells who else of `keys` signed it.
 * @throws {Refusal} log-malformed — when the origin is not the key's name, the log did not sign, or a known signature is bad
 */
export function verifyCheckpoint(
  note: string,
  log: VerifierKey,
  witnesses: readonly VerifierKey[] = [],
): { readonly checkpoint: Checkpoint; readonly witnesses: readonly VerifierKey[] } {
  const checkpoint = parseCheckpoint(note);
  const signed = verifyNote(parseNote(note), [log, ...witnesses]);
  if (checkpoint.origin !== log.name || !signed.includes(log))
    throw malformed("the checkpoint is not signed by this log");
  return { checkpoint, witnesses: signed.filter((key) => key !== log) };
}

/** A proof that can be checked offline: where the entry stands, the way to the root, and the signed root. */
export interface TlogProof {
  readonly index: number;
  readonly hashes: readonly Hash[];
  /** The signed checkpoint, as it was issued. */
  readonly checkpoint: string;
  /** Opaque bytes for the application, if any. */
  readonly extra?: Uint8Array;
}

/** Text of a `.tlog-proof` file (C2SP tlog-proof). */
export function formatTlogProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const head = extra === undefined ? [PROOF_HEADER] : [PROOF_HEADER, `extra ${toBase64(extra)}`];
  return [...head, `index ${index}`, ...hashes.map(toBase64), "", checkpoint].join("\n");
}

/**
 * Reads a `.tlog-proof` file.
 * @throws {Refusal} log-malformed — when it is not one
 */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(0, split)).split("\n");
  if (lines.shift() !== PROOF_HEADER) throw malformed("not a log proof");
  const extra = lines[0]?.startsWith("extra ")
    ? fromBase64((lines.shift() ?? "").slice(6))
    : undefined;
  const [, index = ""] = /^index (\S+)$/.exec(lines.shift() ?? "") ?? [];
  const hashes = lines.map(fromBase64);
  if (!isDecimal(index) || hashes.length > 63 || hashes.some((hash) => hash.length !== 32))
    throw malformed("not a log proof");
  const checkpoint = text.slice(split + 2);
  parseCheckpoint(checkpoint);
  return { index: Number(index), hashes, checkpoint, ...(extra === undefined ? {} : { extra }) };
}

/**
 * Checks that an entry stands in a log, offline.
 * @returns the checkpoint it was checked against
 * @throws {Refusal} log-malformed — when the proof, its signature or the way to the root fails
 */
export function verifyTlogProof(
  proof: string,
  entry: Uint8Array | string,
  log: VerifierKey,
): Checkpoint {
  const { index, hashes, checkpoint: note } = parseTlogProof(proof);
  const { checkpoint } = verifyCheckpoint(note, log);
  const { size, root } = checkpoint;
  if (!verifyInclusion({ index, size, leaf: leafHash(entry), proof: hashes, root }))
    throw malformed("the entry is not in the log");
  return checkpoint;
}

/**
 * Commitment to a body that the log must not show: SHA-256(tag ‖ 0x00 ‖ salt ‖ JCS(body)) in hexadecimal. The salt has
 * 32 random bytes; whoever has salt and body can open it, and erasing both leaves the log provable.
 */
export function commitment(salt: Uint8Array, body: Json): string {
  if (salt.length !== 32) throw new RangeError("a salt has 32 bytes");
  const tag = joinBytes(utf8ToBytes(COMMIT_TAG), Uint8Array.of(0));
  return bytesToHex(sha256(joinBytes(tag, salt, utf8ToBytes(canonicalJson(body)))));
}

/** A tile of hashes (`level` 0 to 5) or a bundle of entries; `width` under 256 for the growing right edge. */
export interface TilePath {
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}

/** Path of a tile: `0/x001/x234/067`, `entries/000.p/5` (C2SP tlog-tiles, after `tile/`). */
export function formatTilePath({ level, index, width }: TilePath): string {
  const groups: string[] = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(String(rest % 1000).padStart(3, "0"));
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return `${level}/${path}${width === TILE_WIDTH ? "" : `.p/${width}`}`;
}

/**
 * Reads a tile path.
 * @throws {Refusal} log-malformed — when it is not one, or not the one spelling of it
 */
export function parseTilePath(path: string): TilePath {
  const match = /^(entries|[0-5])\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  const [, level = "", digits = "", partial] = match ?? [];
  const tile: TilePath = {
    level: level === "entries" ? "entries" : Number(level),
    index: Number(digits.replaceAll(/[x/]/g, "")),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  const isPartial = tile.width >= 1 && tile.width < TILE_WIDTH;
  if (match === null || (partial !== undefined && !isPartial) || formatTilePath(tile) !== path)
    throw malformed("not a tile path");
  return tile;
}

/** Bytes of a tile of hashes; undefined while the log is too short for it. */
export function tileBytes(
  tree: MerkleTree,
  { level, index, width }: TilePath,
): Uint8Array | undefined {
  if (level === "entries") return undefined;
  const height = level * TILE_HEIGHT;
  const hashes: Hash[] = [];
  for (let i = 0; i < width; i++) {
    const hash = tree.subtree(height, index * TILE_WIDTH + i);
    if (hash === undefined) return undefined;
    hashes.push(hash);
  }
  return joinBytes(...hashes);
}

/** Bytes of an entry bundle: each entry after its length in two bytes, big-endian. */
export function bundleBytes(entries: readonly string[]): Uint8Array {
  return joinBytes(
    ...entries.flatMap((entry) => {
      const bytes = utf8ToBytes(entry);
      if (bytes.length > MAX_ENTRY_BYTES) throw new RangeError("entry too long for a bundle");
      return [Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes];
    }),
  );
}

/**
 * Entries of a bundle.
 * @throws {Refusal} log-malformed — when lengths and bytes do not add up
 */
export function parseBundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const [high, low] = bytes.slice(offset, offset + 2);
    if (high === undefined || low === undefined) throw malformed("cut entry bundle");
    const end = offset + 2 + high * 256 + low;
    if (end > bytes.length) throw malformed("cut entry bundle");
    entries.push(bytes.slice(offset + 2, end));
    offset = end;
  }
  return entries;
}

function isDecimal(text: string): boolean {
  return /^(0|[1-9]\d*)$/.test(text) && Number.isSafeInteger(Number(text));
}
