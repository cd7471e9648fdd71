import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";

const root = join(import.meta.dirname, "../../..");

/** What starts a writer of `writer-child.mjs`: on the build that `npm test` has just made, else on the source. */
function writerCommand(dataDir: string, round = 0): string[] {
  const child = join(import.meta.dirname, "writer-child.mjs");
  const built = join(root, "dist/backend/platform/storage/index.js");
  if (process.env["ENTENTE_BUILT"] && existsSync(built))
    return [child, built, dataDir, String(round)];
  const source = join(root, "backend/platform/storage/index.ts");
  return ["--import", "tsx", child, source, dataDir, String(round)];
}

/** A writer that loads everything and then waits for {@link go}. */
export function startWriter(dataDir: string, round?: number) {
  return spawn(process.execPath, writerCommand(dataDir, round), {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

/** Lets a writer open its folder and write. */
export function go(writer: { readonly stdin: Writable }): void {
  writer.stdin.write("go\n");
}
