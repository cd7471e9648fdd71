import { expect } from "chai";
import * as fc from "fast-check";
import * as Y from "yjs";
import { SharedDocument } from "../../../backend/collaboration/document.ts";
import { defaultLimits } from "../../../domain/collaboration/protocol.ts";
import { by, copyOf, open, verdict } from "./documents.ts";
import { firstParagraph, newParagraph, updateOf } from "./editing.ts";

function attack(act: (doc: Y.Doc) => void): string {
  const document = open();
  const before = document.read().revision;
  const answer = verdict(document, updateOf(copyOf(document), act));
  expect(document.read().revision).to.equal(before);
  const honest = copyOf(document);
  expect(
    verdict(
      document,
      updateOf(honest, () => firstParagraph(honest).insert(0, "!")),
    ),
  ).to.equal("let in");
  return answer;
}

function clauseOf(doc: Y.Doc): Y.XmlElement {
  const clause = doc.getXmlFragment("text").get(1);
  if (!(clause instanceof Y.XmlElement)) throw new Error("no clause");
  return clause;
}

describe("letting an update in", () => {
  it("[COL-1] refuses a valid update cut at any byte, and garbage", () => {
    const document = open();
    const doc = copyOf(document);
    const update = updateOf(doc, () => firstParagraph(doc).insert(3, "héllo"));
    for (let length = 0; length < update.length; length += 1) {
      expect(verdict(document, update.slice(0, length)), `${length} bytes`).to.equal(
        "update-malformed",
      );
    }
    for (const text of ["garbagedoc", "", "\u0001\u0001\u0001", "[]"]) {
      expect(verdict(document, new TextEncoder().encode(text)), text).to.equal("update-malformed");
    }
    expect(verdict(document, update)).to.equal("let in");
  });

  it("[COL-1] survives any bytes and any mutation of an update without changing honest text", () => {
    const document = open();
    const doc = copyOf(document);
    const update = updateOf(doc, () => clauseOf(doc).insert(1, [newParagraph("abc")]));
    const mutation = fc.record({ at: fc.nat(update.length - 1), byte: fc.nat(255) });
    const { revision } = document.read();
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = update.slice();
        for (const { at, byte } of changes) bytes[at] = byte;
        const copy = open();
        const answer = verdict(copy, bytes);
        expect([
          "let in",
          "gap",
          "update-malformed",
          "update-invalid",
          "document-too-large",
        ]).to.include(answer);
        copy.read();
      }),
      { numRuns: 400 },
    );
    expect(document.read().revision).to.equal(revision);
  });

  it("[COL-1] refuses Yjs v2 updates, which can block the process", () => {
    const document = open();
    const doc = copyOf(document);
    const before = Y.encodeStateVector(doc);
    firstParagraph(doc).insert(0, "two");
    expect(verdict(document, Y.encodeStateAsUpdateV2(doc, before))).to.equal("update-malformed");
    expect(verdict(document, Y.encodeStateAsUpdateV2(new Y.Doc()))).to.equal("update-malformed");
  });

  it("[COL-2] refuses a node that the schema does not know, or in a place where it may not be", () => {
    expect(
      attack((doc) => doc.getXmlFragment("text").insert(0, [new Y.XmlElement("script")])),
    ).to.equal("update-invalid");
    expect(
      attack((doc) => doc.getXmlFragment("text").insert(0, [new Y.XmlElement("listItem")])),
    ).to.equal("update-invalid");
    expect(
      attack((doc) => doc.getXmlFragment("text").insert(0, [new Y.XmlText("loose")])),
    ).to.equal("update-invalid");
    expect(attack((doc) => clauseOf(doc).insert(0, [new Y.XmlElement("doc")]))).to.equal(
      "update-invalid",
    );
    expect(attack((doc) => clauseOf(doc).insert(0, [new Y.XmlText("loose")]))).to.equal(
      "update-invalid",
    );
    expect(
      attack((doc) =>
        clauseOf(doc).insert(0, [new Y.XmlHook("paragraph") as unknown as Y.XmlElement]),
      ),
    ).to.equal("update-invalid");
  });

  it("[COL-2] refuses attributes and marks that the schema does not declare, and wrong values", () => {
    expect(attack((doc) => clauseOf(doc).setAttribute("onclick", "x"))).to.equal("update-invalid");
    expect(attack((doc) => clauseOf(doc).setAttribute("id", 5 as unknown as string))).to.equal(
      "update-invalid",
    );
    expect(attack((doc) => clauseOf(doc).setAttribute("id", "x".repeat(5_000)))).to.equal(
      "update-invalid",
    );
    expect(attack((doc) => firstParagraph(doc).format(0, 3, { evil: {} }))).to.equal(
      "update-invalid",
    );
    expect(
      attack((doc) => firstParagraph(doc).format(0, 3, { bold: { hidden: "text" } })),
    ).to.equal("update-invalid");
    expect(attack((doc) => firstParagraph(doc).setAttribute("hidden", "text"))).to.equal(
      "update-invalid",
    );
    expect(attack((doc) => firstParagraph(doc).insertEmbed(0, { hidden: "text" }))).to.equal(
      "update-invalid",
    );
  });

  it("[COL-2] refuses text nested deeper than readers can follow", () => {
    const nest = (doc: Y.Doc): void => {
      let inner = newParagraph("deep");
      for (let i = 0; i < 40; i += 1) {
        const outer = new Y.XmlElement("clause");
        outer.insert(0, [inner]);
        inner = outer;
      }
      doc.getXmlFragment("text").insert(0, [inner]);
    };
    expect(attack(nest)).to.equal("update-invalid");
  });

  it("[COL-2] refuses a cached part that is grown too deep from below", () => {
    const document = open();
    const doc = copyOf(document);
    let place = clauseOf(doc);
    const answers: string[] = [];
    for (let i = 0; i < 30; i += 1) {
      const child = new Y.XmlElement("clause");
      answers.push(
        verdict(
          document,
          updateOf(doc, () => place.insert(0, [child])),
        ),
      );
      place = child;
    }
    expect(answers.indexOf("update-invalid")).to.equal(23);
  });

  it("[COL-3] refuses shared types that nobody reads, and the known ones used as something else", () => {
    expect(attack((doc) => doc.getMap("hidden").set("a", "b"))).to.equal("update-invalid");
    expect(attack((doc) => doc.getText("other").insert(0, "b"))).to.equal("update-invalid");
    const confused = (act: (doc: Y.Doc) => void): string => {
      const doc = new Y.Doc();
      return verdict(open(), updateOf(doc, act));
    };
    expect(confused((doc) => doc.getMap("text").set("a", "b"))).to.equal("update-invalid");
    expect(confused((doc) => doc.getArray("facts").push(["b"]))).to.equal("update-invalid");
  });

  it("[COL-4] refuses facts that are not plain JSON", () => {
    const set = (value: unknown, key = "x") =>
      attack((doc) => doc.getMap<unknown>("facts").set(key, value));
    expect(set("v", "__proto__")).to.equal("update-invalid");
    expect(set([JSON.parse('{"constructor":1}')])).to.equal("update-invalid");
    expect(set(new Uint8Array(3))).to.equal("update-invalid");
    expect(set(Number.NaN)).to.equal("update-invalid");
    expect(set(10n)).to.equal("update-invalid");
    expect(set(new Y.Text("hidden"))).to.equal("update-invalid");
    expect(set(new Y.Doc())).to.equal("update-invalid");
    expect(set("x".repeat(300_000))).to.equal("document-too-large");
  });

  it("[COL-5] refuses new text under a client id of somebody else, and lets one's own in again", () => {
    const document = open();
    const ada = copyOf(document);
    const first = updateOf(ada, () => firstParagraph(ada).insert(0, "ada "));
    expect(verdict(document, first, "ada")).to.equal("let in");
    const thief = copyOf(document);
    thief.clientID = ada.clientID;
    const forged = updateOf(thief, () => firstParagraph(thief).insert(0, "forged "));
    expect(verdict(document, forged, "mallory")).to.equal("not-allowed");
    expect(verdict(document, first, "mallory"), "already known").to.equal("let in");
    const second = updateOf(ada, () => firstParagraph(ada).insert(0, "more "));
    expect(verdict(document, second, "ada")).to.equal("let in");
    expect(JSON.stringify(document.read().text)).to.contain("more ada ");
  });

  it("[COL-5] keeps one text when the same clock is used twice with different words", () => {
    const document = open();
    const base = copyOf(document);
    const two = [new Y.Doc(), new Y.Doc()].map((doc, i) => {
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(base));
      doc.clientID = 77;
      return updateOf(doc, () => firstParagraph(doc).insert(0, `price ${i}`));
    });
    const relayed: Uint8Array[] = [];
    for (const update of two) {
      const edit = document.admit(update, by("ada"));
      if (edit) relayed.push(edit.update);
    }
    expect(relayed).to.have.length(1);
  });

  it("[COL-6] never takes in what builds on something that is missing", () => {
    const document = open();
    const doc = copyOf(document);
    const first = updateOf(doc, () => firstParagraph(doc).insert(0, "fuse "));
    const second = updateOf(doc, () => firstParagraph(doc).insert(5, "hidden "));
    const deletion = updateOf(doc, () => firstParagraph(doc).delete(0, 5));
    expect(verdict(document, second)).to.equal("gap");
    expect(verdict(document, deletion)).to.equal("gap");
    expect(document.since()).to.deep.equal(document.since());
    expect(verdict(document, first)).to.equal("let in");
    expect(JSON.stringify(document.read().text)).to.contain("fuse ").and.not.to.contain("hidden ");
  });

  it("[COL-7] goes on letting edits in that were under way when another was refused", () => {
    const document = open();
    const honest = copyOf(document);
    const waiting = document.admit(
      updateOf(honest, () => firstParagraph(honest).insert(0, "kept ")),
      by("ada"),
    );
    const evil = copyOf(document);
    expect(
      verdict(
        document,
        updateOf(evil, () => clauseOf(evil).setAttribute("x", "y")),
      ),
    ).to.equal("update-invalid");
    if (waiting) document.settle(waiting.update);
    expect(JSON.stringify(document.read().text)).to.contain("kept ");
    expect(
      verdict(
        document,
        updateOf(honest, () => firstParagraph(honest).insert(5, "on ")),
        "ada",
      ),
    ).to.equal("let in");
  });

  it("[COL-8] refuses more once the agreement has reached its size limit", () => {
    const document = open({ ...defaultLimits, maxTextSize: 2_000 });
    const doc = copyOf(document);
    expect(
      verdict(
        document,
        updateOf(doc, () => firstParagraph(doc).insert(0, "x".repeat(1_000))),
      ),
    ).to.equal("let in");
    expect(
      verdict(
        document,
        updateOf(doc, () => firstParagraph(doc).insert(0, "x".repeat(1_000))),
      ),
    ).to.equal("document-too-large");
    const small = open({ ...defaultLimits, maxStateBytes: 4_000 });
    const other = copyOf(small);
    expect(
      verdict(
        small,
        updateOf(other, () => firstParagraph(other).insert(0, "x".repeat(5_000))),
      ),
    ).to.equal("document-too-large");
  });

  it("[COL-9] reads after each edit what a reading from nothing gives", () => {
    const step = fc.record({
      kind: fc.nat(4),
      at: fc.nat(1_000),
      word: fc.string({ maxLength: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const document = open();
        const doc = copyOf(document);
        for (const one of steps) {
          const update = updateOf(doc, () => edit(doc, one));
          expect(verdict(document, update, "ada")).to.equal("let in");
        }
        const fresh = new SharedDocument(defaultLimits, {
          updates: [document.since()],
          owners: new Map(),
        });
        expect(document.read()).to.deep.equal(fresh.read());
        const mine = new SharedDocument(defaultLimits, {
          updates: [Y.encodeStateAsUpdate(doc)],
          owners: new Map(),
        });
        expect(document.read().revision).to.equal(mine.read().revision);
      }),
      { numRuns: 60 },
    );
  });
});

function edit(doc: Y.Doc, { kind, at, word }: { kind: number; at: number; word: string }): void {
  const text = firstParagraph(doc);
  const clause = clauseOf(doc);
  const place = at % (text.length + 1);
  if (kind === 0) text.insert(place, word || "z");
  else if (kind === 1) text.delete(place, Math.min(3, text.length - place));
  else if (kind === 2) clause.insert(clause.length, [newParagraph(word || "new")]);
  else if (kind === 3 && text.length > place) text.format(place, 1, { italic: {} });
  else doc.getMap("facts").set(`k${at % 5}`, word);
}
