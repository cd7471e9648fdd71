import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { closeRenderer, renderVersion } from "../../backend/signing/render/index.ts";
import { loadLibrary } from "../../backend/templates/library.ts";
import { resolve } from "../../domain/agreements/resolve.ts";
import type { VersionContent } from "../../domain/agreements/version.ts";
import { instantiate } from "../../domain/templates/parse.ts";
import {
  paragraph,
  renderInput,
  say,
  versionOf,
  versionSamples,
} from "../support/version-samples.ts";
import { veraPdf } from "./tools.ts";

const templates = new URL("../../templates/", import.meta.url).pathname;

/** Every template of the library in both languages, filled with its sample facts. */
async function filledTemplates(): Promise<Record<string, VersionContent>> {
  const filled: Record<string, VersionContent> = {};
  for (const { template, sampleFacts } of await loadLibrary(templates)) {
    for (const language of template.languages) {
      const { model } = template;
      const { text, facts } = instantiate(template, sampleFacts, language);
      const title = model.title[language];
      const content = versionOf([], { title, language, facts });
      filled[`${model.id}-${language}`] = {
        ...content,
        text: resolve({ text, facts, model, language }),
      };
    }
  }
  return filled;
}

describe("the print before an independent validator", () => {
  let folder: string;
  let files: string[];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "entente-print-"));
    const strange = paragraph(say("😀 שלום مرحبا \u0000\u202e 中 #x $y$", "bold", "italic"));
    const all = { ...(await filledTemplates()), ...versionSamples, strange: versionOf([strange]) };
    files = await Promise.all(
      Object.entries(all).map(async ([name, content]) => {
        const file = join(folder, `${name}.pdf`);
        await writeFile(file, (await renderVersion(renderInput(content))).pdf);
        return file;
      }),
    );
    expect(files).to.have.length.greaterThan(8);
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await closeRenderer();
  });

  for (const flavour of ["3a", "ua1"] as const) {
    it(`[VAL-12] conforms to ${flavour} for every template in both languages (veraPDF)`, async () => {
      const verdicts = await veraPdf(flavour, files);
      for (const file of files) {
        const verdict = verdicts.get(file);
        expect(verdict?.isCompliant, `${file}: ${verdict?.failures.join(", ")}`).to.equal(true);
      }
    });
  }
});
