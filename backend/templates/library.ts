import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Facts } from "../../domain/templates/facts.ts";
import { parseTemplate, type Template } from "../../domain/templates/parse.ts";

/** A template of the library, with the credible facts it is previewed with. */
export interface LibraryTemplate {
  readonly template: Template;
  readonly sampleFacts: Facts;
}

const fixtureSchema = z.strictObject({
  /** Name of the fixture whose facts these replace, key by key. */
  extends: z.string().optional(),
  facts: z.record(z.string(), z.json()),
  /** Ids of the findings the facts must give, each once. */
  expected: z.array(z.string()).default([]),
});

/** Facts of a golden case, and the ids of the findings they must give. */
export type Fixture = z.output<typeof fixtureSchema>;

/** Reads one fixture file. */
export function readFixture(source: string): Fixture {
  return fixtureSchema.parse(parseYaml(source));
}

/**
 * Reads every template of a folder: one sub-folder each (those with a `model.yaml`), with the shared
 * models of `_shared/`.
 *
 * @throws {Refusal} template-invalid — a template has faults; the detail names its folder
 */
export async function loadLibrary(folder: string): Promise<readonly LibraryTemplate[]> {
  const shared = await readTexts(join(folder, "_shared"), "_shared/");
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const loaded = await Promise.all(
    names.sort().map((name) => loadTemplate(join(folder, name), name, shared)),
  );
  return loaded.flatMap((template) => (template === undefined ? [] : [template]));
}

async function loadTemplate(
  folder: string,
  name: string,
  shared: Readonly<Record<string, string>>,
): Promise<LibraryTemplate | undefined> {
  const own = await readTexts(folder, "");
  if (own["model.yaml"] === undefined) return undefined;
  const template = parseNamed(name, { ...shared, ...own });
  const sample = await readFile(join(folder, "fixtures", "ok.yaml"), "utf8");
  return { template, sampleFacts: readFixture(sample).facts };
}

function parseNamed(name: string, files: Readonly<Record<string, string>>): Template {
  try {
    return parseTemplate(files);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, `${name}: ${error.message}`, {
      problems: error.problems,
      cause: error,
    });
  }
}

async function readTexts(folder: string, prefix: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(md|yaml)$/.test(entry.name));
  const texts = await Promise.all(
    files.map(
      async ({ name }) => [prefix + name, await readFile(join(folder, name), "utf8")] as const,
    ),
  );
  return Object.fromEntries(texts);
}
