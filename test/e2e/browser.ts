import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import axe from "axe-core";
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

const pictures = new URL("../../docs/pictures/", import.meta.url).pathname;
const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

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

/**
 * Looks at a page: axe must find nothing against WCAG 2.2 AA, the page must not scroll sideways on a
 * phone, and a picture is taken for the README when pictures are asked for (`PICTURES=1`).
 */
export async function inspect(page: Page, name: string): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, 0));
  await photograph(page, name);
  const faults = await faultsOf(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.press("Escape", { delay: 300 });
  await photograph(page, `phone-${name}`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  faults.push(...(await faultsOf(page)).map((fault) => `phone: ${fault}`));
  await page.setViewportSize({ width: 1280, height: 900 });
  if (overflow > 1) faults.push(`phone: scrolls sideways by ${overflow} px`);
  if (faults.length > 0) throw new Error(`${name}: ${faults.join("; ")}`);
}

async function photograph(page: Page, name: string): Promise<void> {
  if (!process.env["PICTURES"]) return;
  await mkdir(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (tags) => {
    const engine = (window as unknown as { axe: typeof axe }).axe;
    const { violations: found } = await engine.run(document, { runOnly: tags });
    return found.map(({ id, nodes }) => `${id} at ${nodes[0]?.target.join(" ")}`);
  }, wcag);
  return violations;
}
