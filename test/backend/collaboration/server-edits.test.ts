import { expect } from "chai";
import * as fc from "fast-check";
import * as Y from "yjs";
import type { TextNode } from "../../../domain/agreements/schema.ts";
import { copyOf, open, verdict } from "./documents.ts";
import { sampleFacts, sampleText, updateOf } from "./editing.ts";

describe("the server's own edits", () => {
  it("[COL-10] replaces facts touching only what differs, so that others' rows stay theirs", () => {
    const document = open();
    const ada = copyOf(document);
    const parties = sampleFacts.parties.map((row) =>
      row.id === "p1" ? { ...row, share: 6_000 } : row,
    );
    const edit = document.edit({ facts: { ...sampleFacts, city: "Nice", parties } });
    const mine = updateOf(ada, () => {
      const rows = ada.getMap("facts").get("parties");
      const row = rows instanceof Y.Array ? rows.get(1) : undefined;
      if (row instanceof Y.Map) row.set("name", "Atelier SA");
    });
    if (edit) document.settle(edit.update);
    expect(verdict(document, mine, "ada")).to.equal("let in");
    expect(document.read().facts).to.deep.equal({
      ...sampleFacts,
      city: "Nice",
      parties: [
        { id: "p1", name: "Passerelle", share: 6_000 },
        { id: "p2", name: "Atelier SA", share: 5_000 },
      ],
    });
  });

  it("[COL-10] makes the facts exactly those given, whatever they were", () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer(), { maxLength: 3 }),
    );
    const key = fc.constantFrom("a", "b", "c", "parties");
    const row = fc.record({ id: fc.constantFrom("p1", "p2", "p3"), n: fc.integer() });
    const facts = fc.dictionary(
      key,
      fc.oneof(value, fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 3 })),
    );
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 4 }), (states) => {
        const document = open();
        for (const next of states) {
          const edit = document.edit({ facts: { ...next } });
          if (edit) document.settle(edit.update);
          expect(document.read().facts).to.deep.equal({ ...next });
        }
      }),
      { numRuns: 80 },
    );
  });

  it("[COL-10] replaces the text as a forward change and gives it back as it was given", () => {
    const document = open();
    const text: TextNode = {
      type: "doc",
      content: [
        ...(sampleText.content ?? []),
        { type: "paragraph", content: [{ type: "text", text: "Fin." }] },
      ],
    };
    const edit = document.edit({ text });
    if (edit) document.settle(edit.update);
    expect(document.read().text).to.deep.equal(text);
    expect(edit?.update.length).to.be.below(200);
  });
});
