// Runs every test a newcomer needs: unit and backend tests, then the browser journeys.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureChromium } from "./chromium.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const chromium = ensureChromium();
const args = process.argv.slice(2);
const started = Date.now();
const mocha = join(root, "node_modules", "mocha", "bin", "mocha.js");
const specs = args.some((arg) => !arg.startsWith("-"))
  ? []
  : ["test/**/*.test.ts", "test/**/*.test.tsx"];
const done = spawnSync(process.execPath, [mocha, ...args, ...specs], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, CHROMIUM: chromium, ENTENTE_BUILT: "1" },
});
const seconds = ((Date.now() - started) / 1000).toFixed(0);
process.stdout.write(
  done.status === 0
    ? `\n✔ All tests passed in ${seconds} s.\n`
    : `\n✘ Tests failed (exit ${done.status ?? done.signal}) after ${seconds} s.\n`,
);
process.exit(done.status ?? 1);
