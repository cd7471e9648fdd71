import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PDFDocument, StandardFonts } from "pdf-lib";
import { assemble } from "../support/cast.ts";
import { seal } from "../support/line.ts";
import { World } from "../support/world.ts";
import { run, type Ran } from "./tools.ts";

const root = new URL("../../", import.meta.url).pathname;

/** `entente verify` as an archivist runs it. */
describe("entente verify", () => {
  let world: World;
  let folder: string;
  let pdf: Uint8Array;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "entente-verify-"));
    world = await World.start();
    pdf = (await seal(await assemble(world))).pdf;
  });
  after(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const verify = async (name: string, bytes: Uint8Array): Promise<Ran> => {
    const file = join(folder, name);
    await writeFile(file, bytes);
    const args = ["--import", "tsx", join(root, "backend/cli/entente.ts"), "verify", file];
    return run(process.execPath, args, {
      cwd: root,
      env: { ...process.env, DATA_DIR: world.dataDir, LOG_LEVEL: "silent" },
    });
  };

  it("[VAL-8] passes the sealed PDF with exit code 0", async () => {
    const { code, output } = await verify("sealed.pdf", pdf);
    expect(code, output).to.equal(0);
    expect(output)
      .to.match(/^PASS /)
      .and.not.match(/^FAIL/m);
  });

  it("[VAL-9] refuses a copy with one byte changed, with the reason", async () => {
    const copy = new Uint8Array(pdf);
    const at = Buffer.from(copy).indexOf("stream") + 60;
    copy[at] = (copy[at] ?? 0) ^ 0x01;
    const { code, output } = await verify("flipped.pdf", copy);
    expect(code, output).to.equal(1);
    expect(output).to.match(/^FAIL {2}signatures: /m);
  });

  it("[VAL-10] refuses a copy with a page replaced by an increment, with the reason", async () => {
    const document = await PDFDocument.load(pdf, {
      forIncrementalUpdate: true,
      updateMetadata: false,
    });
    const page = document.getPage(0);
    page.drawText("999 EUR", {
      x: 60,
      y: 400,
      font: await document.embedFont(StandardFonts.Helvetica),
    });
    const { code, output } = await verify(
      "replaced.pdf",
      await document.commit({ useObjectStreams: false }),
    );
    expect(code, output).to.equal(1);
    expect(output).to.match(/^FAIL {2}changes: /m);
  });

  it("[VAL-11] cannot tell of a file that is not a PDF, and says how to use it", async () => {
    const text = await verify("note.txt", new TextEncoder().encode("not a PDF"));
    expect([1, 2], text.output).to.include(text.code);
    const args = ["--import", "tsx", join(root, "backend/cli/entente.ts"), "verify"];
    expect((await run(process.execPath, args, { cwd: root })).code).to.equal(3);
  });
});
