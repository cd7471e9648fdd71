import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";

/** What can go wrong in a round of writing. */
export type Fault =
  | "kill"
  | "end"
  | "flush-error-once"
  | "flush-error-always"
  | "write-error"
  | "no-space"
  | "over-quota"
  | "file-too-large"
  | "small-disk"
  | "no-files"
  | "slow-flush";

const tracer = "strace";
const isolator = "unshare";
const shell = "bash";

function works(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

/** Means this machine has. Tracing may be installed and yet forbidden. */
export const means = {
  trace: works(tracer, "-f", "-qq", "-o", "/dev/null", "true"),
  mount: works(isolator, "-rm", shell, "-c", "mount -t tmpfs tmpfs /mnt"),
  limit: works(shell, "-c", "ulimit -n 256"),
};

/** Why a fault cannot be made here; undefined when it can. */
export function missingFor(fault: Fault): string | undefined {
  switch (fault) {
    case "kill":
    case "end":
      return undefined;
    case "small-disk":
      return means.mount ? undefined : "no private mounts";
    case "no-files":
    case "file-too-large":
      return means.limit ? undefined : `no ${shell}`;
    case "flush-error-once":
    case "flush-error-always":
    case "write-error":
    case "no-space":
    case "over-quota":
    case "slow-flush":
      return means.trace ? undefined : `no ${tracer}`;
    default:
      return fault satisfies never;
  }
}

/** A command below strace, which makes system calls on one file fail or wait; the command stays our direct child. */
export function traced(
  file: string,
  injections: readonly string[],
  output = "/dev/null",
): string[] {
  const calls = injections.map((one) => one.split(":", 1)[0]).join(",");
  const inject = injections.flatMap((one) => ["-e", `inject=${one}`]);
  return [
    tracer,
    "-D",
    "-f",
    "-qq",
    "-ttt",
    "-o",
    output,
    "-P",
    file,
    "-e",
    `trace=${calls}`,
    ...inject,
  ];
}

const writes = "pwrite64,pwritev,writev";

function failing(calls: string, error: string, when: string): string[] {
  return calls.split(",").map((call) => `${call}:error=${error}:when=${when}`);
}

// The folder is moved onto a small disk that only this process sees, and back.
const onSmallDisk = `
set -e
small=$(mktemp -d)
mount -t tmpfs -o size="$1" tmpfs "$small"
cp -a "$2/." "$small/"
status=0
"\${@:3}" "$small" || status=$?
rm -f "$small/ballast"
find "$2" -mindepth 1 -delete
cp -a "$small/." "$2/"
umount "$small"
rmdir "$small"
exit "$status"`;

/** The command that runs a writer on a folder under a fault; `chance` is from 0 to 1. */
export function commandFor(
  fault: Fault,
  writer: readonly string[],
  dataDir: string,
  chance: number,
): string[] {
  const file = join(dataDir, "db/data.mdb");
  const plain = [...writer, dataDir];
  const at = 2 + Math.floor(chance * 14);
  switch (fault) {
    case "kill":
    case "end":
      return plain;
    case "flush-error-once":
      return [...traced(file, failing("fdatasync", "EIO", `${at}`)), ...plain];
    case "flush-error-always":
      return [...traced(file, failing("fdatasync", "EIO", `${at}+`)), ...plain];
    case "write-error":
      return [...traced(file, failing(writes, "EIO", `${at}`)), ...plain];
    case "no-space":
      return [...traced(file, failing(writes, "ENOSPC", `${at * 4}..${at * 4 + 5}`)), ...plain];
    case "over-quota":
      return [...traced(file, failing(writes, "EDQUOT", `${at * 4}..${at * 4 + 5}`)), ...plain];
    case "slow-flush":
      return [...traced(file, ["fdatasync:delay_enter=60000"]), ...plain];
    case "no-files":
      return [shell, "-c", 'ulimit -n 256; exec "$@"', "limit", ...plain];
    case "file-too-large": {
      const blocks = Math.floor((statSync(file).size / 1024) * (0.3 + chance * 0.6));
      return [shell, "-c", 'ulimit -f "$1"; exec "${@:2}"', "limit", String(blocks), ...plain];
    }
    case "small-disk":
      return [isolator, "-rm", shell, "-c", onSmallDisk, "disk", "24m", dataDir, ...writer];
    default:
      return fault satisfies never;
  }
}
