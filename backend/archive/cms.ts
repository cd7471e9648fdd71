import { createHash } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { isSameBytes } from "../../domain/archive/pdf-values.ts";
import type { SignatureProblem } from "../../domain/archive/report.ts";

/** Who a CMS signature says signed; whom to believe is another question. */
export interface ReadCms {
  readonly signer: pkijs.Certificate;
  /** All certificates that came along, the signer's included. */
  readonly others: readonly pkijs.Certificate[];
}

/** What reading a CMS signature gave: the signer where it could be read, and what is wrong, if anything. */
export interface CmsResult {
  readonly cms?: ReadCms;
  readonly problem?: SignatureProblem;
}

const oid = {
  signedData: "1.2.840.113549.1.7.2",
  data: "1.2.840.113549.1.7.1",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
} as const;

const digests: Readonly<Record<string, string>> = {
  "2.16.840.1.101.3.4.2.1": "sha256",
  "2.16.840.1.101.3.4.2.2": "sha384",
  "2.16.840.1.101.3.4.2.3": "sha512",
};

/**
 * Checks a detached PAdES signature (ETSI EN 319 142-1, RFC 5652, RFC 5035): one signer, its certificate inside and
 * named by signing-certificate-v2, the digest of the covered bytes, the signature over the signed attributes.
 * @param contents the signature's place: DER padded with zero bytes
 * @throws {Error} when a certificate is too broken for the library to encode again
 */
export async function checkCms(contents: Uint8Array, covered: Uint8Array): Promise<CmsResult> {
  const parsed = readSignedData(contents);
  if (typeof parsed === "string") return { problem: parsed };
  const [info, ...extra] = parsed.signerInfos;
  if (!info || extra.length > 0) return { problem: "several-signers" };
  const others = (parsed.certificates ?? []).filter(
    (item): item is pkijs.Certificate => item instanceof pkijs.Certificate,
  );
  const signer = others.find((certificate) => isNamed(info, certificate));
  if (!signer || !isPlain(parsed, info)) return { problem: "bad-cms" };
  const cms = { signer, others };
  const problem =
    attributeProblem(info, signer, covered) ??
    ((await isSignedBy(info, signer)) ? undefined : "wrong-signature");
  return problem ? { problem, cms } : { cms };
}

/** The DER bytes of a pkijs structure. */
export function derOf(item: { toSchema(encode?: boolean): { toBER(): ArrayBuffer } }): Uint8Array {
  return new Uint8Array(item.toSchema(true).toBER());
}

function readSignedData(contents: Uint8Array): pkijs.SignedData | SignatureProblem {
  const bytes = Uint8Array.from(contents);
  try {
    const parsed = asn1js.fromBER(bytes.buffer);
    if (parsed.offset <= 0 || childrenOf(parsed.result).length !== 2) return "bad-cms";
    if (bytes.subarray(parsed.offset).some((byte) => byte !== 0)) return "bad-contents";
    // The library forgives wrong lengths; what it understood must be what is written (X.690 §10).
    const understood = new Uint8Array(parsed.result.toBER());
    if (!isSameBytes(understood, bytes.subarray(0, parsed.offset))) return "bad-cms";
    const info = new pkijs.ContentInfo({ schema: parsed.result });
    if (info.contentType !== oid.signedData) return "bad-cms";
    return new pkijs.SignedData({ schema: info.content });
  } catch {
    // pkijs and asn1js throw errors of many kinds for what a stranger wrote.
    return "bad-cms";
  }
}

/** The one shape that PAdES baseline allows; no part of the envelope may say anything else unnoticed. */
function isPlain(data: pkijs.SignedData, info: pkijs.SignerInfo): boolean {
  const { encapContentInfo, digestAlgorithms } = data;
  return (
    data.version === 1 &&
    info.version === 1 &&
    encapContentInfo.eContentType === oid.data &&
    !encapContentInfo.eContent &&
    (data.crls ?? []).length === 0 &&
    digestAlgorithms.length === 1 &&
    digestAlgorithms[0]?.algorithmId === info.digestAlgorithm.algorithmId &&
    [...digestAlgorithms, info.digestAlgorithm, info.signatureAlgorithm].every(hasNoParameters)
  );
}

/** Absent or NULL (RFC 5754 §2); RSASSA-PSS, which has some, is not used here. */
function hasNoParameters(algorithm: pkijs.AlgorithmIdentifier): boolean {
  const parameters: unknown = algorithm.algorithmParams;
  return parameters === undefined || parameters instanceof asn1js.Null || isAny(parameters);
}

function isAny(parameters: unknown): boolean {
  return parameters instanceof asn1js.Any;
}

function isNamed(info: pkijs.SignerInfo, certificate: pkijs.Certificate): boolean {
  return (
    info.sid instanceof pkijs.IssuerAndSerialNumber &&
    info.sid.issuer.isEqual(certificate.issuer) &&
    info.sid.serialNumber.isEqual(certificate.serialNumber)
  );
}

function attributeProblem(
  info: pkijs.SignerInfo,
  signer: pkijs.Certificate,
  covered: Uint8Array,
): SignatureProblem | undefined {
  const algorithm = digests[info.digestAlgorithm.algorithmId];
  if (!algorithm) return "weak-algorithm";
  const contentType = attributeOf(info, oid.contentType);
  if (!(contentType instanceof asn1js.ObjectIdentifier) || contentType.getValue() !== oid.data) {
    return "bad-cms";
  }
  const digest = attributeOf(info, oid.messageDigest);
  const actual = createHash(algorithm).update(covered).digest();
  if (!(digest instanceof asn1js.OctetString) || !isOctets(digest, actual)) return "wrong-digest";
  return isSigningCertificate(attributeOf(info, oid.signingCertificateV2), signer)
    ? undefined
    : "wrong-signing-certificate";
}

/** The single value of an attribute that occurs once. */
function attributeOf(info: pkijs.SignerInfo, type: string): unknown {
  const found = (info.signedAttrs?.attributes ?? []).filter((each) => each.type === type);
  const values: readonly unknown[] = found[0]?.values ?? [];
  return found.length === 1 && values.length === 1 ? values[0] : undefined;
}

function isOctets(value: asn1js.OctetString, expected: Uint8Array): boolean {
  return Buffer.compare(Buffer.from(value.valueBlock.valueHexView), Buffer.from(expected)) === 0;
}

/** RFC 5035 §3: the first ESSCertIDv2 names the signer's certificate by hash; SHA-256 unless it says otherwise. */
function isSigningCertificate(value: unknown, signer: pkijs.Certificate): boolean {
  const first = childrenOf(childrenOf(childrenOf(value)[0])[0]);
  const [head, next] = first;
  const named = head instanceof asn1js.Sequence ? childrenOf(head)[0] : undefined;
  const algorithm = named instanceof asn1js.ObjectIdentifier ? digests[named.getValue()] : "sha256";
  const hash = head instanceof asn1js.OctetString ? head : next;
  if (!algorithm || !(hash instanceof asn1js.OctetString)) return false;
  return isOctets(hash, createHash(algorithm).update(derOf(signer)).digest());
}

function childrenOf(value: unknown): readonly unknown[] {
  return value instanceof asn1js.Sequence ? value.valueBlock.value : [];
}

/** RFC 5652 §5.4: the signature is over the attributes as an explicit SET OF. */
async function isSignedBy(info: pkijs.SignerInfo, signer: pkijs.Certificate): Promise<boolean> {
  if (!info.signedAttrs) return false;
  try {
    return await pkijs
      .getCrypto(true)
      .verifyWithPublicKey(
        Uint8Array.from(new Uint8Array(info.signedAttrs.encodedValue)),
        info.signature,
        signer.subjectPublicKeyInfo,
        info.signatureAlgorithm,
        hashName(info),
      );
  } catch {
    return false;
  }
}

function hashName(info: pkijs.SignerInfo): string {
  return (digests[info.digestAlgorithm.algorithmId] ?? "sha256").replace("sha", "SHA-");
}
