import { createHash } from "node:crypto";
import type { Answer, Contestant } from "./contestants/contestant.ts";
import {
  agreementOf,
  authorOf,
  codeOf,
  entries,
  idOf,
  randomFrom,
  timeOf,
  type Entry,
} from "./documents.ts";
import type { Measure, ReadJob, ReadKind, WriteJob } from "./protocol.ts";

const rangeDocuments = 100;
/** Of an author's documents, the part that the compound range takes. */
const authorShare = 0.2;

type Found = Entry | undefined | Entry[];

/** For each kind of reading, the read whose key is that of document `i`. */
function readers(target: Contestant, count: number) {
  const span = Math.min(count, rangeDocuments);
  const authorSpan = Math.max(span, Math.floor(count * authorShare));
  const startOf = (i: number, length: number) => Math.max(0, Math.min(i, count - length));
  return {
    byId: (i: number) => {
      const id = idOf(i);
      return () => target.byId(id);
    },
    byCode: (i: number) => {
      const code = codeOf(i);
      return () => target.byCode(code);
    },
    byAgreement: (i: number) => {
      const agreement = agreementOf(i);
      return () => target.byAgreement(agreement);
    },
    between: (i: number) => {
      const start = startOf(i, span);
      const [from, to] = [timeOf(start), timeOf(start + span)];
      return () => target.between(from, to);
    },
    byAuthorBetween: (i: number) => {
      const author = authorOf(i, count);
      const start = startOf(i, authorSpan);
      const [from, to] = [timeOf(start), timeOf(start + authorSpan)];
      return () => target.byAuthorBetween(author, from, to);
    },
  } satisfies Record<ReadKind, (i: number) => () => Answer<Found>>;
}

/** The reads of a job, with their keys made beforehand. */
function readsOf(target: Contestant, job: ReadJob, count: number): (() => Answer<Found>)[] {
  const random = randomFrom(job.seed);
  const read: (i: number) => () => Answer<Found> = readers(target, count)[job.kind];
  return Array.from({ length: job.howMany }, () => read(Math.floor(random() * count)));
}

/**
 * Times an action by the clock and by the processor. The garbage of earlier work is not collected before: a full
 * collection shrinks V8's young generation, and what follows would pay for its growth for some 50,000 documents.
 */
export async function timed(operations: number, action: () => Promise<number>): Promise<Measure> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const found = await action();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1_000, operations, found };
}

/** What is to be timed: its keys and documents are made, it tells how many documents it met. */
export type Work = () => Promise<number>;

/** Reads one after the other; what is at hand is not awaited. */
export function readWork(target: Contestant, job: ReadJob, count: number): Work {
  const reads = readsOf(target, job, count);
  return async () => {
    let found = 0;
    for (const next of reads) {
      const answer = next();
      const value = answer instanceof Promise ? await answer : answer;
      if (Array.isArray(value)) found += value.length;
      else if (value !== undefined) found++;
    }
    return found;
  };
}

function changesOf(target: Contestant, job: WriteJob, count: number): (() => Answer<unknown>)[] {
  if (job.op === "insert") {
    return entries(job.from, job.howMany, count).map((doc) => () => target.insert(doc));
  }
  const ids = Array.from({ length: job.howMany }, (_, i) => idOf(job.from + i));
  if (job.op === "remove") return ids.map((id) => () => target.remove(id));
  return ids.map((id, i) => () => target.update(id, (job.from + i) / 16));
}

/** Changes by concurrent writers: each awaits its own change before it takes the next. */
export function writeWork(target: Contestant, job: WriteJob, count: number): Work {
  const changes = changesOf(target, job, count);
  let next = 0;
  const writer = async () => {
    for (let change = changes[next++]; change !== undefined; change = changes[next++])
      await change();
  };
  return async () => {
    await Promise.all(Array.from({ length: job.writers }, writer));
    return job.howMany;
  };
}

const fieldOrder = ["_id", "agreement", "author", "code", "at", "number", "weight", "choice"];

function canonical(doc: Entry): string {
  return JSON.stringify(doc, fieldOrder);
}

/** A SHA-256 over the documents that the reads give; those without an order are put in one. */
export async function digest(target: Contestant, job: ReadJob, count: number): Promise<string> {
  const hash = createHash("sha256");
  for (const next of readsOf(target, job, count)) {
    const value = await next();
    const docs = Array.isArray(value) ? value : value === undefined ? [] : [value];
    const lines = docs.map(canonical);
    hash.update((job.kind === "between" ? lines : lines.sort()).join("\n")).update("\n\n");
  }
  return hash.digest("hex");
}
