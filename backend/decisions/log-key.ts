import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { formatVkey, noteSigner } from "../../domain/decisions/log.ts";
import type { NoteSigner } from "../../domain/decisions/note.ts";

const SECRET_BYTES = 32;

/** The instance's key for decision logs. A log's origin is also the name of its key. */
export interface LogKey {
  signerFor(origin: string): NoteSigner;
  vkeyFor(origin: string): string;
}

/** A log key from its Ed25519 secret (32 bytes). */
export function logKeyFrom(secret: Uint8Array): LogKey {
  const publicKey = ed25519.getPublicKey(secret);
  return {
    signerFor: (origin) => noteSigner(origin, secret),
    vkeyFor: (origin) => formatVkey(origin, publicKey),
  };
}

/**
 * The log key in the data folder, made once (mode 0600). Losing it ends every log of the instance: it belongs in
 * the backup.
 */
export function openLogKey(dataDir: string): LogKey {
  const folder = join(dataDir, "keys");
  const file = join(folder, "log.ed25519");
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    createOnce(file, randomBytes(SECRET_BYTES));
  }
  const secret = readFileSync(file);
  if (secret.length !== SECRET_BYTES) throw new Error("keys/log.ed25519 is damaged");
  return logKeyFrom(new Uint8Array(secret));
}

/** Writes beside and links into place: of two processes that start together one wins, and none reads half a key. */
function createOnce(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${process.pid}`;
  const descriptor = openSync(beside, "w", 0o600);
  writeSync(descriptor, bytes);
  fsyncSync(descriptor);
  closeSync(descriptor);
  try {
    linkSync(beside, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(beside);
  }
}
