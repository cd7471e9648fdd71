import type { TextNode } from "../../domain/agreements/schema.ts";
import { versionHash, type VersionContent } from "../../domain/agreements/version.ts";
import type { RenderInput } from "../../backend/signing/render/types.ts";

type Language = "fr" | "en";

/** A text node. */
export const say = (text: string, ...marks: string[]): TextNode =>
  marks.length > 0
    ? { type: "text", text, marks: marks.map((type) => ({ type })) }
    : { type: "text", text };
/** A paragraph. */
export const paragraph = (...content: TextNode[]): TextNode => ({ type: "paragraph", content });
/** A clause with its resolved number. */
export const clause = (
  attrs: { id: string; number: string },
  title: string,
  ...body: TextNode[]
): TextNode => ({
  type: "clause",
  attrs: { ...attrs, lib: null },
  content: [{ type: "clauseTitle", content: title === "" ? [] : [say(title)] }, ...body],
});
const value = (shown: string): TextNode => ({ type: "value", attrs: { expr: "x", shown } });
const term = (name: string, defines = false): TextNode => ({
  type: "term",
  attrs: { name, defines, shown: name },
});
const reference = (target: string, shown: string): TextNode => ({
  type: "clauseRef",
  attrs: { target, shown },
});
const list = (type: "bulletList" | "orderedList", ...items: string[]): TextNode => ({
  type,
  content: items.map((item) => ({ type: "listItem", content: [paragraph(say(item))] })),
});

const parties = [
  {
    id: "passerelle",
    name: "Association Passerelle",
    sector: "association",
    legal_form: "Association loi 1901",
    registration: "RNA W751000000",
    address: "12, rue des Lilas, 75020 Paris",
    country: "France",
    signatory: "Ada Lemaire",
  },
  {
    id: "boreal",
    name: "Société Boréal",
    sector: "company",
    legal_form: "SAS",
    registration: "RCS Paris 900 000 000",
    address: "4, quai du Nord, 59000 Lille",
    country: "France",
    signatory: "Ben Oyelaran",
  },
  {
    id: "metropole",
    name: "Métropole d’Exemple",
    sector: "public_authority",
    legal_form: "Établissement public de coopération intercommunale",
    address: "1, place de l’Hôtel-de-Ville, 00000 Exemple",
    country: "France",
    signatory: "Cléo Marchand",
  },
];

const frText: TextNode[] = [
  clause(
    { id: "objet", number: "1" },
    "Objet",
    paragraph(
      say("Les "),
      term("Parties", true),
      say(
        " s’associent pour ouvrir, dans les quartiers nord de la métropole, un atelier de réparation solidaire qui forme chaque année ",
      ),
      value("quarante-huit"),
      say(
        " personnes éloignées de l’emploi. Elles conviennent ici de ce que chacune apporte, de la manière dont elles décident ensemble et de ce qu’il advient des bénéfices et des risques.",
      ),
    ),
    paragraph(
      say("Le partenariat ne crée "),
      say("aucune personne morale", "bold"),
      say(" ; chaque partie reste seule responsable des engagements qu’elle prend "),
      say("envers les tiers", "italic"),
      say(", sauf ce que prévoit l’"),
      reference("risques", "article 4"),
      say("."),
    ),
  ),
  clause(
    { id: "apports", number: "2" },
    "Apports des parties",
    paragraph(
      say("Les "),
      term("Parties"),
      say(" réunissent un budget de "),
      value("240\u202f000,00\u202f€"),
      say(" (deux cent quarante mille euros), réparti comme suit."),
    ),
    {
      type: "dataTable",
      attrs: {
        id: "tab-apports",
        of: "contributions",
        columns: "party,kind,amount,basis",
        total: "amount",
        table: {
          columns: [
            { key: "party", label: "Partie", align: "left" },
            { key: "kind", label: "Nature", align: "left" },
            { key: "basis", label: "Évaluation", align: "left" },
            { key: "amount", label: "Montant", align: "right" },
          ],
          rows: [
            ["Association Passerelle", "Compétences", "Prix de revient", "60\u202f000,00\u202f€"],
            ["Société Boréal", "Numéraire", "Valeur nominale", "100\u202f000,00\u202f€"],
            ["Métropole d’Exemple", "Locaux", "Valeur locative constatée", "80\u202f000,00\u202f€"],
          ],
          total: ["", "", "", "240\u202f000,00\u202f€"],
        },
      },
    },
    clause(
      { id: "apports-nature", number: "2.1" },
      "Apports en nature",
      paragraph(
        say(
          "Un apport en nature est évalué avant sa mise à disposition. La méthode est celle que le tableau indique ; à défaut d’accord, un tiers désigné par le comité l’arrête.",
        ),
      ),
      list(
        "bulletList",
        "les locaux, à la valeur locative constatée par le service des domaines ;",
        "les compétences, au prix de revient horaire, charges comprises ;",
        "les données, sans valeur comptable, mais avec une licence écrite.",
      ),
    ),
  ),
  clause(
    { id: "gouvernance", number: "3" },
    "Gouvernance",
    paragraph(
      say("Le "),
      term("Comité de pilotage", true),
      say(
        " réunit un représentant par partie. Il délibère valablement lorsque les deux tiers des parties sont présentes, et décide à la majorité des deux tiers des voix exprimées.",
      ),
    ),
    list(
      "orderedList",
      "Le comité se réunit au moins quatre fois par an.",
      "Il arrête le budget, les jalons et les suites à donner à chaque jalon.",
      "Une partie directement intéressée à une décision se récuse.",
    ),
    {
      type: "table",
      content: [
        {
          type: "tableRow",
          content: ["Sujet", "Proposée par", "Décidée à"].map((text) => ({
            type: "tableHeader",
            content: [paragraph(say(text))],
          })),
        },
        {
          type: "tableRow",
          content: ["Budget annuel", "toute partie", "deux tiers des voix"].map((text) => ({
            type: "tableCell",
            content: [paragraph(say(text))],
          })),
        },
        {
          type: "tableRow",
          content: ["Entrée d’une partie", "le comité", "unanimité"].map((text) => ({
            type: "tableCell",
            content: [paragraph(say(text))],
          })),
        },
      ],
    },
  ),
  clause(
    { id: "risques", number: "4" },
    "Répartition des risques",
    paragraph(
      say("Chaque risque de l’"),
      reference("annexe-risques", "annexe A"),
      say(
        " a un porteur, qui en assure la prévention et en supporte la charge dans la limite indiquée. Un risque sans porteur est partagé à parts égales.",
      ),
    ),
  ),
  { type: "signatures", attrs: { of: "parties", parties } },
  {
    type: "annex",
    attrs: { id: "annexe-risques", number: "A" },
    content: [
      { type: "clauseTitle", content: [say("Registre des risques")] },
      {
        type: "dataTable",
        attrs: {
          id: "tab-risques",
          of: "risks",
          columns: "id",
          total: null,
          table: {
            columns: [
              { key: "id", label: "N°", align: "left" },
              { key: "risk", label: "Risque", align: "left" },
              { key: "owner", label: "Porteur", align: "left" },
              { key: "cap", label: "Plafond", align: "right" },
            ],
            rows: Array.from({ length: 16 }, (_, index) => [
              `R${String(index + 1).padStart(2, "0")}`,
              "Retard d’une autorisation administrative nécessaire à l’ouverture du lieu",
              ["Métropole d’Exemple", "Société Boréal", "Association Passerelle"][index % 3] ?? "",
              "12\u202f500,00\u202f€",
            ]),
            total: null,
          },
        },
      },
    ],
  },
];

const enText: TextNode[] = [
  clause(
    { id: "purpose", number: "1" },
    "Purpose",
    paragraph(
      say("The "),
      term("Parties", true),
      say(
        " join forces to open a community repair workshop in the northern districts, which trains each year ",
      ),
      value("forty-eight"),
      say(" people who are far from employment. They settle here what each contributes."),
    ),
  ),
  clause(
    { id: "contributions", number: "2" },
    "Contributions",
    paragraph(
      say("The total budget is "),
      value("€240,000.00"),
      say("; see "),
      reference("purpose", "article 1"),
      say("."),
    ),
  ),
  { type: "signatures", attrs: { of: "parties", parties } },
];

const longClause = (index: number): TextNode =>
  clause(
    { id: `article-${index}`, number: String(index) },
    `Engagements de la phase ${index}`,
    ...Array.from({ length: 6 }, (_, paragraphIndex) =>
      paragraph(
        say(
          `Paragraphe ${paragraphIndex + 1}. Les parties mettent en œuvre de bonne foi les moyens humains, matériels et financiers nécessaires à la réalisation de la phase, rendent compte au comité de pilotage de l’avancement, des dépenses engagées et des difficultés rencontrées, et conviennent par écrit de toute modification substantielle du calendrier ou du budget avant sa mise en œuvre. Voir aussi l’`,
        ),
        reference(`article-${Math.max(1, index - 1)}`, `article\u00a0${Math.max(1, index - 1)}`),
        say("."),
      ),
    ),
  );

/** A version with the given text. */
export function versionOf(
  text: readonly TextNode[],
  changes: Partial<Omit<VersionContent, "text">> = {},
): VersionContent {
  return {
    format: "entente-version/1",
    agreement: "agr_sample",
    number: 3,
    title: "Convention de partenariat pour l’atelier de réparation solidaire",
    language: "fr",
    template: { id: "partage-couts-benefices", version: "1.0.0", sha256: "0".repeat(64) },
    facts: { parties },
    ...changes,
    text: { type: "doc", content: text },
  };
}

/** A short agreement in each language, and one of about twenty pages. */
export const versionSamples = {
  fr: versionOf(frText),
  en: versionOf(enText, {
    language: "en",
    title: "Partnership agreement for a community repair workshop",
  }),
  long: versionOf(
    Array.from({ length: 36 }, (_, index) => longClause(index + 1)),
    {
      title: "Convention-cadre pluriannuelle",
    },
  ),
} satisfies Record<string, VersionContent>;

const decisions: Record<Language, RenderInput["decision"]> = {
  fr: {
    title: "Approuver la convention de partenariat, version 3",
    outcome: "approved",
    closedAt: new Date("2026-11-22T09:42:00Z"),
    arithmetic: [
      "Quorum : 3 parties sur 3 ; 2 étaient nécessaires.",
      "Pour : 3 voix sur 3 ; 2 étaient nécessaires.",
    ],
  },
  en: {
    title: "Approve the partnership agreement, version 3",
    outcome: "approved",
    closedAt: new Date("2026-11-22T09:42:00Z"),
    arithmetic: ["Quorum: 3 of 3 partners; 2 needed.", "For: 3 of 3; 2 needed."],
  },
};

/** Everything the renderer needs for a version, with three signatories and an adopted decision. */
export function renderInput(
  content: VersionContent,
  changes: Partial<RenderInput> = {},
): RenderInput {
  return {
    content,
    contentSha256: versionHash(content),
    createdAt: new Date("2026-11-22T10:00:00Z"),
    decision: decisions[content.language],
    logProof: "c2sp.org/tlog-proof@v1\nindex 3\n",
    signatories: [
      {
        slot: "passerelle",
        name: "Ada Lemaire",
        partnerName: "Association Passerelle",
        capacity: "Présidente, délibération du 3 novembre 2026",
      },
      {
        slot: "boreal",
        name: "Ben Oyelaran",
        partnerName: "Société Boréal",
        capacity: "Directeur général",
      },
      { slot: "metropole", name: "Cléo Marchand", partnerName: "Métropole d’Exemple" },
    ],
    ...changes,
  };
}
