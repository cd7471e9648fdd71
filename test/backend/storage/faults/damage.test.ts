import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { randomFrom, seedOfRun } from "../../../support/random.ts";
import { Ledger } from "./ledger.ts";
import { bundleWriter, Writer } from "./writer.ts";

/** What became of one damaged folder. */
interface Fate {
  readonly what: string;
  /** What the check says of the database. */
  readonly findings: readonly string[];
  readonly refused?: string;
  readonly differences?: readonly string[];
}

const data = "db/data.mdb";
const usedRootBytes = 168;

describe("damaged files", function () {
  this.timeout(300_000);
  const seed = seedOfRun();
  const random = randomFrom(seed);
  const pick = (below: number): number => Math.floor(random() * below);
  let folder: string;
  let whole: string;

  before(async () => {
    console.log(`      seed ${seed}`);
    folder = mkdtempSync(join(tmpdir(), "entente-damage-"));
    whole = join(folder, "whole");
    const writer = new Writer([process.execPath, await bundleWriter(), whole]);
    writer.begin({ seed, starts: new Ledger(seed).starts, endAfter: 500 });
    const { lines, code, errors } = await writer.ended();
    expect(code, errors).to.equal(0);
    writeFileSync(join(folder, "ledger"), `${lines.join("\n")}\n`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Damages copies of the whole folder and lets another process check and open each. */
  function fatesOf(count: number, damage: (copy: string) => string): Fate[] {
    const copies = Array.from({ length: count }, (_, i) => {
      const copy = join(folder, `copy-${i}`);
      cpSync(whole, copy, { recursive: true });
      return { copy, what: damage(copy) };
    });
    const child = join(import.meta.dirname, "damage-child.ts");
    const args = [
      "--import",
      "tsx",
      child,
      String(seed),
      join(folder, "ledger"),
      ...copies.map(({ copy }) => copy),
    ];
    const { stdout, stderr, signal } = spawnSync(process.execPath, args, { encoding: "utf8" });
    for (const { copy } of copies) rmSync(copy, { recursive: true });
    const lines = stdout.trim().split("\n");
    const ended = `${signal} over ${copies[lines.length - 1]?.what}: ${stderr.slice(-500)}`;
    expect(signal, ended).to.equal(null);
    expect(lines.length, stderr).to.equal(count);
    return lines.map((line, i) => ({
      what: copies[i]?.what ?? "",
      ...(JSON.parse(line.slice(line.indexOf(" "))) as Omit<Fate, "what">),
    }));
  }

  function cut(path: string): string {
    const length = readFileSync(path).length;
    const by = Math.min(length, 1 + pick(random() < 0.5 ? 4096 : length));
    truncateSync(path, length - by);
    return `cut the last ${by} of ${length} bytes`;
  }

  function flip(path: string, at: number): string {
    const bytes = readFileSync(path);
    const bit = 1 << pick(8);
    bytes[at] = (bytes[at] ?? 0) ^ bit;
    writeFileSync(path, bytes);
    return `flip bit ${bit} of byte ${at} (page ${at >> 12})`;
  }

  const isSeen = ({ findings, refused }: Fate): boolean =>
    findings.length > 0 || refused !== undefined;
  const isHarmless = (fate: Fate): boolean => !isSeen(fate) && fate.differences?.length === 0;

  function summary(what: string, fates: readonly Fate[]): void {
    const [seen, harmless] = [fates.filter(isSeen).length, fates.filter(isHarmless).length];
    console.log(
      `      ${what}: ${fates.length} damaged, ${seen} reported, ${harmless} without effect, ${fates.length - seen - harmless} read differently`,
    );
  }

  it("[FLT-4] reports a database that is cut short, or has all that was acknowledged", () => {
    const fates = fatesOf(30, (copy) => cut(join(copy, data)));
    summary("cut short", fates);
    for (const fate of fates)
      expect(isSeen(fate) || isHarmless(fate), JSON.stringify(fate)).to.equal(true);
    expect(fates.some(isSeen)).to.equal(true);
  });

  it("[FLT-4] reports a root whose trees have flags or depths that LMDB would end the process over", () => {
    const places = [52, 53, 54, 55, 100, 101, 102, 103].flatMap((at) => [at, 4096 + at]);
    let next = 0;
    const fates = fatesOf(places.length, (copy) => flip(join(copy, data), places[next++] ?? 0));
    summary("flags and depths", fates);
    for (const fate of fates)
      expect(isSeen(fate) || isHarmless(fate), JSON.stringify(fate)).to.equal(true);
    expect(fates.some(isSeen)).to.equal(true);
  });

  it("[FLT-4] reports a tree of documents whose flags, depth, count or root are damaged", () => {
    const bytes = readFileSync(join(whole, data));
    const behindName = (name: string): number[] => {
      const found: number[] = [];
      for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1))
        found.push(at + name.length);
      return found;
    };
    // LMDB ends a name with a zero.
    const records = ["~documents 0\0", "~documents 1\0"].flatMap(behindName).slice(0, 20);
    const places = records.flatMap((at) => [4, 5, 6, 32, 40].map((offset) => at + offset));
    let next = 0;
    const fates = fatesOf(places.length, (copy) => flip(join(copy, data), places[next++] ?? 0));
    summary("trees of documents", fates);
    for (const fate of fates)
      expect(isSeen(fate) || isHarmless(fate), JSON.stringify(fate)).to.equal(true);
    expect(fates.some(isSeen)).to.equal(true);
  });

  it("[FLT-4] reports a damaged root, or has all that was acknowledged", () => {
    const fates = fatesOf(40, (copy) =>
      flip(join(copy, data), pick(2) * 4096 + pick(usedRootBytes)),
    );
    summary("root pages", fates);
    for (const fate of fates)
      expect(isSeen(fate) || isHarmless(fate), JSON.stringify(fate)).to.equal(true);
  });

  it("[FLT-4] reports a damaged page, or has all that was acknowledged", () => {
    const pages = readFileSync(join(whole, data)).length / 4096;
    const fates = fatesOf(60, (copy) =>
      flip(join(copy, data), (2 + pick(pages - 2)) * 4096 + pick(random() < 0.5 ? 200 : 4096)),
    );
    summary("pages", fates);
    for (const fate of fates)
      expect(isSeen(fate) || isHarmless(fate), JSON.stringify(fate)).to.equal(true);
    expect(fates.some(isSeen)).to.equal(true);
  });

  it("[FLT-4] never gives a blob whose bytes changed", () => {
    const files = readdirSync(join(whole, "blobs"), {
      withFileTypes: true,
      recursive: true,
    }).filter((file) => file.isFile());
    const fates = fatesOf(20, (copy) => {
      const file = files[pick(files.length)];
      const path = join(copy, file?.parentPath.slice(whole.length) ?? "", file?.name ?? "");
      return random() < 0.5 ? cut(path) : flip(path, pick(readFileSync(path).length));
    });
    for (const fate of fates)
      expect(fate.differences?.join("; "), fate.what).to.match(
        /blob [0-9a-f]{64}: Refusal: Stored content [0-9a-f]{64} is damaged/,
      );
    console.log(`      blobs: ${fates.length} damaged, all refused`);
  });

  it("[FLT-4] needs no lock file of a process that is gone, whatever is in it", () => {
    const fates = fatesOf(6, (copy) => {
      const path = join(copy, pick(2) === 0 ? "lock" : "db/lock.mdb");
      writeFileSync(path, Buffer.from(Array.from({ length: pick(9000) }, () => pick(256))));
      return `garbage in ${path}`;
    });
    for (const fate of fates) expect(isHarmless(fate), JSON.stringify(fate)).to.equal(true);
  });
});
