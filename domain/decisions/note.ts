import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { fromBase64, joinBytes, malformed, sameBytes, toBase64 } from "./encoding.ts";

/** Signature type of a log's own Ed25519 signature, and of a witness's timestamped one (C2SP signed-note). */
const ED25519_NOTE = 0x01;
const ED25519_COSIGNATURE = 0x04;

/** Longest signed note that is read: a bound for what strangers send. */
const MAX_NOTE_LENGTH = 1_000_000;
const MAX_SIGNATURES = 100;
const KEY_ID_BYTES = 4;

/** A public key of a log or witness with its name, as in a vkey line. */
export interface VerifierKey {
  readonly name: string;
  readonly type: number;
  readonly keyId: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** One signature line: whose, and the bytes after the key id. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: Uint8Array;
  readonly signature: Uint8Array;
}

/** A signed note: `text` ends in a line feed and is what was signed. */
export interface SignedNote {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** First four bytes of SHA-256(name ‖ LF ‖ type ‖ public key): tells keys of one name apart. */
export function keyIdOf(name: string, type: number, publicKey: Uint8Array): Uint8Array {
  const hashed = joinBytes(utf8ToBytes(`${name}\n`), Uint8Array.of(type), publicKey);
  return sha256(hashed).slice(0, KEY_ID_BYTES);
}

/** The vkey line of a public key: `name+keyid+base64(type ‖ key)`. */
export function formatVkey(
  name: string,
  publicKey: Uint8Array,
  type: number = ED25519_NOTE,
): string {
  const id = bytesToHex(keyIdOf(name, type, publicKey));
  return `${name}+${id}+${toBase64(joinBytes(Uint8Array.of(type), publicKey))}`;
}

/**
 * Reads a vkey line and checks that its key id fits.
 * @throws {Refusal} log-malformed — when it is not a vkey of a known type
 */
export function parseVkey(vkey: string): VerifierKey {
  const [, name = "", id = "", encoded = ""] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  if (name === "") throw malformed("not a verifier key");
  const [type, ...rest] = fromBase64(encoded);
  const publicKey = Uint8Array.from(rest);
  if ((type !== ED25519_NOTE && type !== ED25519_COSIGNATURE) || publicKey.length !== 32)
    throw malformed("unknown type of verifier key");
  const keyId = keyIdOf(name, type, publicKey);
  if (bytesToHex(keyId) !== id) throw malformed("the verifier key's id does not fit its key");
  return { name, type, keyId, publicKey };
}

/** Signs a text (ending in a line feed) and returns the signature line, LF included. */
export type NoteSigner = (text: string) => string;

/** A signer with an Ed25519 secret (32 bytes). */
export function noteSigner(name: string, secretKey: Uint8Array): NoteSigner {
  const keyId = keyIdOf(name, ED25519_NOTE, ed25519.getPublicKey(secretKey));
  return (text) =>
    signatureLine(name, joinBytes(keyId, ed25519.sign(utf8ToBytes(text), secretKey)));
}

/** A witness's line under a checkpoint: its signature covers the time too (C2SP tlog-cosignature). `time` in seconds. */
export function cosign(
  name: string,
  secretKey: Uint8Array,
  { text, time }: { text: string; time: number },
): string {
  const keyId = keyIdOf(name, ED25519_COSIGNATURE, ed25519.getPublicKey(secretKey));
  const signature = ed25519.sign(cosigned(text, BigInt(time)), secretKey);
  return signatureLine(name, joinBytes(keyId, bigEndian64(BigInt(time)), signature));
}

/** A note of a text and its signature lines. */
export function formatNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join("")}`;
}

/**
 * Splits a note at its last blank line.
 * @throws {Refusal} log-malformed — when it is not a signed note
 */
export function parseNote(note: string): SignedNote {
  const split = note.lastIndexOf("\n\n");
  // Control characters could make a terminal show another text than the one signed.
  if (split < 0 || note.length > MAX_NOTE_LENGTH || !note.endsWith("\n") || hasControl(note))
    throw malformed("not a signed note");
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw malformed("too many signatures");
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * The known keys that signed a note. Lines of unknown keys are ignored.
 * @throws {Refusal} log-malformed — when a known key's line does not verify
 */
export function verifyNote(note: SignedNote, keys: readonly VerifierKey[]): VerifierKey[] {
  const signed = new Set<VerifierKey>();
  for (const line of note.signatures) {
    const key = keys.find((k) => k.name === line.name && sameBytes(k.keyId, line.keyId));
    if (key === undefined) continue;
    if (!isSignedBy(key, note.text, line.signature))
      throw malformed(`bad signature of ${key.name}`);
    signed.add(key);
  }
  return [...signed];
}

function isSignedBy(key: VerifierKey, text: string, signature: Uint8Array): boolean {
  if (key.type === ED25519_NOTE) return verifies(key, utf8ToBytes(text), signature);
  if (signature.length !== 8 + 64) return false;
  const time = signature.slice(0, 8).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return verifies(key, cosigned(text, time), signature.slice(8));
}

function verifies(key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  // RFC 8032 verification: the laxer ZIP-215 would let one signature have several spellings.
  return ed25519.verify(signature, message, key.publicKey, { zip215: false });
}

function cosigned(text: string, time: bigint): Uint8Array {
  return utf8ToBytes(`cosignature/v1\ntime ${time}\n${text}`);
}

function bigEndian64(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, i) => Number((value >> BigInt(8 * (7 - i))) & 255n));
}

function signatureLine(name: string, signature: Uint8Array): string {
  return `— ${name} ${toBase64(signature)}\n`;
}

function parseSignatureLine(line: string): NoteSignature {
  const [, name = "", encoded = ""] = /^— ([^+\s]+) (\S+)$/u.exec(line) ?? [];
  const bytes = name === "" ? new Uint8Array() : fromBase64(encoded);
  if (bytes.length <= KEY_ID_BYTES) throw malformed("not a signature line");
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

function hasControl(text: string): boolean {
  return Array.from(text).some((char) => char < " " && char !== "\n");
}
