import type { Language } from "../kernel/text.ts";
import { expressionFaults } from "../templates/expressions.ts";
import { findList, type Model } from "../templates/model.ts";
import type { Finding } from "./findings.ts";
import { textAttr } from "./numbering.ts";
import type { Placed } from "./text-walk.ts";

/** What the checks of the text look at. */
export interface TextCheckInput {
  readonly placed: readonly Placed[];
  readonly model: Model;
  readonly language: Language;
}

/** Findings on terms, references, numbering and expressions of the text. */
export function checkText(input: TextCheckInput): readonly Finding[] {
  return [
    ...checkTerms(input),
    ...checkReferences(input),
    ...checkClauses(input),
    ...checkExpressions(input),
    ...checkTypedReferences(input),
    ...checkLeftovers(input),
    ...checkSignatureBlock(input),
  ];
}

interface UsedTerm {
  readonly name: string;
  readonly key: string;
  readonly at: string;
  readonly defines: boolean;
}

function checkTerms({ placed, language }: TextCheckInput): readonly Finding[] {
  const terms = placed
    .filter(({ node, isShown }) => node.type === "term" && isShown)
    .map(({ node, at }): UsedTerm => {
      const name = textAttr(node, "name");
      return { name, key: foldTerm(name, language), at, defines: node.attrs?.["defines"] === true };
    });
  const defined = terms.filter((term) => term.defines);
  const uses = terms.filter((term) => !term.defines);
  const definedKeys = new Set(defined.map((term) => term.key));
  const usedKeys = new Set(uses.map((term) => term.key));
  const firstDefinitions = new Set(firstOfEach(defined));
  return [
    ...firstOfEach(uses.filter((term) => !definedKeys.has(term.key))).map(({ name, at }) =>
      error("DEF-01", at, {
        fr: `« ${name} » est employé mais n’est défini nulle part.`,
        en: `“${name}” is used but defined nowhere.`,
      }),
    ),
    ...defined
      .filter((term) => !firstDefinitions.has(term))
      .map(({ name, at }) =>
        warning("DEF-02", at, {
          fr: `« ${name} » est défini deux fois.`,
          en: `“${name}” is defined twice.`,
        }),
      ),
    ...defined
      .filter((term) => !usedKeys.has(term.key))
      .map(({ name, at }) =>
        hint("DEF-03", at, {
          fr: `« ${name} » est défini mais jamais employé.`,
          en: `“${name}” is defined but never used.`,
        }),
      ),
  ];
}

function firstOfEach(terms: readonly UsedTerm[]): readonly UsedTerm[] {
  const seen = new Set<string>();
  return terms.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** The same key for a term in the singular and in the plural, whatever its capitals. */
export function foldTerm(name: string, language: Language): string {
  const words = name
    .normalize("NFC")
    .toLowerCase()
    .split(/[\s\u00A0\u202F]+/u);
  return words.map((word) => (language === "fr" ? foldFrench(word) : foldEnglish(word))).join(" ");
}

function foldFrench(word: string): string {
  return word.length > 3 ? word.replace(/[sx]$/u, "") : word;
}

function foldEnglish(word: string): string {
  return word.length > 3 ? word.replace(/ies$/u, "y").replace(/s$/u, "") : word;
}

function checkReferences({ placed }: TextCheckInput): readonly Finding[] {
  const clauses = placed.filter(({ node }) => node.type === "clause" || node.type === "annex");
  const all = new Set(clauses.map(({ node }) => textAttr(node, "id")));
  const shown = new Set(
    clauses.filter(({ isShown }) => isShown).map(({ node }) => textAttr(node, "id")),
  );
  const references = placed.filter(({ node, isShown }) => node.type === "clauseRef" && isShown);
  return references.flatMap(({ node, at }) => {
    const target = textAttr(node, "target");
    if (shown.has(target)) return [];
    return all.has(target)
      ? [
          warning("REF-02", at, {
            fr: `Renvoi à l’article « ${target} », qu’une condition écarte du texte.`,
            en: `Reference to the article “${target}”, which a condition leaves out.`,
          }),
        ]
      : [
          error("REF-01", at, {
            fr: `Renvoi à un article qui n’existe pas : « ${target} ».`,
            en: `Reference to an article that does not exist: “${target}”.`,
          }),
        ];
  });
}

function checkClauses({ placed }: TextCheckInput): readonly Finding[] {
  const clauses = placed.filter(({ node }) => node.type === "clause" || node.type === "annex");
  const seen = new Set<string>();
  return clauses.flatMap(({ node, at }) => {
    const id = textAttr(node, "id");
    const isRepeated = seen.has(id);
    seen.add(id);
    if (id === "" || isRepeated) {
      return [
        error("NUM-01", at, {
          fr:
            id === ""
              ? "Un article n’a pas d’identifiant."
              : `Deux articles portent l’identifiant « ${id} ».`,
          en:
            id === ""
              ? "An article has no identifier."
              : `Two articles have the identifier “${id}”.`,
        }),
      ];
    }
    const title = node.content?.find((child) => child.type === "clauseTitle");
    return (title?.content ?? []).length > 0
      ? []
      : [
          warning("NUM-02", at, {
            fr: "Un article n’a pas de titre.",
            en: "An article has no title.",
          }),
        ];
  });
}

function checkExpressions({ placed, model }: TextCheckInput): readonly Finding[] {
  return placed.flatMap(({ node, at, isShown }) => {
    if (node.type === "dataTable" && isShown && !findList(model, textAttr(node, "of"))) {
      return [unknownFact(textAttr(node, "of"), at)];
    }
    const expression =
      node.type === "value" && isShown
        ? textAttr(node, "expr")
        : node.type === "conditional"
          ? textAttr(node, "test")
          : undefined;
    const [fault] = expression === undefined ? [] : expressionFaults(expression, model);
    return fault === undefined ? [] : [unknownFact(expression ?? "", at)];
  });
}

function unknownFact(expression: string, at: string): Finding {
  return error("VAR-01", at, {
    fr: `« ${expression} » ne correspond à aucune donnée de l’accord.`,
    en: `“${expression}” matches no fact of the agreement.`,
  });
}

const typedReference = /\b(?:article|annexe?)\s(?:\d{1,3}|[A-Z])\b/u;

function checkTypedReferences({ placed }: TextCheckInput): readonly Finding[] {
  return placed.flatMap(({ node, at, isShown }) => {
    const found = isShown ? typedReference.exec(node.text ?? "") : null;
    return found === null
      ? []
      : [
          warning("REF-03", at, {
            fr: `« ${found[0]} » est écrit à la main : un renvoi suivrait la numérotation.`,
            en: `“${found[0]}” is typed by hand: a reference would follow the numbering.`,
          }),
        ];
  });
}

const leftover =
  /\[\s{0,9}(?:…|\.{3}|\u2022|_{1,99})?\s{0,9}\]|\bX{3,}\b|\bà compléter\b|\bto be completed\b|\bTBD\b/iu;

function checkLeftovers({ placed }: TextCheckInput): readonly Finding[] {
  return placed.flatMap(({ node, at, isShown }) => {
    const found = isShown ? leftover.exec(node.text ?? "") : null;
    return found === null
      ? []
      : [
          error("VAR-03", at, {
            fr: `Il reste un blanc à remplir dans le texte : « ${found[0]} ».`,
            en: `A blank is left in the text: “${found[0]}”.`,
          }),
        ];
  });
}

function checkSignatureBlock({ placed }: TextCheckInput): readonly Finding[] {
  return placed.some(({ node, isShown }) => node.type === "signatures" && isShown)
    ? []
    : [
        error("SIG-06", "#", {
          fr: "Le texte n’a pas de bloc de signatures.",
          en: "The text has no signature block.",
        }),
      ];
}

type Say = (id: string, at: string, message: Finding["message"]) => Finding;

/** A finding that blocks. */
export const error: Say = (id, at, message) => ({ id, level: "error", message, at });
/** A finding to acknowledge. */
export const warning: Say = (id, at, message) => ({ id, level: "warning", message, at });
/** A finding that only advises. */
export const hint: Say = (id, at, message) => ({ id, level: "hint", message, at });
