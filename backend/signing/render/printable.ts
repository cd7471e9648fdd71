import { coverageOf } from "./coverage.ts";

/** A stretch of text that one font style can show. */
export interface Stretch {
  readonly s: string;
  readonly upright: boolean;
}

/** Text that the print fonts can show: what they cannot is printed by its code, `[U+1F600]`, never dropped. */
export function printable(text: string): string {
  return stretches(text)
    .map((stretch) => stretch.s)
    .join("");
}

/**
 * Splits text where the style must fall back to upright (scripts that have no italic or bold in our fonts)
 * and replaces characters without a glyph by their code. Controls and bidirectional overrides are shown by
 * their code too: they could make the print read differently from the record (CVE-2021-42574).
 */
export function stretches(text: string): readonly Stretch[] {
  const found: { s: string; upright: boolean }[] = [];
  for (const character of text) {
    const shown = showCharacter(character);
    const last = found.at(-1);
    if (last && last.upright === shown.upright) last.s += shown.s;
    else found.push({ ...shown });
  }
  return found;
}

function showCharacter(character: string): Stretch {
  const codePoint = character.codePointAt(0) ?? 0;
  if (character === "\n" || character === "\t" || character === "\r") {
    return { s: " ", upright: false };
  }
  const coverage = coverageOf(codePoint);
  if (coverage === "none") return { s: codeOf(codePoint), upright: false };
  return { s: character, upright: coverage === "upright" };
}

function codeOf(codePoint: number): string {
  return `[U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}]`;
}
