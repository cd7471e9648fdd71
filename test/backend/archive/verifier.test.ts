import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import * as fc from "fast-check";
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName } from "pdf-lib";
import { verifyPdf } from "../../../backend/archive/verifier.ts";
import { closeRenderer } from "../../../backend/signing/render/index.ts";
import type { CheckId, Report } from "../../../domain/archive/report.ts";
import { versionHash } from "../../../domain/agreements/version.ts";
import { logSample } from "../../support/log-sample.ts";
import { sampleAuthority, sealSample, type SealedSample } from "../../support/sealed-sample.ts";
import { renderInput, versionSamples } from "../../support/version-samples.ts";

const name = (text: string): PDFName => PDFName.of(text);
const log = logSample(versionHash(versionSamples.fr));

const statusOf = (report: Report, id: CheckId): string =>
  report.checks.find((check) => check.id === id)?.status ?? "missing";
const reasonOf = (report: Report, id: CheckId): string =>
  report.checks.find((check) => check.id === id)?.reason.en ?? "";
const failures = (report: Report): CheckId[] =>
  report.checks.filter((check) => check.status === "fail").map((check) => check.id);

/** Appends a revision that does what `change` does, as any editor of increments would. */
async function increment(
  pdf: Uint8Array,
  change: (document: PDFDocument) => void,
): Promise<Uint8Array> {
  const document = await PDFDocument.load(pdf, {
    forIncrementalUpdate: true,
    updateMetadata: false,
  });
  change(document);
  return document.commit({ useObjectStreams: false });
}

/** Appends one revision that writes one object, with a correct table: an attacker needs no library. */
function appendObject(pdf: Uint8Array, number: number, body: string): Uint8Array {
  const text = Buffer.from(pdf).toString("latin1");
  const trailer = text.slice(text.lastIndexOf("trailer"), text.lastIndexOf("startxref"));
  const previous = /startxref\s+(\d+)\s+%%EOF\s*$/u.exec(text)?.[1] ?? "";
  const next = trailer.replace(/\/Prev \d+/u, `/Prev ${previous}`);
  const head = `\n${number} 0 obj\n${body}\nendobj\n`;
  const offset = String(pdf.length + 1).padStart(10, "0");
  const table = pdf.length + head.length;
  const tail = `xref\n${number} 1\n${offset} 00000 n \n${next}startxref\n${table}\n%%EOF`;
  return Buffer.concat([pdf, Buffer.from(head + tail, "latin1")]);
}

describe("the verifier", function () {
  this.timeout(60_000);
  let sample: SealedSample;
  const verify = (pdf: Uint8Array): Promise<Report> =>
    verifyPdf(pdf, { roots: [sample.root], now: sample.now, logKeys: [log.vkey] });

  before(async () => {
    sample = await sealSample(renderInput(versionSamples.fr, { logProof: log.proof }));
  });
  after(closeRenderer);

  it("[VER-1] passes a sealed agreement and says who signed for whom, over what", async () => {
    const report = await verify(sample.sealed);
    expect(failures(report)).to.deep.equal([]);
    expect(report.verdict).to.equal("pass");
    expect(
      report.signatures.map(({ field, signer, partner, status }) => [
        field,
        signer,
        partner,
        status,
      ]),
    ).to.deep.equal([
      ["Certification", "Entente seal", "Entente test", "pass"],
      ["Signature_passerelle", "Ada Lemaire", "Association Passerelle", "pass"],
      ["Signature_boreal", "Ben Oyelaran", "Société Boréal", "pass"],
      ["Signature_metropole", "Cléo Marchand", "Métropole d’Exemple", "pass"],
    ]);
    expect(report.signatures.at(-1)?.covers).to.equal("file");
    expect(report.document?.contentSha256).to.equal(versionHash(versionSamples.fr));
    expect(statusOf(report, "log")).to.equal("pass");
    expect(statusOf(report, "time")).to.equal("cannot-tell");
  });

  it("[VER-2] refuses a copy with any one byte changed", async () => {
    const flips = fc.tuple(fc.nat(sample.sealed.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(flips, async ([at, mask]) => {
        const copy = Uint8Array.from(sample.sealed);
        copy[at] = (copy[at] ?? 0) ^ mask;
        expect((await verify(copy)).verdict).to.equal("fail");
      }),
      { numRuns: 60 },
    );
  });

  it("[VER-2] refuses a change in each signature's own place", async () => {
    const text = Buffer.from(sample.sealed).toString("latin1");
    for (const match of text.matchAll(/\/Contents </gu)) {
      const copy = Uint8Array.from(sample.sealed);
      const at = match.index + match[0].length + 400;
      copy[at] = copy[at] === 0x30 ? 0x31 : 0x30;
      const report = await verify(copy);
      expect(failures(report)).to.include("signatures");
    }
  });

  it("[VER-3] refuses a page whose content an increment replaces, and names it", async () => {
    const changed = await increment(sample.sealed, (document) => {
      const page = document.getPage(0).node;
      page.set(name("Contents"), document.context.register(document.context.stream("BT ET")));
    });
    const report = await verify(changed);
    expect(failures(report)).to.include("changes");
    expect(reasonOf(report, "changes")).to.match(/modified afterwards: revision 5 touches/u);
    expect(report.revisions.at(-1)?.kind).to.equal("forbidden");
  });

  it("[VER-3] refuses a content stream, a font or a record overwritten in place by a hand-made increment", async () => {
    const text = Buffer.from(sample.sealed).toString("latin1");
    const numbers = [
      ...text.matchAll(/(\d+) 0 obj\n<<\n(?:\/[A-Za-z0-9]+ [^\n]*\n)*>>\nstream/gu),
    ].map((match) => Number(match[1]));
    expect(numbers.length).to.be.greaterThan(10);
    for (const number of numbers.slice(0, 25)) {
      const body = "<<\n/Length 5\n>>\nstream\nBT ET\nendstream";
      const report = await verify(appendObject(sample.sealed, number, body));
      expect(statusOf(report, "structure")).to.equal("pass");
      expect(failures(report)).to.include("changes");
      expect(reasonOf(report, "changes")).to.include("the content of a page");
    }
  });

  it("[VER-4] refuses an added annotation", async () => {
    const changed = await increment(sample.sealed, (document) => {
      const annotation = document.context.obj({
        Type: "Annot",
        Subtype: "FreeText",
        Rect: [100, 100, 300, 200],
        Contents: PDFHexString.fromText("1 000 000 €"),
      });
      document.getPage(0).node.addAnnot(document.context.register(annotation));
    });
    expect(failures(await verify(changed))).to.include("changes");
  });

  it("[VER-4] refuses an added signature field, and a second value in a signed one", async () => {
    const added = await increment(sample.sealed, (document) => {
      const fields = document.catalog
        .lookup(name("AcroForm"), PDFDict)
        .lookup(name("Fields"), PDFArray);
      fields.push(document.context.register(document.context.obj({ FT: "Sig" })));
    });
    expect(failures(await verify(added))).to.include("changes");
    const refilled = await increment(sample.sealed, (document) => {
      const fields = document.catalog
        .lookup(name("AcroForm"), PDFDict)
        .lookup(name("Fields"), PDFArray);
      const [first, second] = [fields.lookup(1, PDFDict), fields.lookup(2, PDFDict)];
      first.set(name("V"), second.get(name("V")) ?? PDFHexString.of(""));
    });
    expect(failures(await verify(refilled))).to.include("changes");
  });

  it("[VER-5] notices a rollback to an earlier revision, and says whose signature is missing", async () => {
    for (const revision of sample.revisions.slice(1, -1)) {
      const report = await verify(revision);
      expect(failures(report)).to.deep.equal(["complete"]);
      expect(reasonOf(report, "complete")).to.include("Signature_metropole");
    }
    const [unsigned = new Uint8Array()] = sample.revisions;
    expect(failures(await verify(unsigned))).to.include("complete");
  });

  it("[VER-6] refuses bytes after the end, even one line end", async () => {
    for (const tail of ["\n", "\n\n", " ", "%", "\nstartxref\n0\n%%EOF\n", "x".repeat(5000)]) {
      const report = await verify(Buffer.concat([sample.sealed, Buffer.from(tail)]));
      expect(report.verdict, JSON.stringify(tail)).to.equal("fail");
    }
    const report = await verify(Buffer.concat([sample.sealed, Buffer.from("appended")]));
    expect(reasonOf(report, "structure")).to.include("after the end");
  });

  it("[VER-7] refuses a ByteRange or a signature that is zeroed, removed or widened", async () => {
    const text = Buffer.from(sample.sealed).toString("latin1");
    const range = /\/ByteRange \[[^\]]*\]/u.exec(text)?.[0] ?? "";
    const contents = /\/Contents <[0-9a-f]*>/iu.exec(text)?.[0] ?? "";
    expect(range !== "" && contents !== "").to.equal(true);
    const pad = (short: string): string => `/ByteRange [${short}`.padEnd(range.length - 1) + "]";
    const variants = [
      text.replace(range, pad("0 0 0 0")),
      text.replace(range, pad("")),
      text.replace(range, pad(`0 10 20 ${text.length - 20}`)),
      text.replace(range, range.replace("/ByteRange", "/ByteRangX")),
      text.replace(contents, `/Contents <${"0".repeat(contents.length - 12)}>`),
      text.replace(contents, `/Contents ()${" ".repeat(contents.length - 12)}`),
    ];
    for (const variant of variants) {
      expect(variant.length).to.equal(text.length);
      const report = await verify(Buffer.from(variant, "latin1"));
      expect(
        failures(report).some((id) => ["signatures", "coverage", "structure"].includes(id)),
      ).to.equal(true);
    }
  });

  it("[VER-8] refuses an impostor whose authority only bears the same name", async () => {
    const input = renderInput(versionSamples.fr, { logProof: log.proof });
    const impostor = await sealSample(input, await sampleAuthority());
    const report = await verify(impostor.sealed);
    expect(failures(report)).to.deep.equal(["trust"]);
    const own = await verifyPdf(impostor.sealed, { roots: [impostor.root], now: sample.now });
    expect(own.verdict).to.equal("pass");
    const without = await verifyPdf(impostor.sealed, { roots: [], now: sample.now });
    expect([without.verdict, statusOf(without, "trust")]).to.deep.equal([
      "cannot-tell",
      "cannot-tell",
    ]);
  });

  it("[VER-9] refuses a file that another program rewrote", async () => {
    const document = await PDFDocument.load(sample.sealed, { updateMetadata: false });
    const rewritten = await document.save({
      useObjectStreams: false,
      updateFieldAppearances: false,
    });
    expect(failures(await verify(rewritten))).to.not.deep.equal([]);
    const folder = mkdtempSync(path.join(tmpdir(), "entente-verify-"));
    try {
      writeFileSync(path.join(folder, "in.pdf"), sample.sealed);
      for (const mode of ["preserve", "generate", "disable"]) {
        const out = path.join(folder, `${mode}.pdf`);
        execFileSync("qpdf", [`--object-streams=${mode}`, path.join(folder, "in.pdf"), out]);
        expect((await verify(readFileSync(out))).verdict).to.equal("fail");
      }
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
      console.log("        qpdf is not installed: its rewriting was not tried");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("[VER-9] refuses an increment written with object and cross-reference streams", async () => {
    const document = await PDFDocument.load(sample.sealed, {
      forIncrementalUpdate: true,
      updateMetadata: false,
    });
    document.catalog.set(name("PageMode"), name("FullScreen"));
    const changed = await document.commit({ useObjectStreams: true });
    expect(changed.length).to.be.greaterThan(sample.sealed.length);
    expect(failures(await verify(changed))).to.include("structure");
  });

  it("[VER-10] refuses a record or a stated hash that differ from each other or from the expected one", async () => {
    const other = "f".repeat(64);
    const input = renderInput(versionSamples.fr, { contentSha256: other, logProof: log.proof });
    const wrong = await sealSample(input);
    const report = await verifyPdf(wrong.sealed, { roots: [wrong.root], now: sample.now });
    expect(failures(report)).to.deep.equal(["content"]);
    const expected = await verifyPdf(sample.sealed, {
      roots: [sample.root],
      now: sample.now,
      expectedSha256: other,
    });
    expect(failures(expected)).to.deep.equal(["content"]);
  });

  it("[VER-11] refuses a log proof about another text, of a broken way or of a false key", async () => {
    const otherText = logSample("0".repeat(64));
    const cases: [string, string[], string][] = [
      [otherText.proof, [log.vkey], "fail"],
      [log.proof.replace("index 2", "index 1"), [log.vkey], "fail"],
      ["nonsense", [log.vkey], "fail"],
      [log.proof, [], "cannot-tell"],
    ];
    for (const [logProof, logKeys, expected] of cases) {
      const sealed = await sealSample(renderInput(versionSamples.fr, { logProof }));
      const report = await verifyPdf(sealed.sealed, {
        roots: [sealed.root],
        now: sample.now,
        logKeys,
      });
      expect(statusOf(report, "log")).to.equal(expected);
    }
  });

  it("[VER-12] answers for any bytes at all without throwing, and never passes them", async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .uint8Array({ maxLength: 400 })
        .map((tail) =>
          Buffer.concat([Buffer.from("%PDF-1.7\n"), tail, Buffer.from("\nstartxref\n9\n%%EOF\n")]),
        ),
      fc.nat(sample.sealed.length).map((length) => sample.sealed.subarray(0, length)),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (pdf) => {
        const whole = pdf.length === sample.sealed.length;
        expect((await verify(pdf)).verdict === "pass").to.equal(whole);
      }),
      { numRuns: 100 },
    );
  });

  it("[VER-13] cannot tell about a PDF that was never meant to be signed here", async () => {
    const document = await PDFDocument.create();
    document.addPage();
    const pdf = await document.save({ useObjectStreams: false });
    const report = await verify(pdf);
    expect(report.verdict).to.equal("cannot-tell");
    expect(report.document).to.equal(null);
  });

  it("[VER-14] refuses bytes hidden between objects and streams that lie about their length", async () => {
    const text = Buffer.from(sample.revisions[0] ?? []).toString("latin1");
    const variants: [string, string][] = [
      [text.replace("endobj\n\n", "endobj\n%"), "no object accounts for"],
      [text.replace(/\/Length (\d*)[0-8]\n/u, "/Length $19\n"), "malformed"],
      [text.replace("/Lang (fr-FR)", "/Type/Catalog"), "malformed"],
    ];
    for (const [variant, reason] of variants) {
      expect(variant).to.not.equal(text);
      const report = await verify(Buffer.from(variant, "latin1"));
      expect(failures(report)).to.include("structure");
      expect(reasonOf(report, "structure")).to.include(reason);
    }
  });

  it("[VER-15] still passes an agreement that was sealed by the first release", async () => {
    const fixture = (file: string): Buffer =>
      readFileSync(new URL(`../../fixtures/${file}`, import.meta.url));
    const report = await verifyPdf(fixture("sealed-agreement.pdf"), {
      roots: [fixture("sealed-agreement-root.cer")],
      now: new Date("2030-01-01T00:00:00Z"),
      logKeys: [logSample("").vkey],
    });
    expect(failures(report)).to.deep.equal([]);
    expect(report.verdict).to.equal("pass");
    expect(report.signatures.map(({ signer }) => signer)).to.deep.equal([
      "Entente seal",
      "Ada Lemaire",
      "Ben Oyelaran",
      "Cléo Marchand",
    ]);
  });
});
