import type { Contestant, ContestantName } from "./contestants/contestant.ts";
import { entries } from "./documents.ts";
import { profiled } from "./profile.ts";
import type {
  Answers,
  Job,
  Measure,
  Memory,
  OpenJob,
  ReadJob,
  Request,
  Response,
  WriteJob,
} from "./protocol.ts";
import { digest, readWork, timed, writeWork, type Work } from "./work.ts";

/** Imported only when asked for, so that no contestant carries another's memory. */
const create: Record<ContestantName, () => Promise<Contestant>> = {
  engine: async () => (await import("./contestants/engine.ts")).createEngine(),
  mongoose: async () => (await import("./contestants/engine.ts")).createMongoose(false),
  "mongoose-lean": async () => (await import("./contestants/engine.ts")).createMongoose(true),
  lmdb: async () => (await import("./contestants/lmdb.ts")).createLmdb(false),
  "lmdb-transaction": async () => (await import("./contestants/lmdb.ts")).createLmdb(true),
  sqlite: async () => (await import("./contestants/sqlite.ts")).createSqlite(false),
  "sqlite-grouped": async () => (await import("./contestants/sqlite.ts")).createSqlite(true),
  nedb: async () => (await import("./contestants/nedb.ts")).createNedb(),
};

let contestant: Contestant | undefined;
let count = 0;

function current(): Contestant {
  if (contestant === undefined) throw new Error("not open");
  return contestant;
}

const batch = 2_000;

async function load(from: number, howMany: number): Promise<number> {
  for (let done = 0; done < howMany; done += batch) {
    await current().load(entries(from + done, Math.min(batch, howMany - done), count));
  }
  return howMany;
}

function workOf(job: ReadJob | WriteJob): Work {
  return job.op === "read" ? readWork(current(), job, count) : writeWork(current(), job, count);
}

async function openStore(job: OpenJob): Promise<Measure> {
  const made = await create[job.contestant]();
  contestant = made;
  ({ count } = job);
  return timed(1, () => made.open(job.folder, job.indexes).then(() => 1));
}

function memory(): Memory {
  const peakBytes = process.resourceUsage().maxRSS * 1_024;
  return { rssBytes: process.memoryUsage.rss(), peakBytes, uptimeMs: performance.now() };
}

async function perform(job: Job): Promise<Answers[keyof Answers]> {
  switch (job.op) {
    case "open":
      return openStore(job);
    case "load":
      return timed(job.howMany, () => load(job.from, job.howMany));
    case "digest":
      return digest(current(), job.read, count);
    case "profile":
      return profiled(workOf(job.job));
    case "memory":
      return memory();
    case "read":
    case "insert":
    case "update":
    case "remove":
      return timed(job.howMany, workOf(job));
    case "close":
      break;
  }
  await current().close();
  return null;
}

async function answer({ id, job }: Request): Promise<Response> {
  try {
    return { id, answer: await perform(job) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on("message", (request: Request) => {
  void answer(request).then((response) => process.send?.(response));
});
process.on("disconnect", () => process.exit(0));
