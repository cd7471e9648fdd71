import type { BlobUpkeep } from "./blobs.ts";
import type { Connection } from "./connection.ts";
import { blobsNamedIn, type BlobReference } from "./references.ts";

/** How long a blob that no document names is kept: whoever has put it may be about to name it. */
export const graceMs = 24 * 3_600_000;

/** What a collection of orphans works on. */
export interface OrphanCollection {
  readonly connection: Connection;
  readonly blobs: BlobUpkeep;
  /** Every field that names a blob: what is left out here is lost. */
  readonly references: readonly BlobReference[];
  /** Whether a backup runs, which may yet read what no document names any more. */
  isPinned(): Promise<boolean>;
  /** Whether to give up, between two removals. */
  isStopped?(): boolean;
  readonly now: Date;
}

/** What a collection of orphans did. */
export interface OrphanReport {
  readonly removed: number;
  readonly freedBytes: number;
  /** Whether it gave up, for a backup or because it was told to; the next one goes on. */
  readonly isPutOff: boolean;
}

/** Candidates at once, so that memory does not grow with what is stored. */
const candidatesAtOnce = 100_000;

/**
 * Removes blobs that no document names and that nobody has put for a day, and what unfinished uploads left. A blob is
 * put, which makes it young, before a document names it: one that is old and unnamed while the documents are read can
 * only come to be named after another put, which the store sets apart from the removal.
 */
export async function collectOrphans(work: OrphanCollection): Promise<OrphanReport> {
  const moment = new Date(work.now.getTime() - graceMs);
  const total = { removed: 0, freedBytes: 0 };
  const isPutOff = async () => work.isStopped?.() === true || (await work.isPinned());
  if (await isPutOff()) return { ...total, isPutOff: true };
  await work.blobs.tidy(moment);
  for await (const candidates of groupsOf(work.blobs.listBefore(moment))) {
    await spareNamed(work, candidates);
    for (const sha256 of candidates) {
      if (await isPutOff()) return { ...total, isPutOff: true };
      const freedBytes = await work.blobs.removeBefore(sha256, moment);
      if (freedBytes === 0) continue;
      total.freedBytes += freedBytes;
      total.removed += 1;
    }
  }
  return { ...total, isPutOff: false };
}

async function* groupsOf(hashes: AsyncIterable<string>): AsyncGenerator<Set<string>> {
  let group = new Set<string>();
  for await (const hash of hashes) {
    group.add(hash);
    if (group.size < candidatesAtOnce) continue;
    yield group;
    group = new Set();
  }
  if (group.size > 0) yield group;
}

/** Takes out of the candidates whatever a document names. */
async function spareNamed(
  { connection, references, isStopped }: OrphanCollection,
  candidates: Set<string>,
): Promise<void> {
  for (const collection of new Set(references.map((reference) => reference.collection))) {
    const paths = references.filter((reference) => reference.collection === collection);
    const projection = Object.fromEntries(paths.map(({ path }) => [path, 1]));
    // In the order of an index the documents come batch by batch.
    const documents = connection.collection(collection).find({}, { projection }).sort({ _id: 1 });
    for await (const document of documents) {
      for (const hash of blobsNamedIn(references, collection, document)) candidates.delete(hash);
      if (isStopped?.()) return candidates.clear();
    }
  }
}
