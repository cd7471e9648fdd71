import { LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { contentHash } from "../kernel/canonical.ts";
import { Refusal } from "../kernel/refusal.ts";
import { languages, type Language, type TextNode } from "../kernel/text.ts";
import { defaultFacts } from "./defaults.ts";
import { draftFactsProblems } from "./facts-check.ts";
import type { Facts } from "./facts.ts";
import type { SourceFault } from "./markdown.ts";
import { modelSchema, sharedModelSchema, type Model } from "./model.ts";
import { modelFaults, textFaults } from "./parity.ts";
import { readText, type ReadText } from "./prose.ts";
import { typesetWords } from "./typography.ts";

/** A template: its model, and its prose in every language as an agreement's text. */
export interface Template {
  readonly model: Model;
  readonly languages: readonly Language[];
  readonly text: Readonly<Partial<Record<Language, TextNode>>>;
  /** Notes for drafters, by language and clause id. */
  readonly guidance: Readonly<
    Partial<Record<Language, Readonly<Record<string, readonly string[]>>>>
  >;
  /** Hash of the files the template was read from. */
  readonly sha256: string;
}

/** The least a shared model `parties` says, when no file gives one. */
const barestParties = `
parameters:
  parties:
    type: list
    required: true
    min: 2
    label: { fr: Parties, en: Parties }
    of:
      id: { type: text, required: true, label: { fr: Identifiant, en: Identifier } }
      name: { type: text, required: true, label: { fr: Nom, en: Name } }
`;

/**
 * Reads a template from its files by relative path: `model.yaml`, `fr.md`, `en.md`, and
 * `_shared/<name>.yaml` for the shared models it uses (the prefix may also be `../_shared/`).
 *
 * @throws {Refusal} template-invalid — with every fault of every file: a pointer `fr.md:31` and a
 * sentence that starts with the rule's id.
 */
export function parseTemplate(files: Readonly<Record<string, string>>): Template {
  const faults: SourceFault[] = [];
  const model = readModel(files, faults);
  const texts = readTexts(files, faults);
  if (model !== undefined) {
    faults.push(...modelFaults(model), ...textFaults(texts, model));
  }
  if (model === undefined || faults.length > 0) {
    throw new Refusal("template-invalid", describe(faults), { problems: faults });
  }
  return {
    model,
    languages: languages.filter((language) => texts[language] !== undefined),
    text: mapTexts(texts, (read) => read.text),
    guidance: mapTexts(texts, (read) => read.guidance),
    sha256: contentHash(files),
  };
}

type Texts = Readonly<Partial<Record<Language, ReadText>>>;

function mapTexts<T>(texts: Texts, pick: (read: ReadText) => T): Partial<Record<Language, T>> {
  const picked: Partial<Record<Language, T>> = {};
  for (const language of languages) {
    const read = texts[language];
    if (read !== undefined) picked[language] = pick(read);
  }
  return picked;
}

function describe(faults: readonly SourceFault[]): string {
  const [first] = faults;
  return `${faults.length} faults; the first: ${first?.pointer ?? ""} ${first?.detail ?? ""}`;
}

function readTexts(files: Readonly<Record<string, string>>, faults: SourceFault[]): Texts {
  const texts: Partial<Record<Language, ReadText>> = {};
  for (const language of languages) {
    const file = `${language}.md`;
    const source = files[file];
    if (source === undefined) continue;
    const read = readText(source, file, language);
    faults.push(...read.faults);
    texts[language] = read;
  }
  if (Object.keys(texts).length === 0) {
    faults.push({
      pointer: "fr.md:1",
      detail: "LNG-01: there is no prose, neither fr.md nor en.md",
    });
  }
  return texts;
}

function readModel(
  files: Readonly<Record<string, string>>,
  faults: SourceFault[],
): Model | undefined {
  const own = readYaml({ files, file: "model.yaml", schema: modelSchema }, faults);
  if (own === undefined) return undefined;
  return own.uses.reduce<Model | undefined>(
    (model, name) => model && withShared(model, { name, files }, faults),
    own,
  );
}

function withShared(
  model: Model,
  { name, files }: { name: string; files: Readonly<Record<string, string>> },
  faults: SourceFault[],
): Model | undefined {
  const places = [`_shared/${name}.yaml`, `../_shared/${name}.yaml`];
  const file = places.find((place) => files[place] !== undefined) ?? places[0] ?? "";
  const fallback = name === "parties" ? { ...files, [file]: files[file] ?? barestParties } : files;
  const shared = readYaml({ files: fallback, file, schema: sharedModelSchema }, faults);
  if (shared === undefined) return undefined;
  return {
    ...model,
    sections: { ...shared.sections, ...model.sections },
    parameters: { ...shared.parameters, ...model.parameters },
    checks: [...shared.checks, ...model.checks],
  };
}

function readYaml<S extends z.ZodType>(
  { files, file, schema }: { files: Readonly<Record<string, string>>; file: string; schema: S },
  faults: SourceFault[],
): z.output<S> | undefined {
  const source = files[file];
  if (source === undefined) {
    faults.push({ pointer: `${file}:1`, detail: "MOD-01: the file is missing" });
    return undefined;
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, strict: true });
  for (const error of document.errors) {
    const line = lines.linePos(error.pos[0]).line;
    faults.push({ pointer: `${file}:${line}`, detail: `MOD-01: ${error.message.split("\n")[0]}` });
  }
  if (document.errors.length > 0) return undefined;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 10 });
  } catch (error) {
    // An alias of nothing, or too many of them: known only when they are followed.
    const detail = error instanceof Error ? error.message : String(error);
    faults.push({ pointer: `${file}:1`, detail: `MOD-01: ${detail}` });
    return undefined;
  }
  const parsed = schema.safeParse(typesetWords(value));
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const line = lineOf(document, issue.path, lines);
    const where = issue.path.join(".");
    faults.push({ pointer: `${file}:${line}`, detail: `MOD-01: ${where}: ${issue.message}` });
  }
  return undefined;
}

/** Line of the deepest part of `path` that the document has. */
function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number {
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node !== "object" || node === null || !("range" in node)) continue;
    const range: unknown = node.range;
    const start: unknown = Array.isArray(range) ? range[0] : undefined;
    if (typeof start === "number") return lines.linePos(start).line;
  }
  return 1;
}

/** A new agreement's text and facts. */
export interface Instance {
  readonly text: TextNode;
  readonly facts: Facts;
}

/**
 * Starts an agreement: the text of one language, and the given facts with the model's defaults for
 * those not given. Facts may be incomplete (the checks say what is missing) but never wrong.
 *
 * @throws {Refusal} unknown-parameter — a fact the template does not have; every problem is listed
 * @throws {Refusal} invalid-input — a fact of the wrong type; every problem is listed
 * @throws {Refusal} unknown-template — the template has no text in this language
 */
export function instantiate(template: Template, facts: Facts, language: Language): Instance {
  const text = template.text[language];
  if (text === undefined) {
    throw new Refusal("unknown-template", `the template has no text in "${language}"`);
  }
  const problems = draftFactsProblems(facts, template.model);
  if (problems.length > 0) {
    const unknown = problems.some((problem) => problem.kind === "unknown");
    throw new Refusal(
      unknown ? "unknown-parameter" : "invalid-input",
      unknown ? "the template has no such parameter" : "some facts are not of their type",
      { problems: problems.map(({ pointer, detail }) => ({ pointer, detail })) },
    );
  }
  return { text, facts: { ...defaultFacts(template.model, language), ...facts } };
}
