import { expect } from "chai";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;

async function documents(): Promise<string[]> {
  const docs = await readdir(join(root, "docs"), { recursive: true });
  return [
    "README.md",
    ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
  ];
}

describe("the documents", () => {
  it("[ARC-5] link only to files that exist", async () => {
    const broken: string[] = [];
    for (const document of await documents()) {
      const text = await readFile(join(root, document), "utf8");
      const targets = text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|\bsrc="([^"]+)"/g);
      for (const [, link, source] of targets) {
        const target = link ?? source ?? "";
        if (/^[a-z]+:/.test(target)) continue;
        if (!existsSync(join(root, dirname(document), target)))
          broken.push(`${document}: ${target}`);
      }
    }
    expect(broken).to.deep.equal([]);
  });

  it("[ARC-6] name only source files that exist", async () => {
    const text = await readFile(join(root, "docs/ARCHITECTURE.md"), "utf8");
    const named = [
      ...text.matchAll(/`((?:backend|domain|frontend|templates|test|bench)\/[\w./-]+\.\w+)`/g),
    ];
    expect(named.length).to.be.greaterThan(20);
    const missing = named
      .map(([, path = ""]) => path)
      .filter((path) => !existsSync(join(root, path)));
    expect(missing).to.deep.equal([]);
  });

  it("[ARC-7] give each dependency its line of why", async () => {
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const text = await readFile(join(root, "docs/DEPENDENCIES.md"), "utf8");
    const names = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(names.filter((name) => !text.includes(`\`${name}\``))).to.deep.equal([]);
  });
});
