import { signatureOf, type DeclaredField } from "../../domain/archive/pdf-fields.ts";
import { entryOf, rootOf, type PdfFile } from "../../domain/archive/pdf-file.ts";
import { isKind, isSame, nameOf } from "../../domain/archive/pdf-values.ts";
import type { SignatureProblem, SignatureReport } from "../../domain/archive/report.ts";
import { changeWords, problemWords, sentences } from "../../domain/archive/words.ts";
import type { Words } from "../../domain/kernel/text.ts";
import type { Answer, Evidence } from "./evidence.ts";

const pass = (reason: Words): Answer => ({ status: "pass", reason });
const fail = (reason: Words): Answer => ({ status: "fail", reason });
const cannotTell = (reason: Words): Answer => ({ status: "cannot-tell", reason });

const trustProblems: ReadonlySet<SignatureProblem> = new Set([
  "untrusted",
  "not-valid-then",
  "wrong-key-usage",
]);

/** Does every signature match its bytes? */
export function signaturesCheck(evidence: Evidence): Answer {
  return (
    absent(evidence) ??
    against(
      evidence.signatures,
      (problem) => !trustProblems.has(problem) && problem !== "bad-byte-range",
    ) ??
    pass(sentences.signaturesGood)
  );
}

/** Does every signature cover all that precedes it? */
export function coverageCheck(evidence: Evidence): Answer {
  return (
    absent(evidence) ??
    against(evidence.signatures, (problem) => problem === "bad-byte-range") ??
    pass(sentences.coverageGood)
  );
}

/** Do the certificates lead to an authority we were told to trust? */
export function trustCheck(evidence: Evidence): Answer {
  if (evidence.signatures.length > 0 && evidence.options.roots.length === 0) {
    return cannotTell(sentences.noRoots);
  }
  return (
    absent(evidence) ??
    against(evidence.signatures, (problem) => trustProblems.has(problem)) ??
    (evidence.signatures.some((each) => each.signer === null && each.role !== "archive")
      ? cannotTell(sentences.notReached)
      : pass(sentences.trustGood))
  );
}

/** Did the instance certify first, allowing no more than signatures? */
export function certificationCheck(evidence: Evidence): Answer {
  const early = absent(evidence);
  if (early) return early;
  const [first] = evidence.changes;
  const certified = first?.kind === "signature" && first.field.role === "certification";
  return certified && permitsSignaturesOnly(evidence.file, first.field)
    ? pass(sentences.certificationGood)
    : fail(sentences.certificationMissing);
}

/** Is every later revision explained by a signature? */
export function changesCheck(evidence: Evidence): Answer {
  const { changes, declaration } = evidence;
  if (declaration.fields.length === 0 && changes.length === 0)
    return cannotTell(sentences.noFields);
  const at = changes.findIndex((change) => change.kind === "forbidden");
  const change = changes[at];
  if (change?.kind === "forbidden") {
    const what = [...new Set(change.what.map((each) => each.what))].map(
      (each) => changeWords[each],
    );
    const list = (language: "fr" | "en"): string => what.map((each) => each[language]).join(", ");
    return fail({
      fr: `Le document a été modifié après coup : la révision ${at + 1} touche ${list("fr")}.`,
      en: `The document was modified afterwards: revision ${at + 1} touches ${list("en")}.`,
    });
  }
  const [odd] = declaration.odd;
  if (odd !== undefined) {
    return fail({
      fr: `Le document contient un champ qui n’est pas une place de signature (${odd}).`,
      en: `The document contains a field that is not a place to sign (${odd}).`,
    });
  }
  return pass(sentences.changesGood);
}

/** Have all parties for whom a place was planned signed? Detects a rollback to an earlier revision. */
export function completeCheck(evidence: Evidence): Answer {
  const parties = evidence.declaration.fields.filter((field) => field.role === "party");
  if (parties.length === 0) return cannotTell(sentences.noFields);
  const signed = new Set(evidence.signatures.map((each) => each.field));
  const missing = parties.filter((field) => !signed.has(field.name)).map((field) => field.name);
  const total = parties.length;
  if (missing.length === 0) {
    return pass({
      fr: `Les ${total} signatures prévues sont présentes.`,
      en: `All ${total} planned signatures are present.`,
    });
  }
  const present = total - missing.length;
  return fail({
    fr: `${present} signatures sur ${total} : il manque ${missing.join(", ")}. Le fichier est incomplet, ou ramené à un état antérieur.`,
    en: `${present} of ${total} signatures: ${missing.join(", ")} missing. The file is incomplete, or rolled back to an earlier state.`,
  });
}

/** Is the embedded record the one that the document states, and the one expected? */
export function contentCheck({ embedded, stated, options }: Evidence): Answer {
  if (embedded.kind === "missing") {
    const reason = sentences.contentMissing;
    return stated === undefined ? cannotTell(reason) : fail(reason);
  }
  if (embedded.kind === "malformed") return fail(sentences.contentMalformed);
  if (stated !== embedded.sha256) return fail(sentences.contentDiffers);
  const { expectedSha256 } = options;
  if (expectedSha256 !== undefined && expectedSha256 !== embedded.sha256) {
    return fail(sentences.contentUnexpected);
  }
  return pass({
    fr: `Le texte joint a l’empreinte annoncée, ${embedded.sha256.slice(0, 16)}…`,
    en: `The attached text has the stated fingerprint, ${embedded.sha256.slice(0, 16)}…`,
  });
}

/** Are the times proven, or only stated? */
export function timeCheck(evidence: Evidence): Answer {
  return absent(evidence) ?? cannotTell(sentences.timeClaimed);
}

function absent({ declaration, signatures }: Evidence): Answer | undefined {
  if (declaration.fields.length === 0) return cannotTell(sentences.noFields);
  return signatures.length === 0 ? cannotTell(sentences.noSignature) : undefined;
}

function against(
  signatures: readonly SignatureReport[],
  isRelevant: (problem: SignatureProblem) => boolean,
): Answer | undefined {
  for (const signature of signatures) {
    const problem = signature.problems.find(isRelevant);
    if (!problem) continue;
    const words = problemWords[problem];
    const reason = {
      fr: `${signature.field} : ${words.fr}.`,
      en: `${signature.field}: ${words.en}.`,
    };
    return problem === "not-checked" ? cannotTell(reason) : fail(reason);
  }
  return undefined;
}

/** docMDP with P = 2 (ISO 32000-2, 12.8.2.2), named by the catalog's /Perms in the newest revision. */
function permitsSignaturesOnly(file: PdfFile, field: DeclaredField): boolean {
  const last = file.revisions.length - 1;
  const newest = file.revisions[last];
  const signature = signatureOf(file, last, field);
  if (!newest || !signature) return false;
  const references = entryOf(file, last, signature.dict, "Reference");
  const [reference, ...others] = isKind(references, "list") ? references.items : [];
  const parameters = entryOf(file, last, reference, "TransformParams");
  const catalog = entryOf(file, last, newest.trailer, "Root");
  const permissions = entryOf(file, last, catalog, "Perms");
  return (
    others.length === 0 &&
    rootOf(newest).generation === 0 &&
    nameOf(entryOf(file, last, reference, "TransformMethod")) === "DocMDP" &&
    entryOf(file, last, parameters, "P") === 2 &&
    isKind(permissions, "dict") &&
    isSame(permissions.entries.get("DocMDP"), signature.ref)
  );
}
