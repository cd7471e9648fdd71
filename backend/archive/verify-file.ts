import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { exitCodeOf, type Report } from "../../domain/archive/report.ts";
import { formatVkey } from "../../domain/decisions/note.ts";
import { readConfig } from "../config.ts";
import type { Trust } from "./examination.ts";
import { verifyPdf } from "./verifier.ts";

const EXIT_USAGE = 3;
const MARKS = { pass: "ok  ", fail: "FAIL", "cannot-tell": "?   " } as const;

/**
 * `entente verify`: checks a file with the trust of the data folder and prints one line per question.
 * @returns the exit code: 0 pass, 1 fail, 2 cannot tell, 3 the file cannot be read
 */
export async function verifyFile(
  file: string,
  print: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<0 | 1 | 2 | 3> {
  const pdf = await readIfPresent(file);
  if (!pdf) {
    print(`${file}: cannot be read`);
    return EXIT_USAGE;
  }
  const { dataDir, instance } = readConfig();
  const trust = await trustOf(dataDir, instance);
  const report = await verifyPdf(pdf, { ...trust, now: new Date() });
  for (const line of linesOf(report)) print(line);
  return exitCodeOf(report.verdict);
}

function linesOf(report: Report): readonly string[] {
  const { document } = report;
  return [
    `${report.verdict.toUpperCase()}  sha256:${report.sha256}`,
    ...(document ? [`      ${document.title}, version ${document.version}`] : []),
    ...report.checks.map((check) => `${MARKS[check.status]}  ${check.id}: ${check.reason.en}`),
    ...report.signatures.map(
      ({ status, field, signer, partner, time }) =>
        `${MARKS[status]}  ${field}: ${signer ?? "unknown"}${partner ? `, ${partner}` : ""}, ${time ?? "no time"}`,
    ),
  ];
}

/** The authority and log key of the data folder, where there are any; a file from elsewhere stays "cannot tell". */
export async function trustOf(dataDir: string, instance: string): Promise<Trust> {
  const pem = await readIfPresent(join(dataDir, "pki", "root.pem"));
  const secret = await readIfPresent(join(dataDir, "keys", "log.ed25519"));
  return {
    roots: pem ? [new Uint8Array(new X509Certificate(pem).raw)] : [],
    logKeys:
      secret?.length === 32
        ? [formatVkey(`${instance}/partnership/`, ed25519.getPublicKey(new Uint8Array(secret)))]
        : [],
  };
}

async function readIfPresent(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch {
    return undefined;
  }
}
