import { outcomeWords as decisionOutcomes } from "../../../domain/decisions/words.ts";
import type { Words } from "../../../domain/kernel/text.ts";
/** The words that the print adds around the agreement's own text. */
export interface PrintWords {
  readonly version: string;
  readonly between: string;
  readonly contents: string;
  readonly article: string;
  readonly articleSeparator: string;
  readonly annex: string;
  readonly annexSeparator: string;
  readonly total: string;
  readonly signatures: string;
  readonly signatureIntro: string;
  readonly signatureOf: string;
  readonly signatureHere: string;
  readonly certificationField: string;
  readonly archiveField: string;
  readonly decision: string;
  readonly outcome: string;
  readonly closedOn: string;
  readonly count: string;
  readonly integrity: string;
  readonly integrityText: string;
  readonly template: string;
  readonly fingerprint: string;
  readonly recordFile: string;
  readonly proofFile: string;
  readonly page: string;
  readonly of: string;
  readonly untitled: string;
}

const fr: PrintWords = {
  version: "Version",
  between: "Entre les parties",
  contents: "Sommaire",
  article: "Article",
  articleSeparator: "\u00a0— ",
  annex: "Annexe",
  annexSeparator: "\u00a0— ",
  total: "Total",
  signatures: "Signatures",
  signatureIntro:
    "Chaque partie signe électroniquement dans son cadre. Le nom et la qualité sont imprimés d’avance\u202f; l’identité et la date de chaque signature se lisent dans le panneau des signatures du lecteur PDF.",
  signatureOf: "Signature de",
  signatureHere: "Signature électronique",
  certificationField: "Certification de l’instance",
  archiveField: "Horodatage d’archive",
  decision: "Décision",
  outcome: "Résultat",
  closedOn: "Close le",
  count: "Décompte",
  integrity: "Intégrité du texte",
  integrityText:
    "Ce PDF porte en pièce jointe le texte et les données qui ont été soumis à la décision. L’empreinte ci-dessous est celle de cette pièce\u202f; elle figure aussi dans le journal des décisions.",
  template: "Modèle",
  fingerprint: "Empreinte SHA-256",
  recordFile: "Texte et données de la version, JSON canonique (RFC 8785)",
  proofFile: "Preuve d’inscription de la décision au journal",
  page: "page",
  of: "sur",
  untitled: "Accord sans titre",
};

const en: PrintWords = {
  version: "Version",
  between: "Between the parties",
  contents: "Contents",
  article: "Article",
  articleSeparator: "\u2002",
  annex: "Annex",
  annexSeparator: "\u2002",
  total: "Total",
  signatures: "Signatures",
  signatureIntro:
    "Each party signs electronically in its own box. Names and capacities are printed beforehand; the identity and the date of each signature appear in the signature panel of the PDF reader.",
  signatureOf: "Signature of",
  signatureHere: "Electronic signature",
  certificationField: "Certification by the instance",
  archiveField: "Archive timestamp",
  decision: "Decision",
  outcome: "Outcome",
  closedOn: "Closed on",
  count: "Count",
  integrity: "Integrity of the text",
  integrityText:
    "This PDF carries as an attachment the text and the facts that were put to the decision. The fingerprint below is that of the attachment; the decision log records the same one.",
  template: "Template",
  fingerprint: "SHA-256 fingerprint",
  recordFile: "Text and facts of the version, canonical JSON (RFC 8785)",
  proofFile: "Proof that the decision is in the log",
  page: "page",
  of: "of",
  untitled: "Untitled agreement",
};

/** The print's words in the language of the agreement. */
export const printWords: Record<"fr" | "en", PrintWords> = { fr, en };

/** An outcome's code in words, as the decision page has them; an unknown code is shown as it is. */
export function outcomeWords(outcome: string, language: "fr" | "en"): string {
  const known: Readonly<Record<string, Words | undefined>> = decisionOutcomes;
  return known[outcome]?.[language] ?? outcome;
}

/** A day in words, in UTC: "1er janvier 2026", "1 January 2026". */
export function dayWords(date: Date, language: "fr" | "en"): string {
  const words = new Intl.DateTimeFormat(language === "fr" ? "fr-FR" : "en-GB", {
    dateStyle: "long",
    timeZone: "UTC",
  }).format(date);
  return language === "fr" ? words.replace(/^1 /u, "1er ") : words;
}

/** A day and a time of day in words, in UTC, said so. */
export function momentWords(date: Date, language: "fr" | "en"): string {
  const time = date.toISOString().slice(11, 16);
  const day = dayWords(date, language);
  return language === "fr"
    ? `${day} à ${time.replace(":", "\u202fh\u202f")} (UTC)`
    : `${day} at ${time} (UTC)`;
}
