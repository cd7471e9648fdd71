import { PdfReader, latin1 } from "./pdf-reader.ts";
import {
  UnreadablePdf,
  isKind,
  type PdfDict,
  type PdfReference,
  type PdfValue,
  type UnreadableReason,
} from "./pdf-values.ts";

/** One revision: the bytes from the previous one's end to its own `%%EOF`. */
export interface PdfRevision {
  readonly start: number;
  /** Offset right after `%%EOF`. */
  readonly eof: number;
  /** Offset after the line end that may follow `%%EOF`. */
  readonly end: number;
  readonly trailer: PdfDict;
  /** The objects that this revision writes, by number. */
  readonly objects: ReadonlyMap<number, PdfValue>;
  /** Numbers that this revision frees. */
  readonly freed: ReadonlySet<number>;
}

/** A PDF as its revisions, oldest first. */
export interface PdfFile {
  readonly revisions: readonly PdfRevision[];
}

const MAX_REVISIONS = 500;
const MAX_OBJECTS = 500_000;
/** ISO 32000-2, 7.5.4: an entry has exactly twenty bytes. */
const ENTRY_BYTES = 20;

/**
 * Reads a PDF strictly as revisions of classic cross-reference tables in which every byte belongs to the header, to
 * an object that the table names, to a table or to white space. Anything else is where attacks hide (USF, SWA, ISA).
 * @throws {UnreadablePdf} when the file is not so
 */
export function readPdf(bytes: Uint8Array): PdfFile {
  if (!/^%PDF-[12]\.\d[\r\n]/u.test(latin1(bytes.subarray(0, 9)))) {
    throw new UnreadablePdf("no-header", 0);
  }
  const sections: Section[] = [];
  let offset: number | undefined = lastTable(bytes);
  while (offset !== undefined) {
    const section = readSection(bytes, offset);
    sections.unshift(section);
    if (sections.length > MAX_REVISIONS) throw new UnreadablePdf("too-complex", offset);
    offset = previousOf(section);
  }
  let start = 0;
  const revisions = sections.map((section) => {
    const revision = readRevision(bytes, start, section);
    start = revision.end;
    return revision;
  });
  return { revisions };
}

/** The newest value of an object as of a revision; undefined when it does not exist or is freed. */
export function objectAt(file: PdfFile, revision: number, number: number): PdfValue | undefined {
  for (let index = revision; index >= 0; index -= 1) {
    const { objects, freed } = file.revisions[index] ?? { objects: new Map(), freed: new Set() };
    if (objects.has(number)) return objects.get(number);
    if (freed.has(number)) return undefined;
  }
  return undefined;
}

/** Follows references (at most a few: chains of references are not written by us). */
export function resolve(
  file: PdfFile,
  revision: number,
  value: PdfValue | undefined,
): PdfValue | undefined {
  let current = value;
  for (let hops = 0; isKind(current, "reference") && hops < 4; hops += 1) {
    current = objectAt(file, revision, current.number);
  }
  return isKind(current, "reference") ? undefined : current;
}

/** A dictionary's entry with references followed. */
export function entryOf(
  file: PdfFile,
  revision: number,
  dict: PdfValue | undefined,
  key: string,
): PdfValue | undefined {
  const holder = resolve(file, revision, dict);
  return isKind(holder, "dict") ? resolve(file, revision, holder.entries.get(key)) : undefined;
}

/** The catalog's reference. @throws {UnreadablePdf} when the trailer has none */
export function rootOf(revision: PdfRevision): PdfReference {
  const root = revision.trailer.entries.get("Root");
  if (!isKind(root, "reference")) throw new UnreadablePdf("bad-cross-reference", revision.start);
  return root;
}

interface Section {
  readonly offset: number;
  readonly eof: number;
  readonly end: number;
  readonly trailer: PdfDict;
  readonly used: readonly {
    readonly number: number;
    readonly generation: number;
    readonly offset: number;
  }[];
  readonly freed: ReadonlySet<number>;
}

function lastTable(bytes: Uint8Array): number {
  const from = Math.max(0, bytes.length - 64);
  const tail = latin1(bytes.subarray(from));
  const found = /startxref\s+(\d{1,12})\s+%%EOF(?:\r\n|\n|\r)?$/u.exec(tail);
  if (found) return Number(found[1]);
  const isCut = !/%%EOF/u.test(latin1(bytes.subarray(Math.max(0, bytes.length - 1_000_000))));
  throw new UnreadablePdf(isCut ? "no-end" : "bytes-after-end", from);
}

function previousOf(section: Section): number | undefined {
  const previous = section.trailer.entries.get("Prev");
  if (previous === undefined) return undefined;
  if (typeof previous !== "number" || previous >= section.offset) {
    throw new UnreadablePdf("bad-cross-reference", section.offset);
  }
  return previous;
}

function readSection(bytes: Uint8Array, offset: number): Section {
  const reader = new PdfReader(bytes, offset);
  const bad = (reason: UnreadableReason = "bad-cross-reference"): never => reader.fail(reason);
  if (!reader.take("xref")) bad();
  const table = readEntries(reader);
  reader.skipWhite();
  const trailer = reader.value();
  if (!isKind(trailer, "dict")) return bad();
  if (trailer.entries.has("Encrypt")) bad("encrypted");
  if (trailer.entries.has("XRefStm")) bad();
  reader.skipWhite();
  reader.expect("startxref");
  reader.skipWhite();
  if (reader.integer() !== offset) bad();
  reader.skipWhite();
  reader.expect("%%EOF");
  const eof = reader.at;
  return { offset, eof, end: afterLineEnd(bytes, eof), trailer, ...table };
}

function afterLineEnd(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x0d) return bytes[at + 1] === 0x0a ? at + 2 : at + 1;
  return bytes[at] === 0x0a ? at + 1 : at;
}

function readEntries(reader: PdfReader): Pick<Section, "used" | "freed"> {
  const used: { number: number; generation: number; offset: number }[] = [];
  const freed = new Set<number>();
  const seen = new Set<number>();
  for (reader.skipWhite(); !reader.take("trailer"); reader.skipWhite()) {
    const first = reader.integer();
    reader.skipWhite();
    const count = reader.integer();
    if (seen.size + count > MAX_OBJECTS) reader.fail("too-complex");
    reader.skipWhite();
    for (let index = 0; index < count; index += 1) {
      const number = first + index;
      const entry = latin1(reader.bytes.subarray(reader.at, reader.at + ENTRY_BYTES));
      const parts = /^(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)$/u.exec(entry);
      if (!parts || seen.has(number)) return reader.fail("bad-cross-reference");
      seen.add(number);
      reader.at += ENTRY_BYTES;
      if (parts[3] === "f") freed.add(number);
      else used.push({ number, generation: Number(parts[2]), offset: Number(parts[1]) });
    }
  }
  return { used, freed };
}

function readRevision(bytes: Uint8Array, start: number, section: Section): PdfRevision {
  if (section.offset < start || section.end > bytes.length) {
    throw new UnreadablePdf("bad-cross-reference", section.offset);
  }
  const objects = new Map<number, PdfValue>();
  let at = start === 0 ? afterHeader(bytes) : start;
  for (const entry of section.used.toSorted((a, b) => a.offset - b.offset)) {
    requireWhite(bytes, at, entry.offset);
    const reader = new PdfReader(bytes, entry.offset);
    objects.set(entry.number, reader.indirect(entry));
    at = reader.at;
  }
  requireWhite(bytes, at, section.offset);
  const { eof, end, trailer, freed } = section;
  return { start, eof, end, trailer, objects, freed };
}

/** The header line and its comment of high bytes (ISO 19005-3, 6.1.2). */
function afterHeader(bytes: Uint8Array): number {
  const reader = new PdfReader(bytes, 0);
  for (let lines = 0; lines < 2 && reader.bytes[reader.at] === 0x25; lines += 1) {
    while (reader.at < bytes.length && ![0x0a, 0x0d].includes(bytes[reader.at] ?? 0))
      reader.at += 1;
    reader.skipWhite();
  }
  return reader.at;
}

function requireWhite(bytes: Uint8Array, from: number, to: number): void {
  const reader = new PdfReader(bytes, from);
  reader.skipWhite();
  if (from > to || reader.at < to) throw new UnreadablePdf("hidden-bytes", reader.at);
}
