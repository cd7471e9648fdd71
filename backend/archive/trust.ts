import * as pkijs from "pkijs";
import type { SignatureProblem } from "../../domain/archive/report.ts";
import { derOf } from "./cms.ts";

const MAX_CHAIN = 5;
const extension = {
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  extendedKeyUsage: "2.5.29.37",
} as const;
/** Critical extensions that we act on; any other critical one makes the certificate unusable (RFC 5280 §4.2). */
const understood: ReadonlySet<string> = new Set([extension.keyUsage, extension.basicConstraints]);
/** Bits of the first octet of keyUsage (RFC 5280 §4.2.1.3). */
const DIGITAL_SIGNATURE_OR_NON_REPUDIATION = 0xc0;
const KEY_CERT_SIGN = 0x04;

/** What is asked about a signer's certificate. */
export interface TrustQuestion {
  readonly signer: pkijs.Certificate;
  readonly others: readonly pkijs.Certificate[];
  /** The only certificates that are believed without proof. */
  readonly roots: readonly pkijs.Certificate[];
  /** The time at which the chain had to be valid. */
  readonly at: Date;
}

/**
 * Checks that a certificate leads to one of the given roots (RFC 5280 §6.1, without revocation: one-time
 * certificates are never revoked). A root is recognised by its bytes, never by its name, and every certificate that
 * came along must be a link of the chain: nothing in a signature goes unread.
 */
export async function trustProblem(question: TrustQuestion): Promise<SignatureProblem | undefined> {
  const { signer, at } = question;
  if (!mayUse(signer, DIGITAL_SIGNATURE_OR_NON_REPUDIATION) || isAuthority(signer)) {
    return "wrong-key-usage";
  }
  const chain = await chainOf(question);
  if (!chain) return "untrusted";
  const links = new Set(chain.map(fingerprint));
  if (question.others.some((other) => !links.has(fingerprint(other)))) return "bad-cms";
  return chain.every((certificate) => isValidAt(certificate, at)) ? undefined : "not-valid-then";
}

/** Reads certificates in DER. @throws {Error} when one is not a certificate */
export function readCertificates(ders: readonly Uint8Array[]): readonly pkijs.Certificate[] {
  return ders.map((der) => pkijs.Certificate.fromBER(Uint8Array.from(der)));
}

/** One attribute of a certificate's subject: common name 2.5.4.3, organization 2.5.4.10. */
export function subjectOf(certificate: pkijs.Certificate, type: string): string | null {
  const found = certificate.subject.typesAndValues.find((each) => each.type === type);
  const value: unknown = found?.value.valueBlock.value;
  return typeof value === "string" ? value : null;
}

async function chainOf(question: TrustQuestion): Promise<readonly pkijs.Certificate[] | undefined> {
  const roots = new Set(question.roots.map(fingerprint));
  const chain: pkijs.Certificate[] = [];
  let current: pkijs.Certificate | undefined = question.signer;
  while (current && chain.length < MAX_CHAIN) {
    chain.push(current);
    if (roots.has(fingerprint(current))) return chain;
    current = await issuerOf(current, [...question.roots, ...question.others]);
  }
  return undefined;
}

async function issuerOf(
  certificate: pkijs.Certificate,
  candidates: readonly pkijs.Certificate[],
): Promise<pkijs.Certificate | undefined> {
  for (const candidate of candidates) {
    if (
      candidate.subject.isEqual(certificate.issuer) &&
      isAuthority(candidate) &&
      mayUse(candidate, KEY_CERT_SIGN) &&
      (await isIssuedBy(certificate, candidate))
    ) {
      return candidate;
    }
  }
  return undefined;
}

async function isIssuedBy(
  certificate: pkijs.Certificate,
  issuer: pkijs.Certificate,
): Promise<boolean> {
  try {
    return await certificate.verify(issuer);
  } catch {
    return false;
  }
}

function fingerprint(certificate: pkijs.Certificate): string {
  return Buffer.from(derOf(certificate)).toString("base64");
}

function isValidAt(certificate: pkijs.Certificate, at: Date): boolean {
  return certificate.notBefore.value <= at && at <= certificate.notAfter.value;
}

function isAuthority(certificate: pkijs.Certificate): boolean {
  const found: unknown = extensionOf(certificate, extension.basicConstraints);
  return found instanceof pkijs.BasicConstraints && found.cA;
}

/** Has one of the usages, and no critical extension that we do not understand. */
function mayUse(certificate: pkijs.Certificate, bits: number): boolean {
  const strange = (certificate.extensions ?? []).some(
    (each) => each.critical && !understood.has(each.extnID),
  );
  const usage: unknown = extensionOf(certificate, extension.keyUsage);
  if (strange || typeof usage !== "object" || usage === null || !("valueBlock" in usage))
    return false;
  const block: unknown = usage.valueBlock;
  const octets =
    typeof block === "object" && block !== null && "valueHexView" in block
      ? block.valueHexView
      : [];
  return octets instanceof Uint8Array && ((octets[0] ?? 0) & bits) !== 0;
}

function extensionOf(certificate: pkijs.Certificate, id: string): unknown {
  return certificate.extensions?.find((each) => each.extnID === id)?.parsedValue;
}
