import { PDFArray, PDFDocument, PDFName, PDFString, StandardFonts } from "pdf-lib";

/**
 * A small first revision with the fields that the renderer declares: an invisible "Certification", one visible
 * "Signature_<slot>" per slot with a lock on itself, and an invisible "Archive_1".
 */
export async function firstRevision(slots: readonly string[]): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  const page = document.addPage([595, 842]);
  page.drawText("Partnership agreement v1", { x: 50, y: 780, font });
  const fields = PDFArray.withContext(document.context);
  const names = ["Certification", ...slots.map((slot) => `Signature_${slot}`), "Archive_1"];
  for (const [index, name] of names.entries()) {
    const isVisible = name.startsWith("Signature_");
    const rect = isVisible ? [50, 60 + 70 * index, 250, 110 + 70 * index] : [0, 0, 0, 0];
    const appearance = document.context.register(
      document.context.formXObject([], {
        BBox: [0, 0, isVisible ? 200 : 0, isVisible ? 50 : 0],
        Resources: {},
      }),
    );
    fields.push(
      document.context.register(
        document.context.obj({
          Type: "Annot",
          Subtype: "Widget",
          FT: "Sig",
          T: PDFString.of(name),
          Rect: rect,
          F: 132,
          P: page.ref,
          AP: { N: appearance },
          ...(isVisible
            ? { Lock: { Type: "SigFieldLock", Action: "Include", Fields: [PDFString.of(name)] } }
            : {}),
        }),
      ),
    );
  }
  page.node.set(PDFName.of("Annots"), PDFArray.withContext(document.context));
  for (const field of fields.asArray()) page.node.Annots()?.push(field);
  const form = document.context.obj({ Fields: fields, SigFlags: 3 });
  document.catalog.set(PDFName.of("AcroForm"), document.context.register(form));
  return document.save({ useObjectStreams: false, updateFieldAppearances: false });
}
