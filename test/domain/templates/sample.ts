import { readFileSync } from "node:fs";
import { parse as parseYaml } from "yaml";
import type { Facts } from "../../../domain/templates/facts.ts";
import { parseTemplate, type Template } from "../../../domain/templates/parse.ts";

const folder = "test/fixtures/template-sample/";

function read(name: string): string {
  return readFileSync(folder + name, "utf8");
}

/** The files of the sample template, which has three faults planted in its prose. */
export function sampleFiles(): Record<string, string> {
  return { "model.yaml": read("model.yaml"), "fr.md": read("fr.md"), "en.md": read("en.md") };
}

/** The sample's files with the faults of the prose mended. */
export function mendedFiles(): Record<string, string> {
  const files = sampleFiles();
  const mend = (text: string): string => text.replace("#gouvernance", "#benefices");
  const grant = `:::::if{test="has_grant"}
:::clause{#subvention}
## Grant

{{ funder }} pays.
:::
:::::`;
  return {
    ...files,
    "fr.md": mend(files["fr.md"] ?? ""),
    "en.md": mend(files["en.md"] ?? "").replace(/:::::if[^]*?:::::(?=\n\n)/, grant),
  };
}

/** The sample template, mended. */
export function sampleTemplate(): Template {
  return parseTemplate(mendedFiles());
}

/** Facts with two faults: shares of 99 %, and a party that contributes nothing. */
export function sampleFacts(): Facts {
  return parseYaml(read("bad-four-faults.yaml")) as Facts;
}

/** A template of one clause over the given parameters, for trying one construct. */
export function tinyTemplate(parameters: string, body: string): Template {
  const model = `entente: 1
id: tiny
version: 1.0.0
kind: agreement
title: { fr: Petit, en: Small }
parameters:
${parameters.replace(/^/gm, "  ")}
`;
  return parseTemplate({
    "model.yaml": model,
    "en.md": `# T\n\n:::clause{#a}\n## A\n\n${body}\n:::\n`,
  });
}
