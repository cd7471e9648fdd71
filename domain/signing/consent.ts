/** What a consent statement speaks about. */
export interface ConsentSubject {
  readonly language: "fr" | "en";
  readonly name: string;
  readonly partnerName: string;
  /** By what right the person signs, in their own words. */
  readonly authority?: string;
  readonly title: string;
  readonly version: number;
  /** The hash that was voted on, hexadecimal. */
  readonly contentSha256: string;
}

/** The sentence to which a signatory says yes; kept word for word with the signature. */
export function consentStatement(subject: ConsentSubject): string {
  const { name, partnerName, title, version, contentSha256, authority } = subject;
  if (subject.language === "fr") {
    const right = authority ? `, en qualité de ${authority},` : "";
    return (
      `Je, ${name}, agissant pour ${partnerName}${right} ai lu «\u00a0${title}\u00a0», version ${version} ` +
      `(empreinte SHA-256 ${contentSha256}), telle que le document affiché la présente. ` +
      `J’y consens, je m’engage au nom de ${partnerName} et je signe par voie électronique.`
    );
  }
  const right = authority ? `, as ${authority},` : "";
  return (
    `I, ${name}, acting for ${partnerName}${right} have read “${title}”, version ${version} ` +
    `(SHA-256 ${contentSha256}), as the displayed document presents it. ` +
    `I agree to it, I bind ${partnerName} and I sign it electronically.`
  );
}

/** The reason that a party's signature carries in the PDF. */
export function signatureReason(subject: ConsentSubject): string {
  const { version, contentSha256, partnerName, authority } = subject;
  const right = authority ? ` (${authority})` : "";
  return subject.language === "fr"
    ? `J’approuve la version ${version} pour ${partnerName}${right} — sha256:${contentSha256}`
    : `I approve version ${version} for ${partnerName}${right} — sha256:${contentSha256}`;
}

/** The reason that the instance's certification carries in the PDF. */
export function certificationReason(
  subject: Pick<ConsentSubject, "language" | "version" | "contentSha256">,
): string {
  return subject.language === "fr"
    ? `Rendu certifié de la version ${subject.version} — sha256:${subject.contentSha256}`
    : `Certified rendering of version ${subject.version} — sha256:${subject.contentSha256}`;
}
