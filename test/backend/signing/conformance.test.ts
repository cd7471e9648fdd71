import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { closeRenderer } from "../../../backend/signing/render/index.ts";
import { sealSample } from "../../support/sealed-sample.ts";
import { renderInput, versionSamples } from "../../support/version-samples.ts";

/** Path of veraPDF's greenfield-apps jar; without it (or Java) the conformance tests are skipped. */
const jar = process.env["VERAPDF_JAR"];
const MAIN = "org.verapdf.apps.GreenfieldCliWrapper";

describe("the PDF before an independent validator", function () {
  this.timeout(300_000);
  const folder = mkdtempSync(path.join(tmpdir(), "entente-conformance-"));
  before(function () {
    if (jar) return;
    console.log("    skipped: VERAPDF_JAR does not name veraPDF's greenfield-apps jar");
    this.skip();
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await closeRenderer();
  });

  const judge = (files: readonly string[], flavour: string): string[] => {
    const command = ["-cp", jar ?? "", MAIN, "-f", flavour, "--format", "xml", ...files];
    const said = execFileSync("java", command, { maxBuffer: 64 * 1024 * 1024 }).toString();
    return [...said.matchAll(/isCompliant="(\w+)"/gu)].map((match) => match[1] ?? "");
  };

  it("[RND-13] conforms to PDF/A-3a and PDF/UA-1 in every revision, in both languages", async () => {
    for (const content of [versionSamples.fr, versionSamples.en]) {
      const { revisions } = await sealSample(renderInput(content));
      const files = revisions.map((pdf, index) => {
        const file = path.join(folder, `${content.language}-${index}.pdf`);
        writeFileSync(file, pdf);
        return file;
      });
      for (const flavour of ["3a", "ua1"]) {
        expect(judge(files, flavour), flavour).to.deep.equal(files.map(() => "true"));
      }
    }
  });
});
