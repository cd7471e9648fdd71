import { serverError } from "./errors.ts";
import { isDoc } from "./values.ts";

/** Orders two strings as people of a language do. */
export type Collator = (a: string, b: string) => number;

function sensitivityOf(
  strength: unknown,
  caseLevel: unknown,
): "base" | "accent" | "case" | "variant" {
  if (strength === 1) return caseLevel === true ? "case" : "base";
  if (strength === 2) return caseLevel === true ? "variant" : "accent";
  return "variant";
}

/**
 * Reads MongoDB's collation document; nothing for the plain order of bytes.
 * @throws {MongoServerError} 2 — when the locale is unknown
 */
export function collatorOf(collation: unknown): Collator | undefined {
  if (!isDoc(collation) || collation.locale === "simple") return undefined;
  const { locale, strength, caseLevel, caseFirst, numericOrdering, alternate } = collation;
  if (typeof locale !== "string")
    throw serverError(2, "Field 'locale' is missing in the collation");
  try {
    return new Intl.Collator(locale.replaceAll("_", "-"), {
      sensitivity: sensitivityOf(strength, caseLevel),
      numeric: numericOrdering === true,
      caseFirst: caseFirst === "upper" || caseFirst === "lower" ? caseFirst : "false",
      ignorePunctuation: alternate === "shifted",
    }).compare;
  } catch {
    throw serverError(2, `Field 'locale' is invalid in: ${JSON.stringify(collation)}`);
  }
}
