import type { Json } from "../kernel/canonical.ts";
import type { Language } from "../kernel/text.ts";
import type { Facts } from "./facts.ts";
import type { Model } from "./model.ts";

/** The facts that the model proposes by itself, in one language. */
export function defaultFacts(model: Model, language: Language): Facts {
  const facts: Record<string, Json> = {};
  for (const [name, parameter] of Object.entries(model.parameters)) {
    if (parameter.default !== undefined) facts[name] = inLanguage(parameter.default, language);
  }
  return facts;
}

/** `{fr, en}` becomes its text in the language, at any depth. */
function inLanguage(value: Json, language: Language): Json {
  if (Array.isArray(value)) return value.map((item: Json) => inLanguage(item, language));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const isWords = entries.length === 2 && "fr" in value && "en" in value;
  if (isWords) return inLanguage(value[language] ?? null, language);
  return Object.fromEntries(entries.map(([key, item]) => [key, inLanguage(item, language)]));
}
