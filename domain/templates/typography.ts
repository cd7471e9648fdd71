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
