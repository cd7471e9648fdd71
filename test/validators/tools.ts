import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const root = new URL("../../", import.meta.url).pathname;
const cache = join(root, ".cache", "validators");

/** What a program printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; never throws for its exit code. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const settings = { maxBuffer: 64 * 1024 * 1024, ...options };
    execFile(program, [...args], settings, (error, stdout, stderr) => {
      if (error && typeof error.code !== "number") {
        reject(error);
        return;
      }
      const code = error && typeof error.code === "number" ? error.code : 0;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}

/** pyHanko's command line, as `.ci/validators` installs it. */
export const pyhanko = join(cache, "python", "bin", "pyhanko");

/** veraPDF on several files at once; answers file name → whether it conforms to the profile. */
export async function veraPdf(
  profile: "3a" | "ua1",
  files: readonly string[],
): Promise<ReadonlyMap<string, { isCompliant: boolean; failures: readonly string[] }>> {
  const jar = join(cache, "greenfield-apps-1.28.2.jar");
  const main = "org.verapdf.apps.GreenfieldCliWrapper";
  const { output } = await run("java", [
    "-cp",
    jar,
    main,
    "-f",
    profile,
    "--format",
    "xml",
    ...files,
  ]);
  const verdicts = new Map<string, { isCompliant: boolean; failures: string[] }>();
  for (const [, job = ""] of output.matchAll(/<job>([\s\S]*?)<\/job>/g)) {
    const name = /<name>([^<]*)<\/name>/.exec(job)?.[1] ?? "";
    const failures = [...job.matchAll(/clause="([^"]+)" testNumber="(\d+)" status="failed"/g)];
    verdicts.set(name, {
      isCompliant: /isCompliant="true"/.test(job),
      failures: failures.map(([, clause, test]) => `${clause}-${test}`),
    });
  }
  return verdicts;
}

/** An NSS database that trusts one root, for pdfsig. */
export async function nssWith(folder: string, rootDer: Uint8Array): Promise<string> {
  const nss = join(folder, "nss");
  await mkdir(nss, { recursive: true });
  const file = join(folder, "ca.der");
  await writeFile(file, rootDer);
  await run("certutil", ["-N", "-d", `sql:${nss}`, "--empty-password"]);
  await run("certutil", ["-A", "-d", `sql:${nss}`, "-n", "Entente", "-t", "CT,C,C", "-i", file]);
  return `sql:${nss}`;
}

/** Every revision of a PDF: the unsigned start, then the file as each signature covers it. */
export function revisionsOf(pdf: Uint8Array): readonly Uint8Array[] {
  const text = Buffer.from(pdf).toString("latin1");
  const unsigned = text.indexOf("%%EOF") + "%%EOF".length;
  const covered = [...text.matchAll(/\/ByteRange \[\s*0 \d+ (\d+) (\d+)\s*\]/g)].map(
    ([, resume, length]) => Number(resume) + Number(length),
  );
  return [unsigned, ...covered].map((end) => pdf.subarray(0, end));
}
