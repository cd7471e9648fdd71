import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadLibrary, readFixture } from "../../backend/templates/library.ts";
import { check } from "../../domain/agreements/checks.ts";
import { plainText } from "../../domain/agreements/plain-text.ts";
import { resolve } from "../../domain/agreements/resolve.ts";
import { validateText } from "../../domain/agreements/validate.ts";
import { languages } from "../../domain/kernel/text.ts";
import type { Facts } from "../../domain/templates/facts.ts";
import { sectors } from "../../domain/partnerships/wire.ts";
import { findList } from "../../domain/templates/model.ts";
import { instantiate } from "../../domain/templates/parse.ts";

const folder = "templates";
const library = await loadLibrary(folder);

function factsOf(id: string, name: string): { facts: Facts; expected: readonly string[] } {
  const source = readFileSync(join(folder, id, "fixtures", `${name}.yaml`), "utf8");
  const fixture = readFixture(source);
  const base = fixture.extends === undefined ? {} : factsOf(id, fixture.extends).facts;
  return { facts: { ...base, ...fixture.facts }, expected: fixture.expected };
}

describe("the templates of the library", () => {
  it("[TPL-1] are the three that partners start from, each in French and English", () => {
    expect(library.map(({ template }) => template.model.id)).to.deep.equal([
      "gouvernance",
      "partage-couts-benefices",
      "partage-risques",
    ]);
    for (const { template } of library) expect(template.languages).to.deep.equal(["fr", "en"]);
  });

  it("[TPL-7] know the sectors that partnerships know, no other", () => {
    for (const { template } of library) {
      const sector = findList(template.model, "parties")?.of["sector"];
      expect(sector?.type === "enum" && Object.keys(sector.values)).to.deep.equal([...sectors]);
    }
  });

  for (const { template } of library) {
    const { model } = template;
    const names = readdirSync(join(folder, model.id, "fixtures")).map((file) =>
      file.replace(/\.yaml$/, ""),
    );

    for (const name of names) {
      it(`[TPL-2] ${model.id}: the case ${name} gives exactly the findings it declares, in both languages`, () => {
        const { facts, expected } = factsOf(model.id, name);
        for (const language of languages) {
          const { text, facts: filled } = instantiate(template, facts, language);
          const findings = check({ text, facts: filled, model, language });
          const ids = [...new Set(findings.map((finding) => finding.id))].sort();
          expect(ids, language).to.deep.equal([...expected].sort());
        }
      });
    }

    it(`[TPL-3] ${model.id}: every check of the model has a case that fails it`, () => {
      const failed = new Set(names.flatMap((name) => factsOf(model.id, name).expected));
      expect(
        model.checks.filter((item) => !failed.has(item.id)).map((item) => item.id),
      ).to.deep.equal([]);
      expect(model.checks.length).to.be.at.least(8);
    });

    it(`[TPL-4] ${model.id}: the sample reads without a blank, and its text is in the schema`, () => {
      const { facts } = factsOf(model.id, "ok");
      for (const language of languages) {
        const { text, facts: filled } = instantiate(template, facts, language);
        validateText(text);
        const resolved = plainText(resolve({ text, facts: filled, model, language }));
        expect(resolved).to.not.match(/\[|\]|\{\{|undefined|NaN/u);
      }
    });

    it(`[TPL-5] ${model.id}: started with no fact at all, it shows labels in brackets and findings, never an error`, () => {
      for (const language of languages) {
        const { text, facts } = instantiate(template, {}, language);
        const resolved = plainText(resolve({ text, facts, model, language }));
        expect(resolved).to.match(/\[[^\]?]+\]/u);
        const findings = check({ text, facts, model, language });
        expect(findings.some(({ id }) => id === "VAR-02")).to.equal(true);
      }
    });

    it(`[TPL-6] ${model.id}: every parameter and column has a label in both languages`, () => {
      const bare = Object.entries(model.parameters).flatMap(([name, parameter]) => [
        ...(parameter.label === undefined ? [name] : []),
        ...(parameter.type === "list"
          ? Object.entries(parameter.of)
              .filter(([, column]) => column.label === undefined)
              .map(([column]) => `${name}.${column}`)
          : []),
      ]);
      expect(bare).to.deep.equal([]);
    });
  }
});
