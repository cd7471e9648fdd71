import { open } from "node:fs/promises";
import { BSON } from "mongodb";
import type { Doc } from "../embedded/values/values.ts";

const smallestBytes = 5;
/** MongoDB's 16 MiB, and what a server adds to a stored document. */
const largestBytes = 16 * 1024 * 1024 + 16 * 1024;
const chunkBytes = 1 << 20;

/** Every type as it is, so that encoding gives the same bytes again. */
const faithful = {
  promoteValues: false,
  promoteLongs: false,
  promoteBuffers: false,
  bsonRegExp: true,
} as const;

/** Decodes a document with each value's exact type. */
export function decodeFaithfully(bytes: Uint8Array): Doc {
  return BSON.deserialize(bytes, faithful);
}

/** Decodes a document into plain values, binary as `Buffer`; undefined when the bytes are no document. */
export function decoded(bytes: Uint8Array): Doc | undefined {
  try {
    return BSON.deserialize(bytes, { promoteBuffers: true, validation: { utf8: true } });
  } catch {
    return undefined;
  }
}

/** Encodes what {@link decodeFaithfully} gave. */
function encodeFaithfully(doc: Doc): Uint8Array {
  return BSON.serialize(doc, { ignoreUndefined: false });
}

/** Element type, then the name and its zero: does the document begin with `_id`? */
function beginsWithId(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset + 5, 4).equals(Buffer.from("_id\0"));
}

/** A document's bytes with `_id` in front, as MongoDB stores it. */
export function idInFront(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= 8 || beginsWithId(bytes)) return bytes;
  const { _id, ...rest } = decodeFaithfully(bytes);
  return encodeFaithfully({ _id, ...rest });
}

/**
 * The documents of a file of concatenated BSON, one at a time.
 * @throws {RangeError} when lengths and bytes do not add up
 */
export async function* documentsIn(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.alloc(chunkBytes);
      const { bytesRead } = await file.read(chunk, 0, chunkBytes);
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let offset = 0;
      for (let end = endAt(rest, offset); end !== undefined; end = endAt(rest, offset)) {
        yield rest.subarray(offset, end);
        offset = end;
      }
      rest = rest.subarray(offset);
      if (bytesRead > 0) continue;
      if (rest.length > 0) throw new RangeError("a document is cut");
      return;
    }
  } finally {
    await file.close();
  }
}

/** Where the document at an offset ends; undefined while it is not there whole. */
function endAt(bytes: Buffer, offset: number): number | undefined {
  if (bytes.length - offset < 4) return undefined;
  const length = bytes.readInt32LE(offset);
  if (length < smallestBytes || length > largestBytes)
    throw new RangeError("no document has this length");
  return offset + length > bytes.length ? undefined : offset + length;
}
