import type { Language } from "../kernel/text.ts";

/**
 * Sets plainly typed prose: typographic apostrophes, and in French the spaces that must not break:
 * U+202F before ; ! ? % and inside « », U+00A0 before the colon (Imprimerie nationale).
 */
export function typeset(text: string, language: Language): string {
  const apostrophes = text.replaceAll("'", "’");
  if (language === "en") {
    return apostrophes.replace(/"([^"]*)"/g, "“$1”");
  }
  return apostrophes
    .replace(/"([^"]*)"/g, "« $1 »")
    .replace(/ ([;!?%»€])/g, "\u202F$1")
    .replace(/« /g, "«\u202F")
    .replace(/ :/g, "\u00A0:");
}

/** Typesets every `{fr, en}` pair of texts in a value read from YAML, at any depth. */
export function typesetWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typesetWords);
  if (typeof value !== "object" || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const isWords = entries.length === 2 && "fr" in value && "en" in value;
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key,
      isWords && typeof item === "string"
        ? outsideExpressions(item, (text) => typeset(text, key === "en" ? "en" : "fr"))
        : typesetWords(item),
    ]),
  );
}

/** Applies a change to a message but not to the `{{ expressions }}` in it. */
function outsideExpressions(message: string, change: (text: string) => string): string {
  return message
    .split(/(\{\{.+?\}\})/)
    .map((part) => (part.startsWith("{{") ? part : change(part)))
    .join("");
}
