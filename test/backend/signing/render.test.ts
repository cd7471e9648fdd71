import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import * as fc from "fast-check";
import { PDFArray, PDFDict, PDFDocument, PDFName, PDFNumber, PDFString } from "pdf-lib";
import type { TextNode } from "../../../domain/agreements/schema.ts";
import { versionBytes, versionHash } from "../../../domain/agreements/version.ts";
import { isRefusal } from "../../../domain/kernel/refusal.ts";
import { closeRenderer, renderVersion } from "../../../backend/signing/render/index.ts";
import { placeCells } from "../../../backend/signing/render/grid.ts";
import { printable } from "../../../backend/signing/render/printable.ts";
import { dayWords } from "../../../backend/signing/render/words.ts";
import {
  clause,
  paragraph,
  renderInput,
  say,
  versionOf,
  versionSamples,
} from "../../support/version-samples.ts";
import { plainTextOfPdf } from "../../support/pdf-text.ts";

const name = (text: string): PDFName => PDFName.of(text);

async function fieldsOf(pdf: Uint8Array): Promise<PDFDict[]> {
  const document = await PDFDocument.load(pdf, { updateMetadata: false });
  const form = document.catalog.lookup(name("AcroForm"), PDFDict);
  expect(form.lookup(name("SigFlags"), PDFNumber).asNumber()).to.equal(3);
  const list = form.lookup(name("Fields"), PDFArray);
  return Array.from({ length: list.size() }, (_, index) => list.lookup(index, PDFDict));
}

describe("rendering a version", function () {
  this.timeout(60_000);
  after(closeRenderer);

  it("[RND-1] gives the same bytes for the same input", async () => {
    const input = renderInput(versionSamples.fr);
    const [first, second] = [await renderVersion(input), await renderVersion(input)];
    expect(Buffer.compare(first.pdf, second.pdf)).to.equal(0);
  });

  it("[RND-2] embeds the canonical record byte for byte, and its hash in the metadata", async () => {
    const { pdf } = await renderVersion(renderInput(versionSamples.fr));
    const document = await PDFDocument.load(pdf, { updateMetadata: false });
    const files = document.getAttachments();
    const record = files.find((file) => file.name === "agreement.json");
    expect(Buffer.from(record?.data ?? []).toString("utf8")).to.equal(
      versionBytes(versionSamples.fr),
    );
    expect(files.map((file) => file.name)).to.include("decision.tlog-proof");
    expect(Buffer.from(pdf).toString("latin1")).to.include(
      `<entente:contentSha256>${versionHash(versionSamples.fr)}</entente:contentSha256>`,
    );
  });

  it("[RND-3] declares every signature field in revision 0 as a merged, locked, tagged widget", async () => {
    const { pdf, fields } = await renderVersion(renderInput(versionSamples.fr));
    expect(fields).to.deep.equal([
      "Certification",
      "Signature_passerelle",
      "Signature_boreal",
      "Signature_metropole",
      "Archive_1",
    ]);
    const declared = await fieldsOf(pdf);
    expect(declared.map((field) => field.lookup(name("T"), PDFString).decodeText())).to.deep.equal(
      fields,
    );
    for (const field of declared) {
      expect(field.get(name("F"))?.toString()).to.equal("132");
      expect(field.has(name("P")) && field.has(name("StructParent"))).to.equal(true);
      expect(field.has(name("V"))).to.equal(false);
    }
    expect(declared.map((field) => field.has(name("Lock")))).to.deep.equal([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(Buffer.from(pdf).toString("latin1").split("%%EOF").length).to.equal(2);
  });

  it("[RND-4] prints parties, clauses, totals, decision and signatories in the agreement's language", async () => {
    const fr = await plainTextOfPdf((await renderVersion(renderInput(versionSamples.fr))).pdf);
    for (const words of ["Article 2", "Apports des parties", "Approuvée", "Total", "Annexe A"]) {
      expect(fr).to.include(words);
    }
    expect(fr.replaceAll(/\s/gu, "")).to.include("240000,00€");
    const en = await plainTextOfPdf((await renderVersion(renderInput(versionSamples.en))).pdf);
    for (const words of ["Article 2", "Contributions", "Approved", "Ben Oyelaran"]) {
      expect(en).to.match(new RegExp(words, "u"));
    }
  });

  it("[RND-5] prints markup characters literally and never breaks on them", async () => {
    const nasty =
      '#set page(width: 1pt) $x^2$ *bold* _it_ `raw` \\ @ref <label> // c /* c */ "q" #{ } = T - l + n ~ \' é';
    const content = versionOf([clause({ id: "#$*", number: "1" }, nasty, paragraph(say(nasty)))], {
      title: nasty,
      facts: { parties: [{ id: "p", name: nasty, signatory: "<b>#x</b>" }] },
    });
    const text = await plainTextOfPdf((await renderVersion(renderInput(content))).pdf);
    const squeezed = text.replaceAll(/\s/gu, "");
    for (const literal of [
      "#setpage(width:1pt)",
      "$x^2$",
      "*bold*",
      "`raw`\\@ref<label>//c/*c*/",
    ]) {
      expect(squeezed).to.include(literal);
    }
  });

  it("[RND-6] prints characters without a glyph, controls and bidirectional overrides by their code", async () => {
    expect(printable("a\u0000b\u202ec\u{1f600}中\ud800")).to.equal(
      "a[U+0000]b[U+202E]c[U+1F600][U+4E2D][U+D800]",
    );
    const content = versionOf([
      paragraph(say("emoji 😀 שלום مرحبا \u0000 \u202e", "bold", "italic"), say("中", "italic")),
    ]);
    const { pages } = await renderVersion(renderInput(content));
    expect(pages).to.be.greaterThan(0);
  });

  it("[RND-7] renders any text the schema allows, without parties, signatories or decision", async () => {
    let nested: TextNode = paragraph(say("deep"));
    for (let depth = 0; depth < 11; depth += 1) {
      nested = { type: "bulletList", content: [{ type: "listItem", content: [nested] }] };
    }
    const content = versionOf(
      [
        nested,
        { type: "table", content: [] },
        { type: "bulletList", content: [] },
        { type: "bulletList", content: [{ type: "listItem", content: [] }] },
        { type: "orderedList", content: [] },
        { type: "dataTable", attrs: {} },
        { type: "clause", attrs: { id: "a" }, content: [] },
        clause({ id: "a", number: "" }, ""),
        paragraph({ type: "clauseRef", attrs: { target: "nowhere", shown: "[?]" } }),
        paragraph({ type: "hardBreak" }, { type: "hardBreak" }),
        { type: "signatures" },
        { type: "signatures" },
      ],
      { facts: {}, title: "" },
    );
    const bare = { decision: null, logProof: null, signatories: [] };
    const { fields } = await renderVersion(renderInput(content, bare));
    expect(fields).to.deep.equal(["Certification", "Archive_1"]);
  });

  it("[RND-8] refuses slots that are not plain and unique", async () => {
    const [one] = renderInput(versionSamples.fr).signatories;
    if (!one) throw new Error("sample without signatory");
    for (const signatories of [[one, one], [{ ...one, slot: "a.b" }], [{ ...one, slot: "" }]]) {
      const refused = await renderVersion(renderInput(versionSamples.fr, { signatories })).catch(
        (error: unknown) => error,
      );
      expect(isRefusal(refused) && refused.code).to.equal("invalid-input");
    }
  });

  it("[RND-9] places the cells of any table without overlap and within its rows", () => {
    const cell = fc.record({
      type: fc.constantFrom("tableCell", "tableHeader"),
      attrs: fc.record({
        colspan: fc.integer({ min: -1, max: 9 }),
        rowspan: fc.integer({ min: -1, max: 9 }),
      }),
    });
    const rows = fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 6 });
    fc.assert(
      fc.property(rows, (table) => {
        const grid = placeCells(table);
        const seen = new Set<string>();
        for (const { x, y, colspan, rowspan } of grid.cells) {
          for (let dy = 0; dy < rowspan; dy += 1) {
            for (let dx = 0; dx < colspan; dx += 1) {
              expect(seen.has(`${x + dx},${y + dy}`)).to.equal(false);
              expect(x + dx).to.be.lessThan(grid.columns);
              expect(y + dy).to.be.lessThan(table.length);
              seen.add(`${x + dx},${y + dy}`);
            }
          }
        }
      }),
    );
  });

  it("[RND-10] writes dates as people do in each language", () => {
    const day = new Date("2026-01-01T12:00:00Z");
    expect([dayWords(day, "fr"), dayWords(day, "en")]).to.deep.equal([
      "1er janvier 2026",
      "1 January 2026",
    ]);
  });

  it("[RND-11] passes qpdf's check where qpdf is installed", async function () {
    const folder = mkdtempSync(path.join(tmpdir(), "entente-render-"));
    try {
      const file = path.join(folder, "long.pdf");
      const { pdf, pages } = await renderVersion(renderInput(versionSamples.long));
      expect(pages).to.be.greaterThan(20);
      writeFileSync(file, pdf);
      try {
        execFileSync("qpdf", ["--check", file], { stdio: "pipe" });
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") {
          console.log("        skipped: qpdf is not installed");
          this.skip();
        }
        throw error;
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
