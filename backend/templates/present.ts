import { z } from "zod";
import type { Language, TextNode } from "../../domain/kernel/text.ts";
import { languages } from "../../domain/kernel/text.ts";
import type { Facts } from "../../domain/templates/facts.ts";
import type { Model } from "../../domain/templates/model.ts";
import type { LibraryTemplate } from "./library.ts";

const words = z.object({ fr: z.string(), en: z.string() });

/** A template in the gallery. */
export const templateSummarySchema = z.object({
  id: z.string(),
  version: z.string(),
  kind: z.string(),
  title: words,
  summary: words,
  languages: z.array(z.enum(languages)),
  /** How many numbered articles the text has with the sample facts. */
  articleCount: z.number().int(),
  checkCount: z.number().int(),
});

const node = z.looseObject({ type: z.string() });

/** One template: what the form, the live text and the checks need, and a resolved preview by language. */
export const templateDetailSchema = templateSummarySchema.extend({
  sha256: z.string(),
  notice: words.nullable(),
  lawAsOf: z.string().nullable(),
  licence: z.string().nullable(),
  credits: z.array(z.string()),
  sections: z.record(z.string(), words),
  parameters: z.record(z.string(), z.looseObject({ type: z.string() })),
  /** The whole model: what the pure functions of agreements take. */
  model: z.looseObject({ id: z.string() }),
  sampleFacts: z.record(z.string(), z.unknown()),
  /** Notes for drafters by language and clause id. */
  guidance: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
  preview: z.record(z.string(), node),
});

/** Resolves a text as it reads with facts; agreements provide it. */
export type Preview = (draft: {
  text: TextNode;
  facts: Facts;
  model: Model;
  language: Language;
}) => TextNode;

/** A template as the gallery lists it. */
export function presentSummary(
  { template, sampleFacts }: LibraryTemplate,
  preview: Preview,
): z.output<typeof templateSummarySchema> {
  const { model } = template;
  const [language = "fr"] = template.languages;
  const text = template.text[language] ?? { type: "doc" };
  const sample = preview({ text, facts: sampleFacts, model, language });
  return {
    id: model.id,
    version: model.version,
    kind: model.kind,
    title: model.title,
    summary: model.summary ?? model.title,
    languages: [...template.languages],
    articleCount: (sample.content ?? []).filter(({ type }) => type === "clause").length,
    checkCount: model.checks.length,
  };
}

/** A template as its page and the editor's form need it. */
export function presentDetail(
  loaded: LibraryTemplate,
  preview: Preview,
): z.output<typeof templateDetailSchema> {
  const { template, sampleFacts } = loaded;
  const { model } = template;
  const previews = template.languages.map((language) => {
    const text = template.text[language] ?? { type: "doc" };
    return [language, preview({ text, facts: sampleFacts, model, language })] as const;
  });
  return {
    ...presentSummary(loaded, preview),
    sha256: template.sha256,
    notice: model.notice ?? null,
    lawAsOf: model.law_as_of ?? null,
    licence: model.licence ?? null,
    credits: model.credits ?? [],
    sections: model.sections,
    parameters: model.parameters,
    model,
    sampleFacts: { ...sampleFacts },
    guidance: mutable(template.guidance),
    preview: Object.fromEntries(previews.map(([language, text]) => [language, { ...text }])),
  };
}

function mutable(
  guidance: LibraryTemplate["template"]["guidance"],
): Record<string, Record<string, string[]>> {
  return Object.fromEntries(
    Object.entries(guidance).map(([language, notes]) => [
      language,
      Object.fromEntries(Object.entries(notes).map(([clause, texts]) => [clause, [...texts]])),
    ]),
  );
}
