import { createHash, sign, verify, X509Certificate } from "node:crypto";
import * as asn1js from "asn1js";
import * as pkijs from "pkijs";
import { certificateOf, derOf, type SigningIdentity } from "./certificates.ts";

const oid = {
  data: "1.2.840.113549.1.7.1",
  signedData: "1.2.840.113549.1.7.2",
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  sha256: "2.16.840.1.101.3.4.2.1",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
} as const;

/**
 * Signs a SHA-256 digest as a detached CMS SignedData (RFC 5652) of the PAdES baseline
 * (ETSI EN 319 142-1): content-type, message-digest and signing-certificate-v2 (RFC 5035), no
 * signing-time, which the profile forbids. The result is DER.
 * @param digest SHA-256 of the bytes that are signed, 32 octets
 */
export function signDetached(digest: Uint8Array, identity: SigningIdentity): Uint8Array {
  const certificate = certificateOf(identity.certificate);
  const attributes = sortDer([
    attribute(oid.contentType, new asn1js.ObjectIdentifier({ value: oid.data })),
    attribute(oid.messageDigest, new asn1js.OctetString({ valueHex: new Uint8Array(digest) })),
    attribute(oid.signingCertificateV2, signingCertificate(identity.certificate, certificate)),
  ]);
  // RFC 5652 §5.4: signed as an explicit SET OF, stored under the tag [0].
  const signedBytes = new Uint8Array(
    new asn1js.Set({ value: attributes.map((item) => item.toSchema()) }).toBER(false),
  );
  const signature = sign("sha256", signedBytes, identity.key);
  const { publicKey } = new X509Certificate(identity.certificate);
  if (!verify("sha256", signedBytes, publicKey, signature)) {
    throw new Error("the key does not belong to the certificate");
  }
  return envelope(certificate, attributes, { identity, signature });
}

function envelope(
  certificate: pkijs.Certificate,
  attributes: pkijs.Attribute[],
  signed: { identity: SigningIdentity; signature: Uint8Array },
): Uint8Array {
  const sha256 = new pkijs.AlgorithmIdentifier({ algorithmId: oid.sha256 });
  const signer = new pkijs.SignerInfo({
    version: 1,
    sid: new pkijs.IssuerAndSerialNumber({
      issuer: certificate.issuer,
      serialNumber: certificate.serialNumber,
    }),
    digestAlgorithm: sha256,
    signedAttrs: new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes }),
    signatureAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: oid.ecdsaWithSha256 }),
    signature: new asn1js.OctetString({ valueHex: new Uint8Array(signed.signature) }),
  });
  const certificates = [certificate, ...signed.identity.issuers.map(certificateOf)];
  const data = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: oid.data }),
    digestAlgorithms: [sha256],
    certificates: sortDer(certificates),
    signerInfos: [signer],
  });
  return derOf(new pkijs.ContentInfo({ contentType: oid.signedData, content: data.toSchema() }));
}

/** RFC 5035 §3: SHA-256 is the default algorithm and therefore absent in DER. */
function signingCertificate(der: Uint8Array, certificate: pkijs.Certificate): asn1js.Sequence {
  const hash = createHash("sha256").update(der).digest();
  const issuerSerial = new pkijs.IssuerSerial({
    issuer: new pkijs.GeneralNames({
      names: [new pkijs.GeneralName({ type: 4, value: certificate.issuer })],
    }),
    serialNumber: certificate.serialNumber,
  });
  const essCertId = new asn1js.Sequence({
    value: [new asn1js.OctetString({ valueHex: new Uint8Array(hash) }), issuerSerial.toSchema()],
  });
  return new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [essCertId] })] });
}

function attribute(type: string, value: unknown): pkijs.Attribute {
  return new pkijs.Attribute({ type, values: [value] });
}

/** DER orders the members of a SET OF by their encodings (X.690 §11.6). */
function sortDer<Item extends { toSchema(): { toBER(sizeOnly?: boolean): ArrayBuffer } }>(
  items: readonly Item[],
): Item[] {
  return items.toSorted((a, b) => Buffer.compare(derOf(a), derOf(b)));
}
