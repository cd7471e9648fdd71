import { createHash } from "node:crypto";
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFRef,
  PDFString,
} from "pdf-lib";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { SigningIdentity } from "./certificates.ts";
import { signDetached } from "./cms.ts";

/** One signature to add to a PDF. */
export interface SignatureIncrement {
  /** The revision to sign, whole. */
  readonly pdf: Uint8Array;
  /** SHA-256 of the revision that the signatory was shown, hexadecimal. */
  readonly expectedSha256: string;
  /** A signature field declared in the first revision and still empty. */
  readonly fieldName: string;
  readonly signer: SigningIdentity;
  /** Who signs, as the PDF shows it. */
  readonly name: string;
  readonly reason?: string;
  readonly location?: string;
  /** Makes this the certification: 2 lets others fill declared signature fields and nothing else. */
  readonly certify?: 2;
  /** With a certification: what a validator without network needs to check every chain (DSS dictionary), DER. */
  readonly validationData?: {
    readonly certificates: readonly Uint8Array[];
    readonly revocationLists: readonly Uint8Array[];
  };
  /** Fields that this signature locks (FieldMDP, Include). */
  readonly lock?: readonly string[];
  /** The claimed time, written to /M. */
  readonly now: Date;
  /** Room for the CMS in bytes; 16 KiB holds a timestamp token too. */
  readonly holeBytes?: number;
}

const DEFAULT_HOLE_BYTES = 16_384;
/** Ten digits: offsets up to 9.9 GB keep the array's width. */
const WIDE_NUMBER = 9_999_999_999;

const name = (text: string): PDFName => PDFName.of(text);

/**
 * Signs by appending one revision (ISO 32000-2 §12.8, PAdES baseline B-B): every byte of the given
 * revision stays, and the only objects written are the signature, its field with `/V` and, for a
 * certification, the catalog with `/Perms` and `/DSS`.
 * @throws {Refusal} content-mismatch — the bytes are not those that were shown
 * @throws {Refusal} already-signed — the field holds a signature
 */
export async function signIncrement(increment: SignatureIncrement): Promise<Uint8Array> {
  const { pdf } = increment;
  requireSameBytes(pdf, increment.expectedSha256);
  requireClassicTable(pdf);
  const prepared = await appendPlaceholder(increment);
  const signed = fillPlaceholder(prepared.bytes, prepared.from, (digest) =>
    signDetached(digest, increment.signer),
  );
  requireSameBytes(signed.subarray(0, pdf.length), increment.expectedSha256);
  return signed;
}

function requireSameBytes(pdf: Uint8Array, expectedSha256: string): void {
  const actual = createHash("sha256").update(pdf).digest("hex");
  if (actual !== expectedSha256) {
    throw new Refusal("content-mismatch", "The document is not the one that was shown.");
  }
}

/** A signature cannot lie in an object stream, and a table's successor must be a table. */
function requireClassicTable(pdf: Uint8Array): void {
  const tail = Buffer.from(pdf.subarray(-1024)).toString("latin1");
  const start = Number(/startxref\s+(\d+)\s+%%EOF\s*$/.exec(tail)?.[1] ?? Number.NaN);
  const word = Buffer.from(pdf.subarray(start, start + 4)).toString("latin1");
  if (word !== "xref") throw new Error("the PDF does not end with a cross-reference table");
}

/** `from` is where the signature's own object begins. */
async function appendPlaceholder(
  increment: SignatureIncrement,
): Promise<{ bytes: Buffer; from: number }> {
  const document = await PDFDocument.load(increment.pdf, {
    forIncrementalUpdate: true,
    updateMetadata: false,
  });
  const field = findSignatureField(document, increment.fieldName);
  const value = document.context.register(signatureDictionary(document, increment));
  // A snapshot of our own: the library's would write the catalog even when nothing in it changed.
  const changes = document.takeSnapshot();
  field.dictionary.set(name("V"), value);
  changes.markRefForSave(field.ref);
  changes.markRefForSave(value);
  if (increment.certify) certifyCatalog(document, increment, { value, changes });
  const appended = await document.saveIncremental(changes, { useObjectStreams: false });
  const bytes = Buffer.concat([increment.pdf, appended]);
  const header = `\n${value.objectNumber} ${value.generationNumber} obj`;
  const from = bytes.indexOf(header, increment.pdf.length, "latin1");
  if (from < 0) throw new Error("the signature was not written");
  return { bytes, from };
}

function certifyCatalog(
  document: PDFDocument,
  { validationData }: SignatureIncrement,
  target: { value: PDFRef; changes: { markRefForSave(ref: PDFRef): void } },
): void {
  const { catalog, context } = document;
  if (catalog.has(name("Perms"))) throw new Error("the PDF is certified already");
  catalog.set(name("Perms"), context.obj({ DocMDP: target.value }));
  if (validationData) {
    const streams = (items: readonly Uint8Array[]): PDFRef[] =>
      items.map((item) => context.register(context.stream(new Uint8Array(item))));
    const store = context.obj({
      Type: "DSS",
      Certs: streams(validationData.certificates),
      CRLs: streams(validationData.revocationLists),
    });
    catalog.set(name("DSS"), context.register(store));
  }
  const root = context.trailerInfo.Root;
  if (!(root instanceof PDFRef)) throw new Error("the catalog is not an indirect object");
  target.changes.markRefForSave(root);
}

function findSignatureField(
  document: PDFDocument,
  fieldName: string,
): { dictionary: PDFDict; ref: PDFRef } {
  const fields = document.catalog
    .lookup(name("AcroForm"), PDFDict)
    .lookup(name("Fields"), PDFArray);
  const matches = fields.asArray().flatMap((ref) => {
    if (!(ref instanceof PDFRef)) return [];
    const dictionary = document.context.lookup(ref, PDFDict);
    return textOf(dictionary, "T") === fieldName ? [{ ref, dictionary }] : [];
  });
  const [field] = matches;
  if (!field || matches.length > 1)
    throw new Error(`signature field ${fieldName}: not exactly one`);
  if (field.dictionary.get(name("FT")) !== name("Sig")) {
    throw new Error(`${fieldName} is not a signature field`);
  }
  if (field.dictionary.has(name("V"))) {
    throw new Refusal("already-signed", "This place is signed already.");
  }
  return field;
}

function textOf(dictionary: PDFDict, key: string): string | undefined {
  const value = dictionary.lookup(name(key));
  return value instanceof PDFString || value instanceof PDFHexString
    ? value.decodeText()
    : undefined;
}

function signatureDictionary(document: PDFDocument, increment: SignatureIncrement): PDFDict {
  const { context } = document;
  const references = transforms(document, increment);
  const dictionary = context.obj({
    Type: "Sig",
    Filter: "Adobe.PPKLite",
    SubFilter: "ETSI.CAdES.detached",
    M: PDFString.fromDate(increment.now),
    Name: PDFHexString.fromText(increment.name),
    ...(increment.reason ? { Reason: PDFHexString.fromText(increment.reason) } : {}),
    ...(increment.location ? { Location: PDFHexString.fromText(increment.location) } : {}),
    ...(references.length > 0 ? { Reference: references } : {}),
  });
  const range = PDFArray.withContext(context);
  for (const number of [0, WIDE_NUMBER, WIDE_NUMBER, WIDE_NUMBER]) range.push(PDFNumber.of(number));
  dictionary.set(name("ByteRange"), range);
  const hole = increment.holeBytes ?? DEFAULT_HOLE_BYTES;
  dictionary.set(name("Contents"), PDFHexString.of("00".repeat(hole)));
  return dictionary;
}

/** The signature's transforms: what it permits afterwards (docMDP) and what it locks (FieldMDP). */
function transforms(document: PDFDocument, increment: SignatureIncrement): PDFDict[] {
  const { context } = document;
  const version = name("1.2");
  const list: PDFDict[] = [];
  if (increment.certify) {
    list.push(
      context.obj({
        Type: "SigRef",
        TransformMethod: "DocMDP",
        TransformParams: { Type: "TransformParams", V: version, P: increment.certify },
      }),
    );
  }
  if (increment.lock && increment.lock.length > 0) {
    list.push(
      context.obj({
        Type: "SigRef",
        TransformMethod: "FieldMDP",
        Data: context.trailerInfo.Root,
        TransformParams: {
          Type: "TransformParams",
          V: version,
          Action: "Include",
          Fields: increment.lock.map((field) => PDFString.of(field)),
        },
      }),
    );
  }
  return list;
}

/** Finds the hole in the signature's own object: what comes before may hold look-alikes. */
function fillPlaceholder(
  bytes: Buffer,
  from: number,
  sign: (digest: Uint8Array) => Uint8Array,
): Uint8Array {
  const range = between(bytes, "/ByteRange", ["[", "]"], from);
  const hole = between(bytes, "/Contents", ["<", ">"], from);
  const afterHole = hole.end + 1;
  const numbers = `[0 ${hole.start} ${afterHole} ${bytes.length - afterHole}`;
  const width = range.end - range.start;
  if (numbers.length > width) throw new Error("the ByteRange does not fit its place");
  bytes.write(`${numbers.padEnd(width, " ")}]`, range.start, "latin1");
  const digest = createHash("sha256")
    .update(bytes.subarray(0, hole.start))
    .update(bytes.subarray(afterHole))
    .digest();
  const contents = Buffer.from(sign(digest)).toString("hex");
  const room = hole.end - hole.start - 1;
  if (contents.length > room) {
    throw new Error(`the signature needs ${contents.length / 2} bytes, its place has ${room / 2}`);
  }
  bytes.write(contents.padEnd(room, "0"), hole.start + 1, "latin1");
  return bytes;
}

function between(
  bytes: Buffer,
  key: string,
  [open, close]: readonly [string, string],
  from: number,
): { start: number; end: number } {
  const at = bytes.indexOf(key, from, "latin1");
  const start = at < 0 ? -1 : bytes.indexOf(open, at, "latin1");
  const end = start < 0 ? -1 : bytes.indexOf(close, start, "latin1");
  if (end < 0) throw new Error(`no place for ${key} in the new revision`);
  return { start, end };
}
