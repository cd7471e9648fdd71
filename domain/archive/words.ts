import type { Words } from "../kernel/text.ts";
import type { ForbiddenChange } from "./pdf-changes.ts";
import type { UnreadableReason } from "./pdf-values.ts";
import type { SignatureProblem } from "./report.ts";

/** Why the file cannot be read, in words. */
export const unreadableWords: Readonly<Record<UnreadableReason, Words>> = {
  "no-header": {
    fr: "Le fichier ne commence pas comme un PDF.",
    en: "The file does not begin as a PDF does.",
  },
  "bytes-after-end": {
    fr: "Des octets ont été ajoutés après la fin du document.",
    en: "Bytes were added after the end of the document.",
  },
  "no-end": {
    fr: "La fin du document manque : le fichier est coupé.",
    en: "The end of the document is missing: the file is cut off.",
  },
  "bad-cross-reference": {
    fr: "La table des objets n’est pas celle d’un document scellé ici : le fichier a été modifié ou réécrit.",
    en: "The table of objects is not that of a document sealed here: the file was changed or rewritten.",
  },
  "bad-syntax": {
    fr: "Un objet du fichier est mal formé : le fichier a été modifié ou réécrit.",
    en: "An object of the file is malformed: the file was changed or rewritten.",
  },
  "hidden-bytes": {
    fr: "Le fichier contient des octets qu’aucun objet n’explique.",
    en: "The file holds bytes that no object accounts for.",
  },
  encrypted: { fr: "Le fichier est chiffré.", en: "The file is encrypted." },
  "too-complex": {
    fr: "Le fichier dépasse les limites du vérificateur.",
    en: "The file exceeds the verifier’s limits.",
  },
};

/** What a forbidden change touches, in words. */
export const changeWords: Readonly<Record<ForbiddenChange["what"], Words>> = {
  page: { fr: "une page", en: "a page" },
  annotation: { fr: "une annotation", en: "an annotation" },
  content: { fr: "le contenu d’une page", en: "the content of a page" },
  field: { fr: "un champ de formulaire", en: "a form field" },
  catalog: { fr: "le catalogue du document", en: "the document’s catalog" },
  trailer: { fr: "l’identité du fichier", en: "the file’s identity" },
  freed: { fr: "un objet supprimé", en: "a deleted object" },
  other: { fr: "un autre objet", en: "another object" },
};

/** What is wrong with a signature, in words. */
export const problemWords: Readonly<Record<SignatureProblem, Words>> = {
  "bad-byte-range": {
    fr: "la plage signée n’est pas exactement le fichier sans la signature",
    en: "the signed range is not exactly the file without the signature",
  },
  "bad-contents": {
    fr: "la place de la signature contient autre chose qu’une signature",
    en: "the signature’s place holds something else than a signature",
  },
  "bad-cms": { fr: "la signature est illisible", en: "the signature cannot be read" },
  "several-signers": {
    fr: "la signature a plusieurs signataires",
    en: "the signature has several signers",
  },
  "weak-algorithm": {
    fr: "l’algorithme n’est plus sûr",
    en: "the algorithm is no longer secure",
  },
  "wrong-digest": {
    fr: "les octets signés ont changé",
    en: "the signed bytes have changed",
  },
  "wrong-signature": {
    fr: "la signature cryptographique est fausse",
    en: "the cryptographic signature is wrong",
  },
  "wrong-signing-certificate": {
    fr: "la signature nomme un autre certificat",
    en: "the signature names another certificate",
  },
  untrusted: {
    fr: "le certificat ne vient pas de l’autorité attendue",
    en: "the certificate does not come from the expected authority",
  },
  "not-valid-then": {
    fr: "le certificat n’était pas valable à la date indiquée",
    en: "the certificate was not valid at the stated time",
  },
  "wrong-key-usage": {
    fr: "le certificat n’est pas fait pour signer",
    en: "the certificate is not made for signing",
  },
  "not-checked": {
    fr: "ce genre de signature n’est pas encore vérifié ici",
    en: "this kind of signature is not checked here yet",
  },
};

/** The sentences of the report that take no argument. */
export const sentences = {
  structureGood: {
    fr: "Chaque octet du fichier est expliqué ; rien ne suit la fin.",
    en: "Every byte of the file is accounted for; nothing follows the end.",
  },
  notReached: {
    fr: "Impossible à dire : le fichier n’a pas pu être lu jusque-là.",
    en: "Cannot tell: the file could not be read that far.",
  },
  noFields: {
    fr: "Ce PDF n’a aucun champ de signature d’Entente : il n’y a rien à vérifier.",
    en: "This PDF has no signature field of Entente: there is nothing to verify.",
  },
  noSignature: {
    fr: "Le document ne porte aucune signature.",
    en: "The document bears no signature.",
  },
  signaturesGood: {
    fr: "Toutes les signatures correspondent aux octets signés.",
    en: "Every signature matches the signed bytes.",
  },
  coverageGood: {
    fr: "Chaque signature couvre tout ce qui la précède, sauf sa propre place.",
    en: "Every signature covers all that precedes it, except its own place.",
  },
  trustGood: {
    fr: "Les certificats remontent à l’autorité de cette instance.",
    en: "The certificates lead to this instance’s authority.",
  },
  noRoots: {
    fr: "Impossible à dire sans le certificat de l’autorité à laquelle se fier.",
    en: "Cannot tell without the certificate of the authority to trust.",
  },
  certificationGood: {
    fr: "L’instance a certifié le document avant toute signature et n’autorise ensuite que les signatures.",
    en: "The instance certified the document before any signature and then allows signatures only.",
  },
  certificationMissing: {
    fr: "Le document n’est pas certifié avant les signatures, ou la certification permet davantage.",
    en: "The document is not certified before the signatures, or the certification permits more.",
  },
  changesGood: {
    fr: "Depuis la première version du fichier, seules des signatures prévues ont été ajoutées.",
    en: "Since the first state of the file only the planned signatures were added.",
  },
  contentMissing: {
    fr: "Le texte de la version n’est pas joint au PDF, ou pas une seule fois.",
    en: "The text of the version is not attached to the PDF, or not exactly once.",
  },
  contentMalformed: {
    fr: "La pièce jointe agreement.json n’est pas le JSON canonique d’une version.",
    en: "The attachment agreement.json is not the canonical JSON of a version.",
  },
  contentDiffers: {
    fr: "L’empreinte de la pièce jointe n’est pas celle que le document annonce.",
    en: "The attachment’s fingerprint is not the one the document states.",
  },
  contentUnexpected: {
    fr: "L’empreinte de la pièce jointe n’est pas celle qui était attendue.",
    en: "The attachment’s fingerprint is not the one that was expected.",
  },
  logAbsent: {
    fr: "Le document ne porte pas de preuve du journal des décisions.",
    en: "The document carries no proof from the decision log.",
  },
  logMalformed: {
    fr: "La preuve du journal des décisions est illisible.",
    en: "The decision log’s proof cannot be read.",
  },
  logWrong: {
    fr: "La preuve ne mène pas à la racine signée du journal des décisions.",
    en: "The proof does not lead to the signed root of the decision log.",
  },
  logUnknownKey: {
    fr: "Preuve présente ; impossible à dire sans la clé publique du journal.",
    en: "Proof present; cannot tell without the log’s public key.",
  },
  logOtherText: {
    fr: "L’inscription au journal concerne un autre texte.",
    en: "The log’s entry is about another text.",
  },
  logGood: {
    fr: "La décision est inscrite au journal signé des décisions, pour ce texte.",
    en: "The decision stands in the signed decision log, for this text.",
  },
  timeClaimed: {
    fr: "Les dates sont celles que l’instance indique ; aucun horodatage ne les prouve.",
    en: "The times are those that the instance states; no timestamp proves them.",
  },
} as const satisfies Record<string, Words>;
