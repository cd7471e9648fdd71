/** A PDF object as written (ISO 32000-2, 7.3); positions are absolute byte offsets. */
export type PdfValue =
  | null
  | boolean
  | number
  | PdfName
  | PdfString
  | PdfList
  | PdfDict
  | PdfReference
  | PdfStream;

/** `/Name`, without its slash and with `#xx` decoded. */
export interface PdfName {
  readonly kind: "name";
  readonly name: string;
}

/** A string; `start` is the offset of its first delimiter, `end` the offset after its last. */
export interface PdfString {
  readonly kind: "string";
  readonly isHex: boolean;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** `[ … ]` */
export interface PdfList {
  readonly kind: "list";
  readonly items: readonly PdfValue[];
}

/** `<< … >>`; keys are unique. */
export interface PdfDict {
  readonly kind: "dict";
  readonly entries: ReadonlyMap<string, PdfValue>;
}

/** `12 0 R` */
export interface PdfReference {
  readonly kind: "reference";
  readonly number: number;
  readonly generation: number;
}

/** A stream with its bytes as stored, filters not applied. */
export interface PdfStream {
  readonly kind: "stream";
  readonly dict: PdfDict;
  readonly bytes: Uint8Array;
}

/** The file is not written as a sealed agreement is; `where` is a byte offset. */
export class UnreadablePdf extends Error {
  readonly reason: UnreadableReason;
  readonly where: number;

  constructor(reason: UnreadableReason, where: number) {
    super(`${reason} at byte ${where}`);
    this.name = "UnreadablePdf";
    this.reason = reason;
    this.where = where;
  }
}

/** Why a PDF cannot be read strictly. */
export type UnreadableReason =
  | "no-header"
  | "bytes-after-end"
  | "no-end"
  | "bad-cross-reference"
  | "bad-syntax"
  | "hidden-bytes"
  | "encrypted"
  | "too-complex";

/** Narrows a value to one kind. */
export function isKind<K extends "name" | "string" | "list" | "dict" | "reference" | "stream">(
  value: PdfValue | undefined,
  kind: K,
): value is Extract<PdfValue, { kind: K }> {
  return typeof value === "object" && value !== null && value.kind === kind;
}

/** The name's text, or undefined when the value is not a name. */
export function nameOf(value: PdfValue | undefined): string | undefined {
  return isKind(value, "name") ? value.name : undefined;
}

/** Text of a string: UTF-16BE with mark, UTF-8 with mark, else Latin-1 (the part of PDFDocEncoding that we write). */
export function textOf(value: PdfValue | undefined): string | undefined {
  if (!isKind(value, "string")) return undefined;
  const { bytes } = value;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes.subarray(2));
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return new TextDecoder().decode(bytes.subarray(3));
  }
  return Array.from(bytes, (byte) => String.fromCodePoint(byte)).join("");
}

function utf16(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    text += String.fromCharCode(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  }
  return text;
}

/** Whether two values say the same, whatever their spelling. */
export function isSame(a: PdfValue | undefined, b: PdfValue | undefined): boolean {
  if (a === undefined || b === undefined || a === null || b === null) return a === b;
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  if (a.kind === "name") return b.kind === "name" && a.name === b.name;
  if (a.kind === "string") return b.kind === "string" && isSameBytes(a.bytes, b.bytes);
  if (a.kind === "list") return b.kind === "list" && isSameList(a, b);
  if (a.kind === "dict") return b.kind === "dict" && isSameDict(a, b, new Set());
  if (a.kind === "reference") {
    return b.kind === "reference" && a.number === b.number && a.generation === b.generation;
  }
  return b.kind === "stream" && isSame(a.dict, b.dict) && isSameBytes(a.bytes, b.bytes);
}

function isSameList(a: PdfList, b: PdfList): boolean {
  return (
    a.items.length === b.items.length && a.items.every((item, at) => isSame(item, b.items[at]))
  );
}

/** Whether two dictionaries agree on every key but those named. */
export function isSameDict(a: PdfDict, b: PdfDict, except: ReadonlySet<string>): boolean {
  const keys = new Set([...a.entries.keys(), ...b.entries.keys()]);
  return [...keys].every(
    (key) => except.has(key) || isSame(a.entries.get(key), b.entries.get(key)),
  );
}

/** Whether two byte strings are equal. */
export function isSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
