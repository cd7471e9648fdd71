import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { NodeCompiler } from "@myriaddreamin/typst-ts-node-compiler";
import { z } from "zod";
import { versionBytes } from "../../../domain/agreements/version.ts";
import { printModel } from "./print-model.ts";
import type { Box, LaidOut, RenderInput } from "./types.ts";

/** Inner width and height of a signature box in points, as the layout draws them. */
const BOX_WIDTH_PT = 195.59;
const BOX_HEIGHT_PT = 110.55;
const BOX_INSET_PT = 9;
/** Renderings after which what Typst remembered of one is forgotten. */
const EVICT_AFTER_RENDERINGS = 5;

const found = z.array(
  z.object({
    value: z.object({ slot: z.string(), page: z.number(), x: z.number(), y: z.number() }),
  }),
);

/**
 * Lays the version out with Typst as tagged PDF/A-3a with the canonical record and the log's proof attached.
 * @throws {Error} when Typst refuses the document: a bug in the template or the print model
 */
export async function layOut(input: RenderInput): Promise<LaidOut> {
  const folder = printFolder();
  const compiler = NodeCompiler.create({ workspace: folder });
  const shadow = (name: string, text: string): void =>
    compiler.mapShadow(path.join(folder, name), Buffer.from(text, "utf8"));
  shadow("data.json", JSON.stringify(printModel(input)));
  shadow("agreement.json", versionBytes(input.content));
  if (input.logProof !== null) shadow("decision.tlog-proof", input.logProof);
  const source = await readFile(path.join(folder, "agreement.typ"), "utf8");
  const compiled = compiler.compile({ mainFileContent: source });
  const document = compiled.result;
  if (!document) {
    throw new Error(`Typst: ${JSON.stringify(compiled.takeError()?.shortDiagnostics ?? [])}`);
  }
  const pdf = compiler.pdf(document, {
    pdfStandard: "a-3a",
    creationTimestamp: Math.floor(input.createdAt.getTime() / 1000),
  });
  const boxes = found
    .parse(compiler.query(document, { selector: "<signature-box>" }))
    .map(({ value }) => boxAt(value));
  // The library remembers every layout for ever otherwise.
  compiler.evictCache(EVICT_AFTER_RENDERINGS);
  return { pdf: new Uint8Array(pdf), pages: document.numOfPages, boxes };
}

function boxAt(at: { slot: string; page: number; x: number; y: number }): Box {
  return {
    slot: at.slot,
    page: at.page,
    x: at.x - BOX_INSET_PT,
    y: at.y - BOX_INSET_PT,
    width: BOX_WIDTH_PT,
    height: BOX_HEIGHT_PT,
  };
}

/** `templates/print` beside the sources or two levels above the build. */
function printFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, "templates", "print", "agreement.typ"))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("templates/print/agreement.typ is missing");
    folder = parent;
  }
  return path.join(folder, "templates", "print");
}
