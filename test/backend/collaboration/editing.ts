import * as Y from "yjs";
import type { TextNode } from "../../../domain/agreements/schema.ts";

/** A short agreement: a title and one clause. */
export const sampleText: TextNode = {
  type: "doc",
  content: [
    { type: "title", content: [{ type: "text", text: "Convention" }] },
    {
      type: "clause",
      attrs: { id: "purpose", lib: null },
      content: [
        { type: "clauseTitle", content: [{ type: "text", text: "Objet" }] },
        {
          type: "paragraph",
          content: [
            { type: "text", text: "Les parties " },
            { type: "text", text: "conviennent", marks: [{ type: "bold" }] },
            { type: "value", attrs: { expr: "parties[0].name" } },
          ],
        },
      ],
    },
  ],
};

/** Facts with a list, a scalar and a plain array. */
export const sampleFacts = {
  city: "Lyon",
  budget: 12_000_00,
  tags: ["a", "b"],
  parties: [
    { id: "p1", name: "Passerelle", share: 5_000 },
    { id: "p2", name: "Atelier", share: 5_000 },
  ],
};

/** The first paragraph of the clause of `sampleText`, as shared text. */
export function firstParagraph(doc: Y.Doc): Y.XmlText {
  const clause = doc.getXmlFragment("text").get(1);
  if (!(clause instanceof Y.XmlElement)) throw new Error("no clause");
  const body = clause.get(1);
  if (!(body instanceof Y.XmlElement)) throw new Error("no paragraph");
  const text = body.get(0);
  if (!(text instanceof Y.XmlText)) throw new Error("no text");
  return text;
}

/** What `act` adds to `doc`, as one update. */
export function updateOf(doc: Y.Doc, act: (doc: Y.Doc) => void): Uint8Array {
  const before = Y.encodeStateVector(doc);
  const emitted: Uint8Array[] = [];
  const listen = (update: Uint8Array): void => void emitted.push(update);
  doc.on("update", listen);
  doc.transact(() => act(doc));
  doc.off("update", listen);
  return emitted[0] ?? Y.encodeStateAsUpdate(doc, before);
}

/** A new paragraph element. */
export function newParagraph(text: string): Y.XmlElement {
  const element = new Y.XmlElement("paragraph");
  element.insert(0, [new Y.XmlText(text)]);
  return element;
}
