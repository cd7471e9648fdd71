import type { templates as fr } from "./fr.templates.ts";
import type { Same } from "./same.ts";

/** Template gallery and the start of an agreement, in English. */
export const templates: Same<typeof fr> = {
  gallery: {
    title: "Agreement templates",
    lead: "Choose where to start. The text stays yours: everything can be changed, together.",
    empty: "No template is installed",
    emptyText: "The operator can add some in the templates folder.",
    articles_one: "{{count}} article",
    articles_other: "{{count}} articles",
    checks_one: "{{count}} check",
    checks_other: "{{count}} checks",
  },
  preview: {
    note: "Preview with sample facts.",
    language: "Language of the preview",
    version: "Template version {{version}}",
    lawAsOf: "law as of {{date}}",
    licence: "licence {{licence}}",
  },
  start: {
    open: "Start an agreement",
    title: "Start an agreement",
    name: "Title of the agreement",
    titleMissing: "Give the agreement a title.",
    language: "Language of the agreement",
    languageHelp: "The language of the signed text. It does not change later.",
    parties: "Parties",
    partiesHelp: "The partners stand in the agreement from the start; you can remove some.",
    submit: "Start writing",
  },
};
