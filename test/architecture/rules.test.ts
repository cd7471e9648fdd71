import { expect } from "chai";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;

async function filesBelow(folder: string, pattern: RegExp): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true });
  return entries.filter((entry) => pattern.test(entry)).map((entry) => join(root, folder, entry));
}

async function idsIn(files: readonly string[], pattern: RegExp): Promise<Set<string>> {
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? "")),
  );
}

describe("the rules", () => {
  let written: Set<string>;
  let tested: Set<string>;
  before(async () => {
    written = await idsIn([join(root, "docs/RULES.md")], /^- \*\*([A-Z]+-\d+)\*\*/gm);
    const tests = await filesBelow("test", /\.(test|check)\.tsx?$/);
    tested = await idsIn(tests, /(?:it|describe)\(\s*[`"']\[([A-Z]+-\d+)\]/g);
  });

  it("[ARC-1] each have at least one test", () => {
    expect(written.size).to.be.greaterThan(50);
    expect([...written].filter((id) => !tested.has(id))).to.deep.equal([]);
  });

  it("[ARC-2] are written down for each id that a test names", () => {
    expect([...tested].filter((id) => !written.has(id))).to.deep.equal([]);
  });
});
