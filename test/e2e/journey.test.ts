import type { Browser } from "playwright-core";
import { World } from "../support/world.ts";
import { openBrowser, picture, Window } from "./browser.ts";

const password = "un long mot de passe";

/** The whole line, by clicking and typing only: from an empty instance to a verified, archived PDF. */
describe("the main journey", function () {
  this.timeout(240_000);
  let world: World;
  let browser: Browser;
  const windows = new Map<string, Window>();
  before(async () => {
    world = await World.start();
    browser = await openBrowser();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    for (const [who, { page }] of windows) await page.screenshot({ path: `test-results/${who}.png` });
  });
  after(async () => {
    await browser?.close();
    await world?.stop();
  });

  const windowOf = (who: string): Window => {
    const window = windows.get(who);
    if (!window) throw new Error(`${who} has no window`);
    return window;
  };
  const register = async (who: string, name: string): Promise<Window> => {
    const window = await Window.open(browser, world.url);
    windows.set(who, window);
    await window.page.goto("/register");
    await window.fill("Prénom et nom", name);
    await window.fill("Adresse électronique", `${who}@example.org`);
    await window.fill("Mot de passe", password);
    await window.press("Créer mon compte");
    await window.page.waitForURL((url) => url.pathname === "/");
    return window;
  };

  it("[E2E-1] Eli opens a partnership, adds the partners and invites people", async () => {
    const eli = await register("eli", "Eli Marchand");
    await eli.press("Ouvrir un partenariat");
    await eli.fill("Nom du partenariat", "Tremplin numérique");
    await eli.fill("Ce que vous voulez faire ensemble", "Former ensemble vers l’emploi.");
    await eli.page
      .getByRole("dialog")
      .getByRole("button", { name: "Ouvrir le partenariat" })
      .click();
    await eli.page.waitForURL(/\/partnerships\/\w+$/);
    await eli.page.goto(`${eli.page.url()}/people`);
    await addPartner(eli, "Association Passerelle", "Association");
    await addPartner(eli, "Société Boréal", "Entreprise");
    await invite(eli, {
      email: "ada@example.org",
      partner: "Association Passerelle",
      roles: ["Responsable", "Membre du comité"],
    });
    await invite(eli, {
      email: "ben@example.org",
      partner: "Société Boréal",
      roles: ["Responsable", "Membre du comité"],
    });
    await invite(eli, {
      email: "noor@example.org",
      partner: "Société Boréal",
      roles: ["Archiviste"],
    });
    await picture(eli.page, "people");
  });

  for (const [who, name] of [
    ["ada", "Ada Fontaine"],
    ["ben", "Ben Castel"],
    ["noor", "Noor Bensaïd"],
  ] as const) {
    it(`[E2E-2] ${name} follows the invitation's link and joins`, async () => {
      const path = await linkFor(windowOf("eli"), `${who}@example.org`);
      const guest = await register(who, name);
      await guest.page.goto(path);
      await guest.press(/^Accepter/);
      await guest.page.waitForURL(/\/partnerships\/\w+$/);
      await guest.sees("Tremplin numérique");
    });
  }

  it("[E2E-3] Ada starts an agreement from a template", async () => {
    const ada = windowOf("ada");
    await ada.follow("Modèles");
    await ada.sees("Modèles d’accord");
    await picture(ada.page, "gallery");
    await ada.page
      .getByRole("link", { name: /Partage des coûts/ })
      .first()
      .click();
    await ada.press("Commencer un accord");
    const dialog = ada.page.getByRole("dialog");
    await dialog.getByLabel("Titre de l’accord").fill("Partage des coûts de Tremplin numérique");
    await dialog.getByRole("button", { name: /Commencer/ }).click();
    await ada.page.waitForURL(/\/agreements\/\w+$/);
    await ada.sees(/Enregistré/);
  });

  it("[E2E-4] Ada and Ben write it together in two browsers", async () => {
    const [ada, ben] = [windowOf("ada"), windowOf("ben")];
    await ben.page.goto(new URL(ada.page.url()).pathname);
    await ben.sees(/Enregistré/);
    await typeAtEnd(ada, "Ada écrit ici que la confiance précède le contrat.");
    await ben.sees("la confiance précède le contrat");
    await typeAtEnd(ben, "Ben répond que le contrat protège la confiance.");
    await ada.sees("le contrat protège la confiance");
    await ada.sees(/Enregistré/);
    await picture(ada.page, "editor");
  });
});

async function addPartner(window: Window, name: string, sector: string): Promise<void> {
  await window.press("Ajouter un partenaire");
  const dialog = window.page.getByRole("dialog");
  await dialog.getByLabel("Nom de l’organisation").fill(name);
  await dialog.getByLabel("Nature").first().click();
  await window.page.getByRole("option", { name: sector, exact: true }).click();
  await dialog.getByLabel("J’agis pour cette organisation").setChecked(false);
  await dialog.getByRole("button", { name: /^Ajouter / }).click();
  await dialog.waitFor({ state: "detached" });
  await window.sees(name);
}

interface Guest {
  readonly email: string;
  readonly partner: string;
  readonly roles: readonly string[];
}

async function invite(window: Window, guest: Guest): Promise<void> {
  await window.press("Inviter une personne");
  const dialog = window.page.getByRole("dialog");
  await dialog.getByLabel("Adresse électronique").fill(guest.email);
  await dialog.getByLabel("Organisation pour laquelle elle agit").first().click();
  await window.page.getByRole("option", { name: guest.partner }).click();
  const boxes = dialog.getByRole("checkbox");
  for (const box of await boxes.all()) await box.setChecked(false);
  for (const role of guest.roles) await dialog.getByLabel(role).check();
  await dialog.getByRole("button", { name: "Envoyer l’invitation" }).click();
  await dialog.waitFor({ state: "detached" });
}

/** The link that the outbox page shows for the newest message to an address. */
async function linkFor(operator: Window, email: string): Promise<string> {
  await operator.page.goto("/outbox");
  const message = operator.page.getByRole("listitem").filter({ hasText: email });
  const link = message.getByRole("link", { name: /lien/i }).first();
  const href = await link.getAttribute("href");
  if (!href) throw new Error(`no link for ${email}`);
  return new URL(href, operator.page.url()).pathname;
}

/** Types a sentence into a paragraph of the paper, as a person would. */
async function typeAtEnd(window: Window, sentence: string): Promise<void> {
  const paragraph = window.page.locator(".ProseMirror p").first();
  await paragraph.click();
  await window.page.keyboard.press("End");
  await window.page.keyboard.press("Enter");
  await window.page.keyboard.type(sentence);
}
