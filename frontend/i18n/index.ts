import { createInstance, type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import { agreements as agreementsEn } from "./en.agreements.ts";
import { archive as archiveEn } from "./en.archive.ts";
import { common as commonEn } from "./en.common.ts";
import { decisions as decisionsEn } from "./en.decisions.ts";
import { identity as identityEn } from "./en.identity.ts";
import { partnerships as partnershipsEn } from "./en.partnerships.ts";
import { refusals as refusalsEn } from "./en.refusals.ts";
import { signing as signingEn } from "./en.signing.ts";
import { templates as templatesEn } from "./en.templates.ts";
import { agreements } from "./fr.agreements.ts";
import { archive } from "./fr.archive.ts";
import { common } from "./fr.common.ts";
import { decisions } from "./fr.decisions.ts";
import { identity } from "./fr.identity.ts";
import { partnerships } from "./fr.partnerships.ts";
import { refusals } from "./fr.refusals.ts";
import { signing } from "./fr.signing.ts";
import { templates } from "./fr.templates.ts";
import { withFrenchSpaces } from "./typography.ts";

/** Every text of every screen: one namespace per feature, the same keys in both languages. */
export const catalogues = {
  fr: {
    common,
    refusals,
    identity,
    partnerships,
    templates,
    agreements,
    decisions,
    signing,
    archive,
  },
  en: {
    common: commonEn,
    refusals: refusalsEn,
    identity: identityEn,
    partnerships: partnershipsEn,
    templates: templatesEn,
    agreements: agreementsEn,
    decisions: decisionsEn,
    signing: signingEn,
    archive: archiveEn,
  },
};

const languages = createInstance();

const STORED = "entente-language";

/** The languages of the screens. */
export type Language = keyof typeof catalogues;

function isLanguage(text: string | null | undefined): text is Language {
  return text === "fr" || text === "en";
}

/** The language kept on this device, else the browser's, else French. */
function firstLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (isLanguage(stored)) return stored;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return spoken ?? "fr";
}

/** Changes the language of every screen and remembers it on this device. */
export async function speak(language: Language): Promise<void> {
  localStorage.setItem(STORED, language);
  await languages.changeLanguage(language);
}

/** Speaks the account's language, unless this device was told another one. */
export async function adopt(language: Language): Promise<void> {
  if (localStorage.getItem(STORED) === null) await languages.changeLanguage(language);
}

/** Makes the catalogues ready before the first screen; React escapes, so i18next need not. */
export async function startLanguages(): Promise<i18n> {
  languages.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await languages.use(initReactI18next).init({
    resources: { fr: withFrenchSpaces(catalogues.fr), en: catalogues.en },
    lng: firstLanguage(),
    fallbackLng: "fr",
    defaultNS: "common",
    ns: Object.keys(catalogues.fr),
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return languages;
}
