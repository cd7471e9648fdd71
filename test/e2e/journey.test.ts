import { expect } from "chai";
import { mkdtempSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { World } from "../support/world.ts";
import { inspect, openBrowser, Window } from "./browser.ts";

const password = "un long mot de passe";

/** The whole line, by clicking and typing only: from an empty instance to a verified, archived PDF. */
describe("the main journey", function () {
  this.timeout(240_000);
  let world: World;
  let browser: Browser;
  const windows = new Map<string, Window>();
  const sealed = join(mkdtempSync(join(tmpdir(), "entente-journey-")), "accord.pdf");
  before(async () => {
    world = await World.start();
    browser = await openBrowser();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== "failed") return;
    for (const [who, { page }] of windows)
      await page.screenshot({ path: `test-results/${who}.png` });
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

  it("[JRN-1] Eli opens a partnership, adds the partners and invites people", async () => {
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
    await inspect(eli.page, "people");
  });

  for (const [who, name] of [
    ["ada", "Ada Fontaine"],
    ["ben", "Ben Castel"],
    ["noor", "Noor Bensaïd"],
  ] as const) {
    it(`[JRN-2] ${name} follows the invitation's link and joins`, async () => {
      const path = await linkFor(windowOf("eli"), `${who}@example.org`);
      const guest = await register(who, name);
      await guest.page.goto(path);
      await guest.press(/^Accepter/);
      await guest.page.waitForURL(/\/partnerships\/\w+$/);
      await guest.sees("Tremplin numérique");
    });
  }

  it("[JRN-3] Ada starts an agreement from a template", async () => {
    const ada = windowOf("ada");
    await ada.follow("Modèles");
    await ada.sees("Modèles d’accord");
    await inspect(ada.page, "gallery");
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

  it("[JRN-4] Ada and Ben write it together in two browsers", async () => {
    const [ada, ben] = [windowOf("ada"), windowOf("ben")];
    await ben.page.goto(new URL(ada.page.url()).pathname);
    await ben.sees(/Enregistré/);
    await typeAtEnd(ada, "Ada écrit ici que la confiance précède le contrat.");
    await ben.sees("Ada écrit ici que la confiance précède le contrat.");
    await typeAtEnd(ben, "Ben répond que le contrat protège la confiance.");
    await ada.sees("Ben répond que le contrat protège la confiance.");
    await ada.fill("Nom du projet", "Tremplin numérique");
    await ben.page.locator(".ProseMirror").getByText("« Tremplin numérique »").first().waitFor();
    await ada.sees(/Enregistré/);
    await inspect(ada.page, "editor");
  });

  it("[JRN-5] Ada freezes a version and everybody reads the same text", async () => {
    const ada = windowOf("ada");
    await ada.press("Figer une version");
    const dialog = ada.page.getByRole("dialog");
    await dialog.getByLabel("Nom de cette version").fill("Pour le comité");
    await dialog.getByRole("button", { name: "Figer la version 1" }).click();
    await ada.page.waitForURL(/\/versions\/1$/);
    await ada.sees("la confiance précède le contrat");
    await ada.sees("le contrat protège la confiance");
    await inspect(ada.page, "version");
  });

  it("[JRN-6] Eli forms a committee with a rule and opens the vote", async () => {
    const eli = windowOf("eli");
    await eli.page.goto("/");
    await eli.follow(/Tremplin numérique/);
    await eli.page.waitForURL(/\/partnerships\/\w+$/);
    const home = eli.page.url();
    await eli.page.goto(`${home}/committees/new`);
    await eli.fill("Nom du comité", "Comité de pilotage");
    await eli.page.getByRole("radio", { name: /^Deux tiers/ }).check();
    await inspect(eli.page, "committee");
    await eli.press("Former le comité");
    await eli.page.waitForURL((url) => !url.pathname.endsWith("/committees/new"));
    await eli.page.goto(`${home}/decisions/new`);
    await eli.page.getByLabel("Titre de la décision").waitFor();
    await eli.fill("Ce qu’il faut savoir pour voter", "Le texte reprend nos échanges.");
    await eli.press("Préparer la décision");
    await eli.page.waitForURL(/\/decisions\/\w+$/);
    await eli.press("Ouvrir le vote");
    await eli.page.getByRole("dialog").getByRole("button", { name: "Ouvrir le vote" }).click();
    await eli.sees("Où en est le vote");
    await inspect(eli.page, "decision");
  });

  it("[JRN-7] Ada and Ben vote for their organisations, and the count follows live", async () => {
    const [eli, ada, ben] = [windowOf("eli"), windowOf("ada"), windowOf("ben")];
    const path = new URL(eli.page.url()).pathname;
    await ada.page.goto(path);
    await ada.page.getByRole("radio", { name: "Pour" }).check();
    await inspect(ada.page, "ballot");
    await ada.press(/^Voter pour, au nom de/);
    await ada.sees(/Enregistrée au journal des décisions/);
    await eli.sees("1 partenaire sur 2 a voté.");
    await ben.page.goto(path);
    await ben.page.getByRole("radio", { name: "Pour" }).check();
    await ben.press(/^Voter pour, au nom de/);
    await ben.sees(/Enregistrée au journal des décisions/);
    await eli.sees("2 partenaires sur 2 ont voté.");
    await eli.press("Clôturer le vote");
    await eli.page.getByRole("dialog").getByRole("button", { name: "Clôturer et compter" }).click();
    await eli.sees("La décision est adoptée");
    await inspect(eli.page, "outcome");
  });

  it("[JRN-8] Eli sends the approved version out for signature", async () => {
    const eli = windowOf("eli");
    await eli.page
      .getByRole("link", { name: "Demander les signatures" })
      .or(eli.page.getByRole("button", { name: "Demander les signatures" }))
      .first()
      .click();
    await eli.press("Envoyer en signature");
    await eli.page.waitForURL(/\/signature-requests\/\w+$/, { timeout: 60_000 });
    await eli.page.getByText("Page 1 sur").first().waitFor({ timeout: 90_000 });
    await inspect(eli.page, "signatures");
  });

  for (const who of ["ada", "ben"]) {
    it(`[JRN-9] ${who} reads the document in the page and signs it`, async () => {
      const window = windowOf(who);
      await window.page.goto(new URL(windowOf("eli").page.url()).pathname);
      await window.page.locator("canvas").first().waitFor({ timeout: 60_000 });
      await window.page.getByLabel("Je consens à cette déclaration").check();
      await window.fill("Votre mot de passe", password);
      if (who === "ada") await inspect(window.page, "signing");
      await window.press(/^Signer au nom de/);
      await window.page
        .getByText(/Vous avez signé|L’accord est signé et scellé/)
        .first()
        .waitFor({ timeout: 60_000 });
    });
  }

  it("[JRN-9] the one who asked sees it sealed and taken into the archive", async () => {
    const eli = windowOf("eli");
    await eli.sees("L’accord est signé et scellé");
    await eli.page.getByText("Voir dans les archives").first().waitFor({ timeout: 60_000 });
    await inspect(eli.page, "sealed");
  });

  it("[JRN-10] Noor finds the sealed agreement by words and downloads it", async () => {
    const noor = windowOf("noor");
    await noor.page.goto("/archive?query=confiance");
    const row = noor.page.getByRole("link", { name: /Partage des coûts de Tremplin/ }).first();
    await row.waitFor({ timeout: 30_000 });
    await inspect(noor.page, "archive");
    await row.click();
    await noor.page.waitForURL(/\/archive\/\w+$/);
    await noor.page.getByRole("heading", { level: 1, name: /Partage des coûts/ }).waitFor();
    await noor.sees("Association Passerelle");
    await inspect(noor.page, "record");
    const waiting = noor.page.waitForEvent("download");
    await noor.page.getByRole("link", { name: /PDF/ }).first().click();
    const download = await waiting;
    await download.saveAs(sealed);
    expect((await stat(sealed)).size).to.be.greaterThan(50_000);
  });

  it("[JRN-11] somebody without an account verifies the PDF, and a forged copy is refused", async () => {
    const stranger = await Window.open(browser, world.url);
    windows.set("stranger", stranger);
    await stranger.page.goto("/verify");
    await stranger.page.locator("input[type=file]").setInputFiles(sealed);
    await stranger.page
      .getByText(/Ada Fontaine/)
      .first()
      .waitFor({ timeout: 30_000 });
    await stranger.sees("Ce document est intact et ses signatures sont bonnes.");
    await inspect(stranger.page, "verify");
    const forged = `${sealed}.forged.pdf`;
    const bytes = await readFile(sealed);
    const at = bytes.indexOf("stream") + 80;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(forged, bytes);
    await stranger.page.goto("/verify");
    await stranger.page.locator("input[type=file]").setInputFiles(forged);
    await stranger.page
      .getByText("Ce document ne doit pas être tenu pour bon.")
      .first()
      .waitFor({ timeout: 30_000 });
  });

  it("[JRN-12] reads in English too, on every kind of page", async () => {
    const eli = windowOf("eli");
    await eli.page.goto("/");
    await eli.press("English");
    await eli.page
      .getByRole("link", { name: /Tremplin numérique/ })
      .first()
      .click();
    await eli.page.getByRole("heading", { name: "Agreements" }).waitFor();
    await inspect(eli.page, "english-home");
    await eli.follow("People");
    await eli.page.getByRole("heading", { level: 1 }).waitFor();
    await inspect(eli.page, "english-people");
    await eli.follow("Templates");
    await eli.page.getByRole("link", { name: /Risk/ }).first().click();
    await eli.page.getByText("Preview with sample facts").first().waitFor();
    await inspect(eli.page, "english-template");
    await eli.page.goto("/archive");
    await eli.page
      .getByRole("link", { name: /Partage des coûts/ })
      .first()
      .click();
    await eli.page.getByText("Download the signed PDF").first().waitFor();
    await inspect(eli.page, "english-record");
  });

  it("[JRN-13] no page threw an error on the way", () => {
    const faults = [...windows].flatMap(([who, { faults }]) =>
      faults.map((one) => `${who}: ${one}`),
    );
    expect(faults).to.deep.equal([]);
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

/** Types a sentence as a new paragraph of the first article, at the pace of a quick person. */
async function typeAtEnd(window: Window, sentence: string): Promise<void> {
  const paragraph = window.page.locator(".ProseMirror p", { hasText: "Il prend effet" }).first();
  await paragraph.getByText("Coordinateur", { exact: true }).last().click({ delay: 60 });
  await window.page.keyboard.press("End", { delay: 60 });
  await window.page.keyboard.press("Enter", { delay: 60 });
  await window.page.keyboard.type(sentence, { delay: 10 });
}
