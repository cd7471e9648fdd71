import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { contestantNames, type ContestantName } from "./contestants/contestant.ts";
import { requirePeer } from "./contestants/peer.ts";
import { markdown, type Findings } from "./report.ts";
import { changes } from "./suites/changes.ts";
import { inserts } from "./suites/inserts.ts";
import { opening } from "./suites/opening.ts";
import { hottestTitle, profiles } from "./suites/profiles.ts";
import { queries } from "./suites/queries.ts";
import { reads } from "./suites/reads.ts";
import type { Setting } from "./suites/suite.ts";

const suites = { inserts, changes, queries, reads, open: opening, profile: profiles };

const usage = `npm run bench:storage -- [options]
  --quick           small stores, few rounds: shows that it works, not what it costs
  --only a,b        suites: ${Object.keys(suites).join(", ")}
  --rounds N        measured rounds (default 7)
  --folder DIR      where stores are made (default .cache/bench-data); the disk that is measured
  --keep            keep the filled stores for the next run
  --save FILE       also write the findings as JSON
  --no-install      go on without peers that are not installed`;

function versionOf(path: string): string {
  if (!existsSync(path)) return "not installed";
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

function commit(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}

function facts(): Record<string, string | number> {
  const processors = cpus();
  const product = ["lmdb", "mingo", "mongodb", "mongoose"];
  const peers = ["@seald-io/nedb", "better-sqlite3"];
  const versions = [
    ...product.map((name) => `${name} ${versionOf(join("node_modules", name, "package.json"))}`),
    ...peers.map(
      (name) => `${name} ${versionOf(join("bench", "node_modules", name, "package.json"))}`,
    ),
  ];
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processors: `${processors.length} × ${processors[0]?.model ?? "unknown"}`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(1)),
    versions: versions.join(", "),
  };
}

/** A peer that cannot be loaded takes no part. */
function installed(): Set<ContestantName> {
  const names = new Set<ContestantName>(contestantNames);
  const absent = (peer: string, contestants: ContestantName[]) => {
    try {
      requirePeer(peer);
    } catch (error) {
      console.error(`${peer} takes no part: ${error instanceof Error ? error.message : ""}`);
      for (const name of contestants) names.delete(name);
    }
  };
  absent("@seald-io/nedb", ["nedb"]);
  absent("better-sqlite3", ["sqlite", "sqlite-grouped"]);
  return names;
}

function options() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
      folder: { type: "string", default: join(".cache", "bench-data") },
      keep: { type: "boolean", default: false },
      save: { type: "string" },
      help: { type: "boolean", default: false },
      "no-install": { type: "boolean", default: false },
    },
  });
  const names = values.only?.split(",") ?? Object.keys(suites);
  const unknown = names.filter((name) => !(name in suites));
  if (values.help || unknown.length > 0) {
    console.error(unknown.length > 0 ? `Unknown suite: ${unknown.join(", ")}\n${usage}` : usage);
    process.exit(values.help ? 0 : 3);
  }
  return { ...values, names: names as (keyof typeof suites)[] };
}

/** Without the hottest functions, which only somebody at work on the engine wants. */
function shortened({ targets, comparisons, tables }: Findings): Findings {
  const isKept = ({ title }: { title: string }) => !title.startsWith(hottestTitle);
  return { targets, comparisons, tables: tables.filter(isKept) };
}

async function saveTo(file: string, results: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

async function main(): Promise<void> {
  const { quick, names, rounds, folder, keep, save } = options();
  const findings: Findings = { comparisons: [], targets: [], tables: [] };
  const setting: Setting = {
    folder: resolve(folder),
    contestants: installed(),
    rounds: { warmUp: 2, measured: Number(rounds ?? (quick ? 3 : 7)) },
    isQuick: quick,
    findings,
    say: (text) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`),
  };
  if (!keep) await rm(setting.folder, { recursive: true, force: true });
  await mkdir(setting.folder, { recursive: true });
  const machine = facts();
  console.log(`# Storage benchmark\n`);
  for (const [name, fact] of Object.entries(machine)) console.log(`- ${name}: ${fact}`);
  for (const name of names) {
    const { comparisons, tables } = findings;
    const before = { comparisons: comparisons.length, tables: tables.length };
    await suites[name](setting);
    const added = {
      comparisons: comparisons.slice(before.comparisons),
      tables: tables.slice(before.tables),
      targets: [],
    };
    console.log(`\n${markdown(added)}`);
    if (save !== undefined)
      await saveTo(save, { machine, rounds: setting.rounds, ...shortened(findings) });
  }
  console.log(`\n${markdown({ comparisons: [], tables: [], targets: findings.targets })}`);
  if (!keep) await rm(setting.folder, { recursive: true, force: true });
}

await main();
