import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A real Chromium; each person gets a context of their own. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: flags });
}

/** One person's browser window, in French, with its own cookies. */
export class Window {
  readonly page: Page;
  private readonly context: BrowserContext;
  /** Faults of scripts: there must be none. */
  readonly faults: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.on("pageerror", (error) => this.faults.push(error.message));
  }

  static async open(browser: Browser, baseURL: string): Promise<Window> {
    const context = await browser.newContext({
      baseURL,
      locale: "fr-FR",
      timezoneId: "Europe/Paris",
      viewport: { width: 1280, height: 900 },
      acceptDownloads: true,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(20_000);
    return new Window(context, await context.newPage());
  }

  /** Clicks a button by its French name. */
  async press(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name }).first().click();
  }

  async follow(name: string | RegExp): Promise<void> {
    await this.page.getByRole("link", { name }).first().click();
  }

  async fill(label: string | RegExp, value: string): Promise<void> {
    await this.page.getByLabel(label).first().fill(value);
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** Takes a picture for the README when pictures are asked for (`PICTURES=1`). */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env["PICTURES"]) return;
  const folder = new URL("../../docs/pictures/", import.meta.url).pathname;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
