import { createHash, randomUUID } from "node:crypto";
import {
  linkSync,
  readdirSync,
  readFileSync,
  readlinkSync,
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
  /** Why the folder is no longer ours, if another process took it while this one stood still. */
  lost(): Error | undefined;
  /** Gives the folder free; harmless when repeated. */
  release(): void;
}

/** What a folder is held for. */
export type LockPurpose = "server" | "migration" | "compaction" | "restore" | "check";

const holderSchema = z.object({
  pid: z.number(),
  startedAt: z.string(),
  host: z.string(),
  /** Process numbers mean something only within it: two containers may share a host's name and a folder. */
  pidNamespace: z.string().default(""),
  purpose: z.string().default("server"),
});

/** Who holds a folder. */
export type Holder = Readonly<z.infer<typeof holderSchema>>;

const lockName = "lock";
const refreshMs = 5_000;
/** After this silence a holder on another machine or in another container counts as dead. */
const silentMs = 30_000;
const litterMs = 60_000;
const attempts = 20;

/** When a process started, in clock ticks since boot: a recycled pid has another. Empty where /proc is missing. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/** A lock file as found: each has a text of its own, whoever wrote it. */
interface Found {
  readonly holder: Holder | undefined;
  readonly id: string;
}

function read(path: string): Found | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const id = createHash("sha256").update(text).digest("hex").slice(0, 16);
  try {
    return { holder: holderSchema.parse(JSON.parse(text)), id };
  } catch {
    return { holder: undefined, id };
  }
}

function isAlive(path: string, { holder }: Found): boolean {
  if (!holder) return false;
  const isHere =
    holder.host === hostname() &&
    (holder.pidNamespace === "" || holder.pidNamespace === pidNamespace());
  if (!isHere) {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat !== undefined && Date.now() - stat.mtimeMs < silentMs;
  }
  return (
    isRunning(holder.pid) && (holder.startedAt === "" || startOf(holder.pid) === holder.startedAt)
  );
}

function claim(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

/**
 * Removes a dead process's file. Of all who see it dead, one gets the right to remove this very file, itself a file
 * that can be left by the dead; whoever has it looks again, so that a lock taken meanwhile is never removed.
 * @returns false while another has the right
 */
function removeDead(path: string, dead: Found, mine: string): boolean {
  const right = `${path}.${dead.id}`;
  if (!claim(mine, right)) {
    const other = read(right);
    if (other && !isAlive(right, other)) removeDead(right, other, mine);
    return false;
  }
  try {
    if (read(path)?.id === dead.id) rmSync(path, { force: true });
  } finally {
    rmSync(right, { force: true });
  }
  return true;
}

/** The living holder of a folder, if it has one. */
export function holderOf(folder: string): Holder | undefined {
  const path = join(folder, lockName);
  const found = read(path);
  return found && isAlive(path, found) ? found.holder : undefined;
}

function inUse(folder: string, holder: Holder | undefined): Refusal {
  const purpose = holder && holder.purpose !== "server" ? ` (${holder.purpose})` : "";
  const who = holder ? `process ${holder.pid} on ${holder.host}${purpose}` : "another process";
  return new Refusal("conflict", `The data folder ${folder} is in use by ${who}. Stop it first.`);
}

/**
 * Claims a data folder for this process; a lock left by a dead process is taken over.
 * @throws {Refusal} conflict — when a living process holds the folder
 */
export function lockFolder(folder: string, purpose: LockPurpose = "server"): FolderLock {
  const path = join(folder, lockName);
  const nonce = randomUUID();
  const mine = join(folder, `${lockName}.${process.pid}.${nonce}`);
  const me = { pid: process.pid, startedAt: startOf(process.pid), host: hostname(), purpose };
  writeFileSync(mine, JSON.stringify({ ...me, pidNamespace: pidNamespace(), nonce }));
  try {
    for (let attempt = 0; !claim(mine, path); attempt++) {
      const found = read(path);
      const isTaken = found !== undefined && isAlive(path, found);
      if (isTaken || attempt >= attempts) throw inUse(folder, isTaken ? found.holder : undefined);
      if (found) removeDead(path, found, mine);
    }
    clearLitter(folder);
    return held(path, read(mine)?.id);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Files of processes that were killed while they took the folder. */
function clearLitter(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/^lock\.[0-9a-f.-]+$/.test(name)) continue;
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > litterMs) rmSync(path, { force: true });
  }
}

function held(path: string, id: string | undefined): FolderLock {
  let lost: Error | undefined;
  const isMine = () => read(path)?.id === id;
  const refresh = setInterval(() => {
    try {
      // Only a process that stood still for long on another machine's watch finds another's lock here.
      if (isMine()) utimesSync(path, new Date(), new Date());
      else lost ??= new Error("Another process has taken the data folder; this one stood still.");
    } catch {
      // The folder may be gone at shutdown; a lost refresh only matters to other machines.
    }
  }, refreshMs).unref();
  let isHeld = true;
  return {
    lost: () => lost,
    release: () => {
      clearInterval(refresh);
      if (isHeld && isMine()) rmSync(path, { force: true });
      isHeld = false;
    },
  };
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
