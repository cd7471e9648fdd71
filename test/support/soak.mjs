// Runs the random tests again and again, each time with a new seed, until one fails or the time is over.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const minutes = Number(process.argv[2] ?? 30);
const isRandom = /from "fast-check"|support\/random\.ts"/;
const specs = readdirSync(join(root, "test"), { recursive: true })
  .filter((name) => /\.test\.tsx?$/.test(name))
  .map((name) => join("test", name))
  .filter((path) => isRandom.test(readFileSync(join(root, path), "utf8")));
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const end = Date.now() + minutes * 60_000;

for (let turn = 1; Date.now() < end; turn++) {
  const seed = String(Math.floor(Math.random() * 2 ** 31));
  const done = spawnSync(process.execPath, [mocha, "--reporter", "dot", ...specs], {
    cwd: root,
    encoding: "utf8",
    env: { FAULT_ROUNDS: "40", POWER_CUTS: "60", ...process.env, SEED: seed },
  });
  if (done.status !== 0) {
    process.stdout.write(`${done.stdout}${done.stderr}\n✘ Turn ${turn} failed: SEED=${seed}\n`);
    process.exit(1);
  }
  process.stdout.write(`Turn ${turn}: ${specs.length} files hold with SEED=${seed}\n`);
}
