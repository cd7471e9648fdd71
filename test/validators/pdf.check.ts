import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { closeRenderer } from "../../backend/signing/render/index.ts";
import { SAMPLE_NOW, sealSample } from "../support/sealed-sample.ts";
import { renderInput, versionSamples } from "../support/version-samples.ts";

const cache = new URL("../../.cache/validators/", import.meta.url).pathname;
const veraPdf = path.join(cache, "greenfield-apps-1.28.2.jar");
const python = path.join(cache, "python/bin/python");

/** Judges every signature as pyHanko does by default: strict reading, difference analysis, our root only, no network. */
const PYHANKO = `
import sys, datetime
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
pdf, root, moment = sys.argv[1:]
reader = PdfFileReader(open(pdf, 'rb'), strict=True)
for signature in reader.embedded_regular_signatures:
    context = ValidationContext(trust_roots=[load_cert_from_pemder(root)], moment=datetime.datetime.fromisoformat(moment), allow_fetching=False)
    status = validate_pdf_signature(signature, context)
    print(signature.field_name, status.bottom_line, status.docmdp_ok, status.coverage.name)
`;

describe("the sealed PDF before independent validators", function () {
  this.timeout(300_000);
  let folder: string;
  let files: Record<"fr" | "en", string[]>;
  let root: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "entente-validators-"));
    files = { fr: [], en: [] };
    for (const content of [versionSamples.fr, versionSamples.en]) {
      const { language } = content;
      const sample = await sealSample(renderInput(content));
      files[language] = sample.revisions.map((pdf, index) => {
        const file = path.join(folder, `${language}-${index}.pdf`);
        writeFileSync(file, pdf);
        return file;
      });
      writeFileSync(
        path.join(folder, `${language}.pem`),
        new X509Certificate(sample.root).toString(),
      );
    }
    root = path.join(folder, "fr.pem");
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await closeRenderer();
  });

  const run = (command: string, args: readonly string[]): string =>
    execFileSync(command, args, {
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "pipe"],
    }).toString();

  for (const flavour of ["3a", "ua1"]) {
    it(`[RND-11] conforms to ${flavour} for veraPDF in every revision, in both languages`, () => {
      const all = [...files.fr, ...files.en];
      const main = "org.verapdf.apps.GreenfieldCliWrapper";
      const said = run("java", ["-cp", veraPdf, main, "-f", flavour, "--format", "xml", ...all]);
      const verdicts = [...said.matchAll(/isCompliant="(\w+)"/gu)].map((match) => match[1]);
      expect(verdicts).to.deep.equal(all.map(() => "true"));
    });
  }

  it("[RND-11] bears signatures that pyHanko accepts, strictly and with our root alone", () => {
    const last = files.fr.at(-1) ?? "";
    const moment = new Date(SAMPLE_NOW.getTime() + 60_000).toISOString().replace("Z", "+00:00");
    const lines = run(python, ["-c", PYHANKO, last, root, moment]).trim().split("\n");
    expect(lines).to.deep.equal([
      "Certification True True ENTIRE_REVISION",
      "Signature_passerelle True True ENTIRE_REVISION",
      "Signature_boreal True True ENTIRE_REVISION",
      "Signature_metropole True True ENTIRE_FILE",
    ]);
  });

  it("[RND-11] is clean for qpdf in every revision, and its signatures valid for pdfsig", () => {
    for (const file of [...files.fr, ...files.en]) {
      expect(run("qpdf", ["--check", file])).to.include("No syntax or stream encoding errors");
    }
    const said = run("pdfsig", [files.en.at(-1) ?? ""]);
    expect(said.match(/Signature is Valid/gu)?.length).to.equal(4);
    expect(said).to.include("Total document signed");
  });
});
