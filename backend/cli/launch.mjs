// The two commands on a bare machine: install what is missing or stale, build what has changed, run.
// Plain JavaScript on purpose: nothing is installed yet when it starts.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const stamps = join(root, "node_modules", ".entente");
const [, , command = "start", ...rest] = process.argv;

const say = (text) => process.stdout.write(`\x1b[2m▸\x1b[0m ${text}\n`);

function run(title, program, args, options = {}) {
  say(title);
  const started = Date.now();
  const done = spawnSync(program, args, { cwd: root, stdio: "inherit", ...options });
  if (done.status !== 0) {
    process.stderr.write(`\n✘ ${title} failed${done.error ? `: ${done.error.message}` : ""}.\n`);
    process.exit(done.status ?? 1);
  }
  say(`${title} — done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function digest(paths) {
  const hash = createHash("sha256");
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (name !== "node_modules") visit(join(path, name));
      return;
    }
    hash.update(path.slice(root.length)).update("\0").update(readFileSync(path));
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest("hex");
}

function whenStale(name, inputs, isPresent, act) {
  const stamp = join(stamps, name);
  const now = digest(inputs);
  if (isPresent() && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  act();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, now);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`Entente needs Node.js 20.19 or newer; this is ${process.version}.\n`);
  process.exit(1);
}

// `npm ci` would refuse a lock file made where a registry lacks the binaries of other platforms;
// `install --no-save` takes the locked versions all the same and adds what this platform needs.
function install() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  whenStale(
    "install",
    ["package.json", "package-lock.json"],
    () => existsSync(join(root, "node_modules", "mongoose")),
    () =>
      run("Installing packages", npm, [
        "install",
        "--no-save",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
      ]),
  );
}

const bin = (name) => join(root, "node_modules", ".bin", name);

function buildBackend() {
  whenStale(
    "backend",
    ["domain", "backend", "tsconfig.json", "tsconfig.build.json", "package-lock.json"],
    () => existsSync(join(root, "dist", "backend", "main.js")),
    () => run("Building the server", bin("tsc"), ["-p", "tsconfig.build.json"]),
  );
}

function buildFrontend() {
  whenStale(
    "frontend",
    ["domain", "frontend", "package-lock.json"],
    () => existsSync(join(root, "dist", "frontend", "index.html")),
    () =>
      run("Building the pages", bin("vite"), [
        "build",
        "--config",
        "frontend/vite.config.ts",
        "--logLevel",
        "warn",
      ]),
  );
}

function follow(program, args) {
  const child = spawn(program, args, { cwd: root, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

checkNode();
install();
buildBackend();
buildFrontend();
if (command === "start") {
  follow(process.execPath, [join(root, "dist", "backend", "cli", "entente.js"), "start", ...rest]);
} else if (command === "test") {
  follow(process.execPath, [join(root, "test", "support", "run.mjs"), ...rest]);
} else if (command === "prepare") {
  say("Ready.");
} else {
  process.stderr.write(`Unknown command: ${command}\n`);
  process.exit(3);
}
