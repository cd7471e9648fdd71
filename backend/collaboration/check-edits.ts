import { z } from "zod";
import { damage, decodedDocuments, note, type Finding } from "../platform/storage/backup/check.ts";
import type { Source } from "../platform/storage/backup/source.ts";
import { NO_HASH, recordHash, sha256, type LogRecord } from "./store.ts";

const bytes = z.instanceof(Uint8Array);

const recordSchema = z.object({
  docId: z.string(),
  seq: z.number().int().min(1),
  update: bytes,
  accountId: z.string(),
  sessionId: z.string(),
  clientIds: z.array(z.number()),
  at: z.date(),
  prevHash: z.string(),
  hash: z.string(),
});

const snapshotSchema = z.object({
  docId: z.string(),
  uptoSeq: z.number().int().min(1),
  state: bytes,
  sha256: z.string(),
  headHash: z.string(),
});

/** One record's place in its chain, without its content. */
interface Link {
  readonly docId: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
}

/** Checks every log of edits: each record's hash, the chain without gap from the first, and each snapshot's hash and place. */
export async function* checkEditLogs(source: Source): AsyncGenerator<Finding> {
  const snapshots = new Map<string, { uptoSeq: number; headHash: string }[]>();
  for await (const doc of decodedDocuments(source, "collaborationsnapshots")) {
    const { data: snapshot } = snapshotSchema.safeParse(doc);
    if (!snapshot || sha256(snapshot.state) !== snapshot.sha256) {
      yield damage(`snapshot ${JSON.stringify(doc["_id"])} of a draft is damaged`);
      continue;
    }
    const { docId, uptoSeq, headHash } = snapshot;
    snapshots.set(docId, [...(snapshots.get(docId) ?? []), { uptoSeq, headHash }]);
  }
  let count = 0;
  for await (const found of chains(source)) {
    if (!Array.isArray(found)) {
      yield found;
      continue;
    }
    count++;
    const docId = found[0]?.docId ?? "";
    yield* checkChain(docId, found, snapshots.get(docId) ?? []);
    snapshots.delete(docId);
  }
  for (const docId of snapshots.keys())
    yield damage(`edits of ${docId}: a snapshot without its log`);
  yield note(`${count} logs of edits`);
}

/** The links of one log after the other, and records that are damaged; documents come by `<docId>:<seq>` as text. */
async function* chains(source: Source): AsyncGenerator<Link[] | Finding> {
  let chain: Link[] = [];
  for await (const doc of decodedDocuments(source, "collaborationrecords")) {
    const { data: record } = recordSchema.safeParse(doc);
    if (!record) {
      yield damage(`record ${JSON.stringify(doc["_id"])} of edits has not the form of one`);
      continue;
    }
    if (chain[0] && chain[0].docId !== record.docId) {
      yield chain;
      chain = [];
    }
    chain.push(linkOf(record));
    if (!isSound(record)) yield damage(`edits of ${record.docId}: record ${record.seq} is damaged`);
  }
  if (chain.length > 0) yield chain;
}

function isSound({ hash, ...rest }: LogRecord): boolean {
  return recordHash(rest) === hash;
}

function linkOf({ docId, seq, prevHash, hash }: LogRecord): Link {
  return { docId, seq, prevHash, hash };
}

function* checkChain(
  docId: string,
  chain: Link[],
  snapshots: readonly { uptoSeq: number; headHash: string }[],
): Generator<Finding> {
  chain.sort((a, b) => a.seq - b.seq);
  let head = { seq: 0, hash: NO_HASH };
  for (const { seq, prevHash, hash } of chain) {
    if (seq !== head.seq + 1) yield damage(`edits of ${docId}: record ${head.seq + 1} is missing`);
    else if (prevHash !== head.hash)
      yield damage(`edits of ${docId}: record ${seq} does not follow the one before`);
    head = { seq, hash };
  }
  for (const { uptoSeq, headHash } of snapshots) {
    if (chain.find(({ seq }) => seq === uptoSeq)?.hash !== headHash)
      yield damage(`edits of ${docId}: the snapshot up to ${uptoSeq} is of another log`);
  }
}
