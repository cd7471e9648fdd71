#!/usr/bin/env node
import type { DemoLogins } from "./demo.ts";

const USAGE = `Usage: entente <command>

  start [--no-demo]   serve; seeds a fictional demo partnership into an empty data folder
  demo                the same, and fails if the data folder already holds something else
  migrate [--dry-run] bring stored data to this program's schema version, or tell what that would change
  compact             remove files that nothing names, give unused room back to the disk
  backup <dir> [--with-keys] [--stopped]
                      copy everything, consistently, while the server runs; --with-keys adds the secrets;
                      --stopped: nothing writes to a MongoDB that has no snapshots
  restore <dir>       put a backup into an empty data folder or database
  check [<dir>]       verify every blob, document, index and log of the data, or of a backup; exit 0 sound, 1 damage
  verify <file.pdf>   check a signed PDF; exit 0 pass, 1 fail, 2 cannot tell, 3 usage
`;

const EXIT_USAGE = 3;

async function start(options: readonly string[]): Promise<void> {
  const unknown = options.filter((option) => option !== "--no-demo");
  if (unknown.length > 0) return usage(`Unknown option: ${unknown.join(" ")}`);
  const [{ serve }, { seedDemo }] = await Promise.all([import("../main.ts"), import("./demo.ts")]);
  const { app, url, dataDir } = await serve();
  const logins = options.includes("--no-demo") ? undefined : await seedDemo(app, dataDir);
  say(`\n  Entente is ready: ${url}\n`);
  if (logins) say(loginTable(logins));
  say("  Ctrl-C stops it; nothing is lost.\n");
}

function loginTable({ password, people }: DemoLogins): string {
  const width = Math.max(...people.map(({ email }) => email.length));
  const lines = people.map(({ email, who }) => `    ${email.padEnd(width)}  ${who}`);
  return `  Demo logins (password: ${password})\n${lines.join("\n")}\n`;
}

async function verify(args: readonly string[]): Promise<void> {
  const [file, ...rest] = args;
  if (!file || rest.length > 0) return usage("verify takes one file");
  const { verifyFile } = await import("../archive/index.ts");
  process.exitCode = await verifyFile(file);
}

async function migrate(args: readonly string[]): Promise<void> {
  const unknown = args.filter((option) => option !== "--dry-run");
  if (unknown.length > 0) return usage(`Unknown option: ${unknown.join(" ")}`);
  const { migrateData } = await import("./migrate.ts");
  await migrateData({ isDry: args.includes("--dry-run"), say });
}

async function compact(args: readonly string[]): Promise<void> {
  if (args.length > 0) return usage("compact takes nothing");
  const { compactData } = await import("./compact.ts");
  await compactData(say);
}

async function backup(args: readonly string[]): Promise<void> {
  const { dirs, options, problem } = split(args, ["--with-keys", "--stopped"]);
  const [dir, ...rest] = dirs;
  if (problem || !dir || rest.length > 0) return usage(problem ?? "backup takes one folder");
  const { backupTo } = await import("./backup.ts");
  const [hasKeys, isStopped] = [options.has("--with-keys"), options.has("--stopped")];
  say(await backupTo(dir, { hasKeys, isStopped, progress: note }));
}

async function restore(args: readonly string[]): Promise<void> {
  const { dirs, problem } = split(args, []);
  const [dir, ...rest] = dirs;
  if (problem || !dir || rest.length > 0) return usage(problem ?? "restore takes one folder");
  const { restoreFrom } = await import("./restore.ts");
  say(await restoreFrom(dir, note));
}

async function check(args: readonly string[]): Promise<void> {
  const { dirs, problem } = split(args, []);
  if (problem || dirs.length > 1) return usage(problem ?? "check takes one folder at most");
  const { checkAll } = await import("./check.ts");
  process.exitCode = await checkAll(dirs[0], { say, note });
}

function split(
  args: readonly string[],
  known: readonly string[],
): { dirs: string[]; options: ReadonlySet<string>; problem?: string } {
  const options = new Set(args.filter((arg) => arg.startsWith("--")));
  const dirs = args.filter((arg) => !arg.startsWith("--"));
  const unknown = [...options].filter((option) => !known.includes(option));
  return unknown.length > 0
    ? { dirs, options, problem: `Unknown option: ${unknown.join(" ")}` }
    : { dirs, options };
}

/** What is being done goes to standard error: standard output has the result alone. */
function note(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isPortTaken = "code" in error && error.code === "EADDRINUSE";
  return isPortTaken
    ? `${error.message}: stop what listens there, or set PORT to another port.`
    : error.message;
}

function usage(problem: string): void {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  process.exitCode = EXIT_USAGE;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const [, , command, ...args] = process.argv;
try {
  if (command === "start" || command === "demo") await start(args);
  else if (command === "verify") await verify(args);
  else if (command === "migrate") await migrate(args);
  else if (command === "compact") await compact(args);
  else if (command === "backup") await backup(args);
  else if (command === "restore") await restore(args);
  else if (command === "check") await check(args);
  else if (command === "help" || command === "--help") say(USAGE);
  else usage(command ? `Unknown command: ${command}` : "Which command?");
} catch (error) {
  process.stderr.write(`${wordsOf(error)}\n`);
  // Node 24 may wait for its compiler for ever when it is told to exit; what was left open must not keep it either.
  process.exitCode = 1;
  setTimeout(() => process.exit(1), 2_000).unref();
}
