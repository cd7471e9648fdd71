/** Template gallery and the start of an agreement, in French. */
export const templates = {
  gallery: {
    title: "Modèles d’accord",
    lead: "Choisissez le point de départ. Le texte reste le vôtre : tout se modifie, ensemble.",
    empty: "Aucun modèle n’est installé",
    emptyText: "L’exploitant peut en ajouter dans le dossier des modèles.",
    articles_one: "{{count}} article",
    articles_other: "{{count}} articles",
    checks_one: "{{count}} vérification",
    checks_other: "{{count}} vérifications",
  },
  preview: {
    note: "Aperçu avec des données d’exemple.",
    language: "Langue de l’aperçu",
    version: "Modèle version {{version}}",
    lawAsOf: "droit au {{date}}",
    licence: "licence {{licence}}",
  },
  start: {
    open: "Commencer un accord",
    title: "Commencer un accord",
    name: "Titre de l’accord",
    titleMissing: "Donnez un titre à l’accord.",
    language: "Langue de l’accord",
    languageHelp: "Celle du texte signé. Elle ne change plus ensuite.",
    parties: "Parties",
    partiesHelp: "Les partenaires figurent d’emblée dans l’accord ; vous pourrez en retirer.",
    submit: "Commencer à écrire",
  },
};
