import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const root = new URL("../../", import.meta.url).pathname;
const run = promisify(execFile);

interface Cruise {
  modules: { source: string }[];
  summary: { violations: { rule: { name: string }; from: string }[] };
}

async function cruise(...folders: string[]): Promise<Cruise> {
  const depcruise = join(root, "node_modules/.bin/depcruise");
  const args = ["--config", ".dependency-cruiser.cjs", "--output-type", "json", ...folders];
  const options = { cwd: root, maxBuffer: 256 * 1024 * 1024 };
  const output = await run(depcruise, args, options).catch((error: { stdout: string }) => error);
  return JSON.parse(output.stdout) as Cruise;
}

async function sources(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true });
  return entries
    .filter((entry) => /\.tsx?$/.test(entry) && !entry.endsWith(".d.ts"))
    .map((entry) => `${folder}/${entry}`);
}

describe("the import rules", function () {
  this.timeout(120_000);

  it("[ARC-3] hold, over every source file there is", async () => {
    const folders = ["backend", "domain", "frontend"];
    const { modules, summary } = await cruise(...folders);
    const cruised = new Set(modules.map((module) => module.source));
    const onDisk = (await Promise.all(folders.map(sources))).flat();
    expect(onDisk.length).to.be.greaterThan(100);
    expect(onDisk.filter((file) => !cruised.has(file))).to.deep.equal([]);
    expect(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`)).to.deep.equal([]);
  });

  it("[ARC-4] catch a planted violation (canary)", async () => {
    const folder = join(root, "domain/kernel/canary");
    await mkdir(folder, { recursive: true });
    try {
      await writeFile(
        join(folder, "planted.ts"),
        'import { readFileSync } from "node:fs";\nimport { readConfig } from "../../../backend/config.ts";\nexport const planted = [readFileSync, readConfig];\n',
      );
      const { summary } = await cruise("domain/kernel/canary");
      const names = summary.violations.map((violation) => violation.rule.name);
      expect(names).to.include.members(["domain-has-no-io", "domain-is-pure"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
