import type { Decoder } from "lib0/decoding";
import * as Y from "yjs";
import { sharedTypes } from "../../domain/collaboration/protocol.ts";
import { agreementSchema } from "../../domain/agreements/schema.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { isPlainJson } from "./facts.ts";

/** What an update claims, read before anything is applied. */
export interface ReadUpdate {
  /** For each client id: the first clock the update carries, and the clock after its last. */
  readonly ranges: ReadonlyMap<number, { readonly from: number; readonly to: number }>;
  /** Items that the update is anchored to: origins and parents. */
  readonly anchors: readonly Y.ID[];
  /** Deleted ranges, each by the clock after its last. */
  readonly deletes: readonly { readonly client: number; readonly end: number }[];
}

type Decoded = ReturnType<typeof Y.decodeUpdate>;
type Ranges = Map<number, { from: number; to: number }>;

/** Beyond this, clocks leave the integers that lib0 and JavaScript count exactly. */
const MAX_CLOCK = 2 ** 40;
const MAX_CLIENT_ID = 2 ** 53 - 1;

/**
 * Reads a Yjs v1 update and checks every struct by itself: kind of content, shared type, key.
 * A v2 update is refused because v1 does not use up its bytes; decoding v2 from a stranger can block
 * the process for seconds (yjs#687).
 * @throws {Refusal} update-malformed — not one whole v1 update; update-invalid — content that no agreement holds
 */
export function readUpdate(update: Uint8Array): ReadUpdate {
  const decoded = decodeWhole(update);
  const ranges: Ranges = new Map();
  const anchors: Y.ID[] = [];
  for (const struct of decoded.structs) {
    extendRange(ranges, struct);
    if (struct instanceof Y.Item) checkItem(struct, anchors);
  }
  const deletes = [...decoded.ds.clients].flatMap(([client, items]) =>
    items.map((item) => ({ client, end: item.clock + item.len })),
  );
  return { ranges, anchors, deletes };
}

function decodeWhole(update: Uint8Array): Decoded {
  let rest: Decoder | undefined;
  class Reader extends Y.UpdateDecoderV1 {
    constructor(decoder: Decoder) {
      super(decoder);
      rest = decoder;
    }
  }
  const decoded = attempt(() => Y.decodeUpdateV2(update, Reader));
  if (rest?.pos !== update.length) throw malformed("The update has bytes left over.");
  return decoded;
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw malformed("The update cannot be read.", error);
  }
}

function malformed(detail: string, cause?: unknown): Refusal {
  return new Refusal("update-malformed", detail, { cause });
}

function extendRange(ranges: Ranges, struct: Decoded["structs"][number]): void {
  const { client, clock } = struct.id;
  const end = clock + struct.length;
  if (struct instanceof Y.Skip || struct.length < 1 || end > MAX_CLOCK || client > MAX_CLIENT_ID) {
    throw malformed("The update has a gap or a length out of range.");
  }
  const range = ranges.get(client);
  if (!range) ranges.set(client, { from: clock, to: end });
  else if (range.to === clock) range.to = end;
  else throw malformed("The update's clocks are not contiguous.");
}

function checkItem(item: Y.Item, anchors: Y.ID[]): void {
  if (item.origin) anchors.push(item.origin);
  if (item.rightOrigin) anchors.push(item.rightOrigin);
  const parent: unknown = item.parent;
  if (parent instanceof Y.ID) anchors.push(parent);
  else if (typeof parent === "string") checkRoot(parent, item.parentSub);
  checkContent(item.content);
}

/** Stops text hidden in shared types that no editor shows, and types used as what they are not. */
function checkRoot(name: string, key: string | null): void {
  const isText = name === sharedTypes.text && key === null;
  const isFact = name === sharedTypes.facts && key !== null;
  if (!isText && !isFact) throw invalid("There is no such shared type.");
}

function checkContent(content: Y.Item["content"]): void {
  if (content instanceof Y.ContentString || content instanceof Y.ContentDeleted) return;
  if (content instanceof Y.ContentType && isKnownType(content.type)) return;
  if (content instanceof Y.ContentAny && content.arr.every((value) => isPlainJson(value))) return;
  if (content instanceof Y.ContentFormat && isKnownMark(content)) return;
  throw invalid("The update holds content of a kind that no agreement has.");
}

function isKnownType(type: unknown): boolean {
  if (type instanceof Y.XmlHook) return false;
  return (
    type instanceof Y.XmlElement ||
    type instanceof Y.XmlText ||
    type instanceof Y.Map ||
    type instanceof Y.Array
  );
}

function isKnownMark(content: Y.ContentFormat): boolean {
  const value: unknown = content.value;
  const isSet = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return content.key in agreementSchema.marks && (value === null || isSet);
}

function invalid(detail: string): Refusal {
  return new Refusal("update-invalid", detail);
}
