import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { messageType, syncType } from "../../domain/collaboration/protocol.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";

/** A frame from a client, read. */
export type ClientFrame =
  | { readonly kind: "step1"; readonly stateVector: Uint8Array }
  | { readonly kind: "update"; readonly update: Uint8Array; readonly isReply: boolean }
  | { readonly kind: "awareness"; readonly entries: readonly AwarenessEntry[] }
  | { readonly kind: "query-awareness" }
  | { readonly kind: "acknowledge"; readonly seq: number };

/** One client's presence as it travels; `state` null means gone. */
export interface AwarenessEntry {
  readonly clientId: number;
  readonly clock: number;
  readonly state: unknown;
}

const MAX_AWARENESS_ENTRIES = 256;

/**
 * Reads one frame whole; a type that only servers speak, and bytes left over, are refused.
 * @throws {Refusal} update-malformed — the bytes are not a frame a client may send
 */
export function readFrame(bytes: Uint8Array, maxAwarenessBytes: number): ClientFrame {
  const decoder = decoding.createDecoder(bytes);
  try {
    const frame = readBody(decoder, maxAwarenessBytes);
    if (frame && !decoding.hasContent(decoder)) return frame;
  } catch (error) {
    throw new Refusal("update-malformed", "The frame cannot be read.", { cause: error });
  }
  throw new Refusal("update-malformed", "The frame is of no known kind.");
}

function readBody(decoder: decoding.Decoder, maxAwarenessBytes: number): ClientFrame | undefined {
  switch (decoding.readVarUint(decoder)) {
    case messageType.sync:
      return readSync(decoder);
    case messageType.awareness:
      return { kind: "awareness", entries: readAwareness(decoder, maxAwarenessBytes) };
    case messageType.queryAwareness:
      return { kind: "query-awareness" };
    case messageType.acknowledge:
      return { kind: "acknowledge", seq: decoding.readVarUint(decoder) };
    default:
      return undefined;
  }
}

function readSync(decoder: decoding.Decoder): ClientFrame | undefined {
  const type = decoding.readVarUint(decoder);
  const bytes = decoding.readVarUint8Array(decoder);
  if (type === syncType.step1) return { kind: "step1", stateVector: bytes };
  if (type === syncType.step2) return { kind: "update", update: bytes, isReply: true };
  if (type === syncType.update) return { kind: "update", update: bytes, isReply: false };
  return undefined;
}

function readAwareness(decoder: decoding.Decoder, maxBytes: number): AwarenessEntry[] {
  const inner = decoding.createDecoder(decoding.readVarUint8Array(decoder));
  const count = decoding.readVarUint(inner);
  if (count > MAX_AWARENESS_ENTRIES) throw new RangeError("too many awareness entries");
  const entries: AwarenessEntry[] = [];
  for (let i = 0; i < count; i += 1) {
    const clientId = decoding.readVarUint(inner);
    const clock = decoding.readVarUint(inner);
    const text = decoding.readVarString(inner);
    if (text.length > maxBytes) throw new RangeError("awareness state too long");
    entries.push({ clientId, clock, state: JSON.parse(text) });
  }
  return entries;
}

/** `sync` step 1: "this is what I have". */
export function step1Frame(stateVector: Uint8Array): Uint8Array {
  return syncFrame(syncType.step1, stateVector);
}

/** `sync` step 2: "this is what you lacked". */
export function step2Frame(update: Uint8Array): Uint8Array {
  return syncFrame(syncType.step2, update);
}

/** An edit. */
export function updateFrame(update: Uint8Array): Uint8Array {
  return syncFrame(syncType.update, update);
}

function syncFrame(type: number, bytes: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageType.sync);
    encoding.writeVarUint(encoder, type);
    encoding.writeVarUint8Array(encoder, bytes);
  });
}

/** Presence of some clients (y-protocols/awareness). */
export function awarenessFrame(entries: readonly AwarenessEntry[]): Uint8Array {
  const update = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, entries.length);
    for (const entry of entries) {
      encoding.writeVarUint(encoder, entry.clientId);
      encoding.writeVarUint(encoder, entry.clock);
      encoding.writeVarString(encoder, JSON.stringify(entry.state));
    }
  });
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageType.awareness);
    encoding.writeVarUint8Array(encoder, update);
  });
}

/** "Everything you sent before your request `seq` is on disk; the log stands at `logSeq`." */
export function acknowledgeFrame(seq: number, logSeq: number): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageType.acknowledge);
    encoding.writeVarUint(encoder, seq);
    encoding.writeVarUint(encoder, logSeq);
  });
}

/** "Something you sent after your request `seq` was refused." */
export function refuseFrame(seq: number, code: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, messageType.refuse);
    encoding.writeVarUint(encoder, seq);
    encoding.writeVarString(encoder, code);
  });
}
