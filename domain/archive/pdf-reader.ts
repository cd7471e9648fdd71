import {
  UnreadablePdf,
  type PdfDict,
  type PdfStream,
  type PdfString,
  type PdfValue,
  type UnreadableReason,
} from "./pdf-values.ts";

/** Deepest nesting of lists and dictionaries that is read. */
const MAX_DEPTH = 64;
const WHITE = new Set([0x00, 0x09, 0x0a, 0x0c, 0x0d, 0x20]);
const DELIMITERS = new Set("()<>[]{}/%".split("").map((each) => each.charCodeAt(0)));
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/**
 * Reads PDF syntax (ISO 32000-2, 7.2–7.3) strictly: no comments inside objects, no duplicate keys, no
 * recovery. What a lenient reader repairs is where two readers see two documents.
 */
export class PdfReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Stops reading. @throws {UnreadablePdf} always */
  fail(reason: UnreadableReason = "bad-syntax"): never {
    throw new UnreadablePdf(reason, this.at);
  }

  skipWhite(): void {
    while (WHITE.has(this.bytes[this.at] ?? -1)) this.at += 1;
  }

  /** Consumes the word if it comes next as a whole token. */
  take(word: string): boolean {
    for (let index = 0; index < word.length; index += 1) {
      if (this.bytes[this.at + index] !== word.charCodeAt(index)) return false;
    }
    const after = this.bytes[this.at + word.length];
    const isRegular = after !== undefined && !WHITE.has(after) && !DELIMITERS.has(after);
    if (isRegular && /[A-Za-z0-9]$/u.test(word)) return false;
    this.at += word.length;
    return true;
  }

  /** Consumes the word. @throws {UnreadablePdf} when something else comes */
  expect(word: string): void {
    if (!this.take(word)) this.fail();
  }

  /** A non-negative whole number. @throws {UnreadablePdf} when something else comes */
  integer(): number {
    const word = this.word();
    if (!/^\d{1,12}$/u.test(word)) this.fail();
    return Number(word);
  }

  /** `n g obj … endobj`: the object's value. @throws {UnreadablePdf} when it is not that object */
  indirect(expected: { number: number; generation: number }): PdfValue {
    if (this.integer() !== expected.number) this.fail("bad-cross-reference");
    this.skipWhite();
    if (this.integer() !== expected.generation) this.fail("bad-cross-reference");
    this.skipWhite();
    this.expect("obj");
    const value = this.value();
    this.skipWhite();
    const whole = isDict(value) && this.take("stream") ? this.streamOf(value) : value;
    this.skipWhite();
    this.expect("endobj");
    return whole;
  }

  /** Any direct value. @throws {UnreadablePdf} when none comes */
  value(depth = 0): PdfValue {
    if (depth > MAX_DEPTH) this.fail("too-complex");
    this.skipWhite();
    switch (String.fromCharCode(this.bytes[this.at] ?? 0)) {
      case "/":
        return { kind: "name", name: this.name() };
      case "(":
        return this.literalString();
      case "[":
        return this.list(depth);
      case "<":
        return this.bytes[this.at + 1] === 0x3c ? this.dict(depth) : this.hexString();
      default:
        return this.numberOrWord();
    }
  }

  private word(): string {
    const start = this.at;
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined || WHITE.has(byte) || DELIMITERS.has(byte)) break;
      this.at += 1;
    }
    return latin1(this.bytes.subarray(start, this.at));
  }

  private numberOrWord(): PdfValue {
    const word = this.word();
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/u.test(word) || word.length > 40) this.fail();
    return /^\d{1,10}$/u.test(word) ? this.numberOrReference(Number(word)) : Number(word);
  }

  private numberOrReference(number: number): PdfValue {
    const after = this.at;
    this.skipWhite();
    const generation = this.word();
    if (/^\d{1,5}$/u.test(generation)) {
      this.skipWhite();
      if (this.take("R")) return { kind: "reference", number, generation: Number(generation) };
    }
    this.at = after;
    return number;
  }

  private name(): string {
    this.at += 1;
    const word = this.word();
    if (/#(?![0-9A-Fa-f]{2})/u.test(word)) this.fail();
    return word.replaceAll(/#([0-9A-Fa-f]{2})/gu, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }

  private list(depth: number): PdfValue {
    this.at += 1;
    const items: PdfValue[] = [];
    for (;;) {
      this.skipWhite();
      if (this.bytes[this.at] === 0x5d) break;
      items.push(this.value(depth + 1));
    }
    this.at += 1;
    return { kind: "list", items };
  }

  private dict(depth: number): PdfDict {
    this.at += 2;
    const entries = new Map<string, PdfValue>();
    for (;;) {
      this.skipWhite();
      if (this.bytes[this.at] !== 0x2f) break;
      const key = this.name();
      if (entries.has(key)) this.fail();
      entries.set(key, this.value(depth + 1));
    }
    this.expect(">>");
    return { kind: "dict", entries };
  }

  private hexString(): PdfString {
    const start = this.at;
    const close = this.bytes.indexOf(0x3e, start);
    if (close < 0) this.fail();
    const digits = latin1(this.bytes.subarray(start + 1, close));
    if (!/^(?:[0-9A-Fa-f]{2})*$/u.test(digits)) this.fail();
    this.at = close + 1;
    return { kind: "string", isHex: true, bytes: fromHex(digits), start, end: this.at };
  }

  private literalString(): PdfString {
    const start = this.at;
    const bytes: number[] = [];
    let open = 0;
    do {
      const byte = this.bytes[this.at] ?? this.fail();
      this.at += 1;
      if (byte === 0x5c) bytes.push(...this.escaped());
      else {
        if (byte === 0x28) open += 1;
        if (byte === 0x29) open -= 1;
        if (open > 0 && !(byte === 0x28 && this.at === start + 1)) bytes.push(byte);
      }
    } while (open > 0);
    return { kind: "string", isHex: false, bytes: Uint8Array.from(bytes), start, end: this.at };
  }

  private escaped(): number[] {
    const byte = this.bytes[this.at] ?? this.fail();
    const octal = /^[0-7]{1,3}/u.exec(latin1(this.bytes.subarray(this.at, this.at + 3)))?.[0];
    if (octal) {
      this.at += octal.length;
      return [Number.parseInt(octal, 8) & 0xff];
    }
    this.at += 1;
    if (byte === 0x0a || byte === 0x0d) return [];
    const character = String.fromCharCode(byte);
    return [ESCAPES[character] ?? byte];
  }

  private streamOf(dict: PdfDict): PdfStream {
    if (this.bytes[this.at] === 0x0d) this.at += 1;
    if (this.bytes[this.at] !== 0x0a) this.fail();
    this.at += 1;
    const length = dict.entries.get("Length");
    // A length elsewhere, or data elsewhere, would let one object decide where another one ends.
    if (
      typeof length !== "number" ||
      !Number.isInteger(length) ||
      length < 0 ||
      dict.entries.has("F")
    ) {
      this.fail();
    }
    const bytes = this.bytes.subarray(this.at, this.at + length);
    if (bytes.length < length) this.fail();
    this.at += length;
    this.skipWhite();
    this.expect("endstream");
    return { kind: "stream", dict, bytes };
  }
}

function isDict(value: PdfValue): value is PdfDict {
  return typeof value === "object" && value !== null && value.kind === "dict";
}

/** Bytes as a string of the same length. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

function fromHex(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}
