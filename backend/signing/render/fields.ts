import { deflateSync } from "node:zlib";
import {
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFHexString,
  PDFName,
  PDFNumber,
  PDFRawStream,
  PDFRef,
  PDFString,
  decodePDFRawStream,
  type PDFPage,
} from "pdf-lib";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import type { Box, LaidOut, RenderInput, RenderedPdf } from "./types.ts";
import { printWords } from "./words.ts";
import { extendXmp } from "./xmp.ts";

/** The field in which the instance certifies the document (docMDP). */
export const CERTIFICATION_FIELD = "Certification";
/** The field kept for the archive's document timestamp. */
export const ARCHIVE_FIELD = "Archive_1";

/** Print and Locked (ISO 32000-1, table 165): visible in print, not to be moved. */
const ANNOTATION_FLAGS = 132;
const SLOT = /^[A-Za-z0-9_-]{1,80}$/;
const name = (text: string): PDFName => PDFName.of(text);

/** The field's name for a signatory's slot. */
export function fieldOf(slot: string): string {
  return `Signature_${slot}`;
}

interface Field {
  readonly name: string;
  readonly tooltip: string;
  readonly box: Box | null;
}

/**
 * Declares every signature field as one merged field and widget, now and not at signing: under
 * docMDP P=2 a signature then changes only its field's /V, and an added field is an attack.
 * @throws {Refusal} invalid-input — when a slot is not unique or not `[A-Za-z0-9_-]+`
 */
export async function declareFields(laidOut: LaidOut, input: RenderInput): Promise<RenderedPdf> {
  const fields = fieldsOf(laidOut, input);
  const document = await PDFDocument.load(laidOut.pdf, { updateMetadata: false });
  const tree = structureTree(document);
  const refs = fields.map((field) => addField(document, tree, field));
  document.catalog.set(
    name("AcroForm"),
    document.context.register(document.context.obj({ Fields: refs, SigFlags: 3 })),
  );
  tree.finish();
  document.catalog.getOrCreateViewerPreferences().setDisplayDocTitle(true);
  for (const page of document.getPages()) page.node.set(name("Tabs"), name("S"));
  compressStreams(document);
  extendMetadata(document, input.contentSha256);
  const pdf = await document.save({
    useObjectStreams: false,
    updateFieldAppearances: false,
    addDefaultPage: false,
  });
  return { pdf, pages: laidOut.pages, fields: fields.map((field) => field.name) };
}

function fieldsOf(laidOut: LaidOut, input: RenderInput): readonly Field[] {
  const words = printWords[input.content.language];
  const boxes = new Map(laidOut.boxes.map((box) => [box.slot, box]));
  const slots = new Set(input.signatories.map((one) => one.slot));
  if (slots.size < input.signatories.length || ![...slots].every((slot) => SLOT.test(slot))) {
    throw new Refusal("invalid-input", "Signatory slots must be unique and plain.");
  }
  const parties = input.signatories.map((one) => {
    const box = boxes.get(one.slot);
    if (!box) throw new Error(`the layout has no box for slot ${one.slot}`);
    return {
      name: fieldOf(one.slot),
      tooltip: `${words.signatureOf} ${one.name} (${one.partnerName})`,
      box,
    };
  });
  return [
    { name: CERTIFICATION_FIELD, tooltip: words.certificationField, box: null },
    ...parties,
    { name: ARCHIVE_FIELD, tooltip: words.archiveField, box: null },
  ];
}

function addField(document: PDFDocument, tree: StructureTree, field: Field): PDFRef {
  const { context } = document;
  const page = document.getPage((field.box?.page ?? 1) - 1);
  const rectangle = rectangleOf(page, field.box);
  const [left = 0, bottom = 0, right = 0, top = 0] = rectangle;
  const appearance = context.register(
    context.formXObject([], { BBox: [0, 0, right - left, top - bottom], Resources: {} }),
  );
  const widget = context.obj({
    Type: "Annot",
    Subtype: "Widget",
    FT: "Sig",
    T: PDFString.of(field.name),
    TU: PDFHexString.fromText(field.tooltip),
    Rect: rectangle,
    F: ANNOTATION_FLAGS,
    P: page.ref,
    AP: { N: appearance },
  });
  if (field.box) widget.set(name("Lock"), context.register(lockOf(document, field.name)));
  const ref = context.register(widget);
  page.node.addAnnot(ref);
  widget.set(name("StructParent"), PDFNumber.of(tree.addForm(ref, page.ref)));
  return ref;
}

function lockOf(document: PDFDocument, fieldName: string): PDFDict {
  return document.context.obj({
    Type: "SigFieldLock",
    Action: "Include",
    Fields: [PDFString.of(fieldName)],
  });
}

function rectangleOf(page: PDFPage, box: Box | null): number[] {
  if (!box) return [0, 0, 0, 0];
  const top = page.getHeight() - box.y;
  return [box.x, top - box.height, box.x + box.width, top].map((each) => Number(each.toFixed(2)));
}

interface StructureTree {
  /** Adds a Form element holding the widget and returns its StructParent key. */
  addForm(widget: PDFRef, page: PDFRef): number;
  finish(): void;
}

/** Tags widgets as Form elements under the document element (ISO 14289-1, 7.18.4). */
function structureTree(document: PDFDocument): StructureTree {
  const { context } = document;
  const root = document.catalog.lookup(name("StructTreeRoot"), PDFDict);
  const documentRef = firstKid(root.get(name("K")));
  const documentElement = context.lookup(documentRef, PDFDict);
  const kids = documentElement.lookup(name("K"), PDFArray);
  const numbers = root.lookup(name("ParentTree"), PDFDict).lookup(name("Nums"), PDFArray);
  let next = root.lookup(name("ParentTreeNextKey"), PDFNumber).asNumber();
  return {
    addForm(widget, page) {
      const element = context.register(
        context.obj({
          Type: "StructElem",
          S: "Form",
          P: documentRef,
          Pg: page,
          K: { Type: "OBJR", Obj: widget, Pg: page },
        }),
      );
      kids.push(element);
      numbers.push(PDFNumber.of(next));
      numbers.push(element);
      next += 1;
      return next - 1;
    },
    finish: () => root.set(name("ParentTreeNextKey"), PDFNumber.of(next)),
  };
}

function firstKid(kids: unknown): PDFRef {
  const first = kids instanceof PDFArray ? kids.get(0) : kids;
  if (!(first instanceof PDFRef)) throw new Error("the structure tree has no document element");
  return first;
}

/** Typst leaves character maps in the clear; they end in `%%EOF`, which must only ever end a revision. */
function compressStreams(document: PDFDocument): void {
  const { context } = document;
  for (const [ref, object] of context.enumerateIndirectObjects()) {
    if (object instanceof PDFRawStream && !object.dict.has(name("Filter"))) {
      const dict = object.dict.clone(context);
      dict.set(name("Filter"), name("FlateDecode"));
      context.assign(ref, PDFRawStream.of(dict, deflateSync(object.contents)));
    }
  }
}

function extendMetadata(document: PDFDocument, contentSha256: string): void {
  const { context } = document;
  const ref = document.catalog.get(name("Metadata"));
  const stream = document.catalog.lookup(name("Metadata"));
  if (!(ref instanceof PDFRef) || !(stream instanceof PDFRawStream)) {
    throw new Error("the PDF has no XMP packet");
  }
  const packet = new TextDecoder().decode(decodePDFRawStream(stream).decode());
  const bytes = new TextEncoder().encode(extendXmp(packet, contentSha256));
  context.assign(
    ref,
    PDFRawStream.of(context.obj({ Type: "Metadata", Subtype: "XML", Length: bytes.length }), bytes),
  );
}
