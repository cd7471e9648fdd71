import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { Refusal } from "../../../domain/kernel/refusal.ts";

/** A held data folder. */
export interface FolderLock {
  /** Gives the folder free; harmless when repeated. */
  release(): void;
}

const holderSchema = z.object({ pid: z.number(), startedAt: z.string(), host: z.string() });
type Holder = z.infer<typeof holderSchema>;

const lockName = "lock";
const refreshMs = 5_000;
/** After this silence a holder on another machine or in another container counts as dead. */
const silentMs = 30_000;

/** When a process started, in clock ticks since boot: a recycled pid has another. Empty where /proc is missing. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return undefined;
  }
}

function isAlive(path: string, holder: Holder): boolean {
  if (holder.host !== hostname()) return Date.now() - statSync(path).mtimeMs < silentMs;
  return (
    isRunning(holder.pid) && (holder.startedAt === "" || startOf(holder.pid) === holder.startedAt)
  );
}

function claim(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Moves a dead process's lock aside; if a living one slipped in meanwhile, puts that back. */
function clearStale(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved && isAlive(aside, moved)) claim(aside, path);
  rmSync(aside, { force: true });
}

/**
 * Claims a data folder for this process; a lock left by a dead process is taken over.
 * @throws {Refusal} conflict — when a living process holds the folder
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, lockName);
  const mine = join(folder, `${lockName}.${process.pid}.${process.hrtime.bigint()}`);
  const me: Holder = { pid: process.pid, startedAt: startOf(process.pid), host: hostname() };
  writeFileSync(mine, JSON.stringify(me));
  try {
    for (let attempt = 0; !claim(mine, path); attempt++) {
      const holder = readHolder(path);
      if (attempt > 4 || (holder && isAlive(path, holder))) {
        const who = holder ? `process ${holder.pid} on ${holder.host}` : "another process";
        throw new Refusal(
          "conflict",
          `The data folder ${folder} is in use by ${who}. Stop it first.`,
        );
      }
      clearStale(path, `${mine}.stale`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  const refresh = setInterval(() => touch(path), refreshMs).unref();
  let isHeld = true;
  return {
    release: () => {
      clearInterval(refresh);
      if (isHeld) rmSync(path, { force: true });
      isHeld = false;
    },
  };
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The folder may be gone at shutdown; a lost refresh only matters to other machines.
  }
}
