import { createPublicKey, randomBytes, webcrypto, type KeyObject } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";

/** Who a certificate names; texts longer than X.520 allows (64 characters) are cut. */
export interface Subject {
  readonly commonName: string;
  readonly organization?: string;
}

/** The key and certificate that sign for somebody; `certificate` and `issuers` are DER, `issuers` nearest first. */
export interface SigningIdentity {
  readonly key: KeyObject;
  readonly certificate: Uint8Array;
  readonly issuers: readonly Uint8Array[];
}

/** What a new certificate says. */
export interface CertificateRequest {
  readonly subject: Subject;
  readonly publicKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly use: "root" | "seal" | "signatory";
  /** Where the issuer's revocation list is published; the root has none. */
  readonly crlUrl?: string;
}

/** Who signs a certificate or a revocation list: P-384 key and its certificate. */
export interface Issuer {
  readonly key: KeyObject;
  readonly certificate: pkijs.Certificate;
}

const attribute = { commonName: "2.5.4.3", organization: "2.5.4.10" } as const;
const extension = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  basicConstraints: "2.5.29.19",
  crlNumber: "2.5.29.20",
  crlDistributionPoints: "2.5.29.31",
  authorityKeyIdentifier: "2.5.29.35",
} as const;

/** keyUsage bits of RFC 5280 §4.2.1.3, first octet, with the count of unused bits. */
const usages = {
  root: { bits: 0x06, unused: 1 },
  seal: { bits: 0xc0, unused: 6 },
  signatory: { bits: 0xc0, unused: 6 },
} as const;

const MAX_NAME_CHARACTERS = 64;
const SERIAL_BYTES = 16;

/**
 * Issues an X.509 certificate (RFC 5280) signed with ECDSA P-384 and SHA-384.
 * Without an issuer it is self-signed by `selfKey`.
 */
export async function issueCertificate(
  request: CertificateRequest,
  issuer: Issuer | { readonly selfKey: KeyObject },
): Promise<pkijs.Certificate> {
  const certificate = new pkijs.Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1js.Integer({ valueHex: randomSerial() });
  certificate.notBefore = timeOf(request.notBefore);
  certificate.notAfter = timeOf(request.notAfter);
  certificate.subject = distinguishedName(request.subject);
  certificate.issuer =
    "selfKey" in issuer ? distinguishedName(request.subject) : issuer.certificate.subject;
  certificate.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(spkiOf(request.publicKey));
  const own = await keyIdentifier(certificate);
  const authority = "selfKey" in issuer ? own : await keyIdentifier(issuer.certificate);
  certificate.extensions = extensionsOf(request, own, authority);
  const key = "selfKey" in issuer ? issuer.selfKey : issuer.key;
  await certificate.sign(await issuingKey(key), "SHA-384");
  return certificate;
}

/** Issues an empty revocation list (RFC 5280 §5) with a number that grows with time; DER. */
export async function issueRevocationList(
  issuer: Issuer,
  thisUpdate: Date,
  nextUpdate: Date,
): Promise<Uint8Array> {
  const list = new pkijs.CertificateRevocationList();
  list.version = 1;
  list.issuer = issuer.certificate.subject;
  list.thisUpdate = timeOf(thisUpdate);
  list.nextUpdate = timeOf(nextUpdate);
  const number = new asn1js.Integer({ value: Math.floor(thisUpdate.getTime() / 1000) });
  list.crlExtensions = new pkijs.Extensions({
    extensions: [
      authorityExtension(await keyIdentifier(issuer.certificate)),
      extensionOf(extension.crlNumber, number, false),
    ],
  });
  await list.sign(await issuingKey(issuer.key), "SHA-384");
  return derOf(list);
}

/** DER bytes of anything pkijs can turn into a schema. */
export function derOf(thing: {
  toSchema(): { toBER(sizeOnly?: boolean): ArrayBuffer };
}): Uint8Array {
  return new Uint8Array(thing.toSchema().toBER(false));
}

/** Reads a DER certificate. */
export function certificateOf(der: Uint8Array): pkijs.Certificate {
  return pkijs.Certificate.fromBER(new Uint8Array(der));
}

/** RFC 5280 §4.1.2.2: positive, not guessable, at most 20 octets. */
function randomSerial(): Uint8Array {
  const serial = new Uint8Array(randomBytes(SERIAL_BYTES));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime after; whole seconds. */
function timeOf(date: Date): pkijs.Time {
  const whole = new Date(Math.floor(date.getTime() / 1000) * 1000);
  const isShort = whole.getUTCFullYear() < 2050;
  const type = isShort ? pkijs.TimeType.UTCTime : pkijs.TimeType.GeneralizedTime;
  return new pkijs.Time({ type, value: whole });
}

/** One attribute to a relative name, as X.501 has it; pkijs alone would put them all in one. */
function distinguishedName(subject: Subject): pkijs.RelativeDistinguishedNames {
  const relative = (type: string, text: string): asn1js.Set => {
    const value = new asn1js.Utf8String({ value: cutName(text) });
    return new asn1js.Set({
      value: [new pkijs.AttributeTypeAndValue({ type, value }).toSchema()],
    });
  };
  const parts = [relative(attribute.commonName, subject.commonName)];
  if (subject.organization) parts.unshift(relative(attribute.organization, subject.organization));
  return pkijs.RelativeDistinguishedNames.fromBER(
    new asn1js.Sequence({ value: parts }).toBER(false),
  );
}

function cutName(text: string): string {
  return Array.from(text).slice(0, MAX_NAME_CHARACTERS).join("");
}

function extensionsOf(
  request: CertificateRequest,
  own: ArrayBuffer,
  authority: ArrayBuffer,
): pkijs.Extension[] {
  const isRoot = request.use === "root";
  const usage = usages[request.use];
  const constraints = new pkijs.BasicConstraints(isRoot ? { cA: true, pathLenConstraint: 0 } : {});
  const list = [
    extensionOf(extension.basicConstraints, constraints.toSchema(), true),
    extensionOf(
      extension.keyUsage,
      new asn1js.BitString({ valueHex: new Uint8Array([usage.bits]), unusedBits: usage.unused }),
      true,
    ),
    extensionOf(extension.subjectKeyIdentifier, new asn1js.OctetString({ valueHex: own }), false),
    authorityExtension(authority),
  ];
  if (request.crlUrl) list.push(distributionExtension(request.crlUrl));
  return list;
}

function authorityExtension(keyId: ArrayBuffer): pkijs.Extension {
  const identifier = new pkijs.AuthorityKeyIdentifier({
    keyIdentifier: new asn1js.OctetString({ valueHex: keyId }),
  });
  return extensionOf(extension.authorityKeyIdentifier, identifier.toSchema(), false);
}

function distributionExtension(url: string): pkijs.Extension {
  const point = new pkijs.DistributionPoint({
    distributionPoint: [new pkijs.GeneralName({ type: 6, value: url })],
  });
  const points = new pkijs.CRLDistributionPoints({ distributionPoints: [point] });
  return extensionOf(extension.crlDistributionPoints, points.toSchema(), false);
}

function extensionOf(
  extnID: string,
  value: { toBER(sizeOnly?: boolean): ArrayBuffer },
  critical: boolean,
): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical, extnValue: value.toBER(false) });
}

/** RFC 5280 §4.2.1.2, method 1: SHA-1 of the public key's bits, an identifier and no proof. */
function keyIdentifier(certificate: pkijs.Certificate): Promise<ArrayBuffer> {
  return certificate.getKeyHash("SHA-1");
}

function spkiOf(key: KeyObject): Uint8Array<ArrayBuffer> {
  const publicKey = key.type === "public" ? key : createPublicKey(key);
  return new Uint8Array(publicKey.export({ type: "spki", format: "der" }));
}

async function issuingKey(key: KeyObject): Promise<CryptoKey> {
  const pkcs8 = new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
  const algorithm = { name: "ECDSA", namedCurve: "P-384" };
  return webcrypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
}
