/** Longest word kept for search, in characters; longer ones are cut. */
export const MAX_WORD_LENGTH = 40;
/** Most words of one query that are looked at. */
export const MAX_QUERY_WORDS = 8;

/**
 * The words of a text as the archive's search compares them: without accents and case, ligatures spelled out
 * (NFKD), each once. "Œuvre" is found by "oeuvre", "Métropole" by "metro".
 */
export function searchWords(text: string): readonly string[] {
  const folded = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("œ", "oe")
    .replaceAll("æ", "ae")
    .replaceAll("ß", "ss");
  const words = folded.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words.map((word) => word.slice(0, MAX_WORD_LENGTH)))];
}

/** The beginnings that a query asks for; all of them must occur. */
export function queryWords(query: string): readonly string[] {
  return searchWords(query).slice(0, MAX_QUERY_WORDS);
}
