/** XMP namespace of what an agreement's PDF says about its text. */
export const ENTENTE_XMP_NAMESPACE = "urn:entente:xmp:1#";

const described = (
  prefix: string,
  uri: string,
  properties: readonly { name: string; type: string; about: string }[],
): string => `<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>${prefix}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>${uri}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>${prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>${properties
  .map(
    ({ name, type, about }) => `<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>${name}</pdfaProperty:name>
<pdfaProperty:valueType>${type}</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>${about}</pdfaProperty:description>
</rdf:li>`,
  )
  .join("")}</rdf:Seq></pdfaSchema:property>
</rdf:li>`;

const UA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/";

const extensions = [
  described("pdfuaid", UA_NAMESPACE, [
    { name: "part", type: "Integer", about: "Part of ISO 14289 the file conforms to" },
  ]),
  described("entente", ENTENTE_XMP_NAMESPACE, [
    { name: "contentSha256", type: "Text", about: "SHA-256 of the embedded agreement.json" },
  ]),
].join("");

/**
 * Adds to a PDF/A packet the PDF/UA-1 mark and the content hash, each with the extension
 * schema that PDF/A demands (ISO 19005-3, 6.6.2.3.3).
 * @throws {Error} when the packet has no such list of schemas: not what Typst writes for PDF/A
 */
export function extendXmp(packet: string, contentSha256: string): string {
  const list = "<pdfaExtension:schemas><rdf:Bag>";
  const at = packet.indexOf(list);
  const end = packet.lastIndexOf("</rdf:RDF>");
  if (at < 0 || end < at) throw new Error("the XMP packet has no extension schemas");
  const added = `<rdf:Description rdf:about="" xmlns:pdfuaid="${UA_NAMESPACE}" xmlns:entente="${ENTENTE_XMP_NAMESPACE}"><pdfuaid:part>1</pdfuaid:part><entente:contentSha256>${contentSha256}</entente:contentSha256></rdf:Description>`;
  const afterList = at + list.length;
  return (
    packet.slice(0, afterList) +
    extensions +
    packet.slice(afterList, end) +
    added +
    packet.slice(end)
  );
}
