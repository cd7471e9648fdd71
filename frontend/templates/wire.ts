import type { TextNode, Words } from "../../domain/kernel/text.ts";

/** A template in the gallery. */
export interface TemplateSummary {
  readonly id: string;
  readonly version: string;
  readonly kind: string;
  readonly title: Words;
  readonly summary: Words;
  readonly languages: readonly ("fr" | "en")[];
  readonly articleCount: number;
  readonly checkCount: number;
}

/** One template, as far as its page shows it. */
export interface TemplateDetail extends TemplateSummary {
  readonly notice: Words | null;
  readonly lawAsOf: string | null;
  readonly licence: string | null;
  readonly credits: readonly string[];
  /** The text by language, resolved with the sample facts. */
  readonly preview: Readonly<Partial<Record<"fr" | "en", TextNode>>>;
}

/** The wording in the reader's language. */
export function worded(words: Words, language: string): string {
  return language === "en" ? words.en : words.fr;
}
