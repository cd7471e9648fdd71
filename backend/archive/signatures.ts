import type { DeclaredField } from "../../domain/archive/pdf-fields.ts";
import { signatureOf } from "../../domain/archive/pdf-fields.ts";
import type { PdfFile, PdfRevision } from "../../domain/archive/pdf-file.ts";
import { isKind, textOf, type PdfDict } from "../../domain/archive/pdf-values.ts";
import type { SignatureProblem, SignatureReport } from "../../domain/archive/report.ts";
import type { Certificate } from "pkijs";
import { checkCms } from "./cms.ts";
import { subjectOf, trustProblem } from "./trust.ts";

const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
/** A claimed time this far after the verifier's clock is not believed. */
const CLOCK_SKEW_MS = 10 * 60_000;

/** What one signature is checked against. */
export interface SignatureQuestion {
  readonly file: PdfFile;
  readonly bytes: Uint8Array;
  readonly field: DeclaredField;
  /** The revision that added it. */
  readonly revision: number;
  readonly roots: readonly Certificate[];
  readonly now: Date;
}

/** Checks one signature by itself: range, cryptography, certificate. */
export async function checkSignature(question: SignatureQuestion): Promise<SignatureReport> {
  const { file, field, revision } = question;
  const found = signatureOf(file, revision, field);
  const step = file.revisions[revision];
  const empty = { signer: null, partner: null, time: null, covers: "unknown" as const };
  if (!found || !step) return report(question, empty, ["bad-contents"]);
  const time = timeOf(found.dict);
  const covered = coveredBytes(question.bytes, step, found.dict);
  if (!covered) return report(question, { ...empty, time }, ["bad-byte-range"]);
  const covers = revision === file.revisions.length - 1 ? ("file" as const) : ("revision" as const);
  if (field.role === "archive") {
    return report(question, { ...empty, time, covers }, ["not-checked"]);
  }
  const { signer, problems } = await cryptography(question, covered, time);
  const names = {
    signer: signer ? subjectOf(signer, COMMON_NAME) : null,
    partner: signer ? subjectOf(signer, ORGANIZATION) : null,
  };
  return report(question, { ...names, time, covers }, [...new Set(problems)]);
}

async function cryptography(
  question: SignatureQuestion,
  covered: Covered,
  time: string | null,
): Promise<{ readonly signer?: Certificate; readonly problems: SignatureProblem[] }> {
  try {
    const { cms, problem } = await checkCms(covered.contents, covered.bytes);
    const problems: SignatureProblem[] = problem ? [problem] : [];
    if (!time || Date.parse(time) > question.now.getTime() + CLOCK_SKEW_MS) {
      problems.push("not-valid-then");
    }
    if (!cms) return { problems };
    const trust =
      time && question.roots.length > 0
        ? await trustProblem({ ...cms, roots: question.roots, at: new Date(time) })
        : undefined;
    return { signer: cms.signer, problems: trust ? [...problems, trust] : problems };
  } catch {
    // pkijs and asn1js throw errors of many kinds over what a stranger wrote into a certificate.
    return { problems: ["bad-cms"] };
  }
}

function report(
  { field, revision }: SignatureQuestion,
  found: Pick<SignatureReport, "signer" | "partner" | "time" | "covers">,
  problems: SignatureProblem[],
): SignatureReport {
  const isOpen = problems.length === 1 && problems[0] === "not-checked";
  const status = problems.length === 0 ? "pass" : isOpen ? "cannot-tell" : "fail";
  return { field: field.name, role: field.role, ...found, revision, status, problems };
}

interface Covered {
  readonly bytes: Uint8Array;
  readonly contents: Uint8Array;
}

/**
 * The bytes a signature covers, when its ByteRange is exactly `[0 a b c]`: from the file's first byte to the
 * revision's last, without the hexadecimal string of its own /Contents (against USF and SWA).
 */
function coveredBytes(
  bytes: Uint8Array,
  revision: PdfRevision,
  dict: PdfDict,
): Covered | undefined {
  const range = dict.entries.get("ByteRange");
  const contents = dict.entries.get("Contents");
  if (!isKind(range, "list") || !isKind(contents, "string") || !contents.isHex) return undefined;
  // A line end after %%EOF may be the next revision's first byte; in the last one nothing may follow.
  const isLast = revision.end === bytes.length;
  const ends = isLast ? [bytes.length] : [revision.eof, revision.end];
  const end = ends.find((each) => {
    const exact = [0, contents.start, contents.end, each - contents.end];
    return range.items.length === 4 && exact.every((number, at) => range.items[at] === number);
  });
  if (end === undefined) return undefined;
  // Lower case only: two spellings of one signature would be two files that both verify.
  const spelling = bytes.subarray(contents.start + 1, contents.end - 1);
  if (spelling.some((byte) => byte >= 0x41 && byte <= 0x46)) return undefined;
  const head = bytes.subarray(0, contents.start);
  const tail = bytes.subarray(contents.end, end);
  return { bytes: Buffer.concat([head, tail]), contents: contents.bytes };
}

/** The claimed time /M (ISO 32000-2, 7.9.4) as ISO 8601, or null. */
function timeOf(dict: PdfDict): string | null {
  const text = textOf(dict.entries.get("M")) ?? "";
  const parts =
    /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z(?:00'00'?)?|([+-]\d\d)'(\d\d)'?)?$/u.exec(text);
  if (!parts) return null;
  const [, year, month, day, hour, minute, second, zone, zoneMinute] = parts;
  const offset = zone === undefined ? "Z" : `${zone}:${zoneMinute ?? "00"}`;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
