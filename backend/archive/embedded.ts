import { inflateSync } from "node:zlib";
import { z } from "zod";
import type { VersionContent } from "../../domain/agreements/version.ts";
import { entryOf, resolve, rootOf, type PdfFile } from "../../domain/archive/pdf-file.ts";
import { isKind, nameOf, textOf, type PdfValue } from "../../domain/archive/pdf-values.ts";
import { canonicalJson, sha256Hex, type Json } from "../../domain/kernel/canonical.ts";

/** Largest embedded file that is unpacked: a bound against decompression bombs. */
const MAX_EMBEDDED_BYTES = 32 * 1024 * 1024;

/** What the verifier needs of the record; the rest is kept as it is. */
const recordSchema = z.looseObject({
  format: z.literal("entente-version/1"),
  agreement: z.string(),
  title: z.string(),
  number: z.number().int(),
  language: z.enum(["fr", "en"]),
  facts: z.record(z.string(), z.unknown()),
  text: z.looseObject({ type: z.string() }),
});

/** The record of a version as embedded. */
export type EmbeddedRecord = z.output<typeof recordSchema> &
  Pick<VersionContent, "agreement" | "title" | "number" | "language">;

/** What the first revision embeds. */
export type Embedded =
  | { readonly kind: "missing" }
  | { readonly kind: "malformed" }
  | { readonly kind: "record"; readonly record: EmbeddedRecord; readonly sha256: string };

/** Reads the canonical record that the first revision embeds, exactly once, as `agreement.json`. */
export function embeddedRecord(file: PdfFile): Embedded {
  const [bytes, ...others] = embeddedFiles(file, "agreement.json");
  if (!bytes || others.length > 0) return { kind: "missing" };
  const text = decodeUtf8(bytes);
  const json = text === undefined ? undefined : parseJson(text);
  const record = recordSchema.safeParse(json);
  if (json === undefined || !record.success || canonicalJson(json) !== text) {
    return { kind: "malformed" };
  }
  return { kind: "record", record: record.data, sha256: sha256Hex(bytes) };
}

/** The decision log's proof, or undefined when the first revision embeds none. */
export function embeddedProof(file: PdfFile): string | undefined {
  const [bytes, ...others] = embeddedFiles(file, "decision.tlog-proof");
  return bytes && others.length === 0 ? decodeUtf8(bytes) : undefined;
}

/** The hash that the XMP packet of the first revision states. */
export function statedHash(file: PdfFile): string | undefined {
  const [first] = file.revisions;
  const packet = first ? entryOf(file, 0, rootOf(first), "Metadata") : undefined;
  if (!isKind(packet, "stream")) return undefined;
  const bytes = unpack(packet);
  const text = bytes ? decodeUtf8(bytes) : undefined;
  const found = [
    ...(text ?? "").matchAll(/<entente:contentSha256>([0-9a-f]{64})<\/entente:contentSha256>/gu),
  ];
  return found.length === 1 ? found[0]?.[1] : undefined;
}

/** Bytes of every associated file of that name (ISO 19005-3, 6.8): the catalog's /AF. */
function embeddedFiles(file: PdfFile, wanted: string): Uint8Array[] {
  const [first] = file.revisions;
  const list = first ? entryOf(file, 0, rootOf(first), "AF") : undefined;
  return (isKind(list, "list") ? list.items : []).flatMap((item) => {
    const specification = resolve(file, 0, item);
    if (!isKind(specification, "dict")) return [];
    const name = textOf(resolve(file, 0, specification.entries.get("UF")));
    if (name !== wanted) return [];
    const stream = entryOf(file, 0, entryOf(file, 0, specification, "EF"), "F");
    const bytes = unpack(stream);
    return bytes ? [bytes] : [];
  });
}

function unpack(stream: PdfValue | undefined): Uint8Array | undefined {
  if (!isKind(stream, "stream")) return undefined;
  const filter = stream.dict.entries.get("Filter");
  if (filter === undefined) return stream.bytes;
  if (nameOf(filter) !== "FlateDecode" || stream.dict.entries.has("DecodeParms")) return undefined;
  try {
    return inflateSync(stream.bytes, { maxOutputLength: MAX_EMBEDDED_BYTES });
  } catch {
    return undefined;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
