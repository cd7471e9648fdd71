// `npm run bench:storage`: installs the peers, compiles the engine and the benchmark as the product is compiled, runs.
// Not with tsx: its transform wraps every closure, which would measure the transform.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

function run(program, args, cwd) {
  const done = spawnSync(program, args, { cwd, stdio: ["ignore", 2, 2] });
  return done.status === 0;
}

const peers = ["@seald-io/nedb", "better-sqlite3"];
const isInstalled = (name) => existsSync(join(root, "bench", "node_modules", name));
if (!process.argv.includes("--no-install") && !peers.every(isInstalled)) {
  process.stderr.write("Installing the peers in bench/ (a compiler may be needed) …\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const flags = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  run(npm, ["install", ...flags], join(root, "bench"));
  for (const name of peers.filter((peer) => !isInstalled(peer)))
    process.stderr.write(`${name} did not install: the benchmark goes on without it.\n`);
}
const tsc = join(root, "node_modules", ".bin", "tsc");
if (!run(tsc, ["-p", join("bench", "tsconfig.json")], root)) process.exit(2);

const main = join(root, ".cache", "bench", "bench", "storage", "main.js");
const child = spawn(process.execPath, [main, ...process.argv.slice(2)], {
  cwd: root,
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
