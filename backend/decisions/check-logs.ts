import { z } from "zod";
import type { RecordEntry } from "../../domain/decisions/decision.ts";
import {
  indexOf,
  logEntryText,
  signingEntryText,
  type RecordedDecision,
} from "../../domain/decisions/entries.ts";
import { toBase64 } from "../../domain/decisions/encoding.ts";
import {
  formatVkey,
  growTree,
  leafHash,
  parseTlogProof,
  parseVkey,
  verifyCheckpoint,
} from "../../domain/decisions/log.ts";
import type { MerkleTree } from "../../domain/decisions/merkle.ts";
import { isRefusal } from "../../domain/kernel/refusal.ts";
import { damage, decodedDocuments, note, type Finding } from "../platform/storage/backup/check.ts";
import type { Source } from "../platform/storage/backup/source.ts";

const entrySchema = z.object({
  _id: z.string(),
  partnershipId: z.string(),
  index: z.number().int().min(0),
  ref: z.string(),
  text: z.string(),
  at: z.date(),
});
type Entry = z.infer<typeof entrySchema>;

const decisionSchema = z.object({
  _id: z.string(),
  decision: z.object({ partnershipId: z.string(), record: z.array(z.unknown()).optional() }),
});

const proofSchema = z.object({
  _id: z.string(),
  partnershipId: z.string(),
  decision: z.object({ logProof: z.string().nullable() }),
});

/** What the documents say of the logs: acts by their ref, and proofs that were handed out. */
interface Expected {
  readonly acts: Map<string, { text: string; index: number | null; decision: string }>;
  readonly finals: Map<string, number>;
  readonly proofs: Map<string, { text: string; request: string }[]>;
}

/**
 * Checks every decision log: no gap, each entry in its place and exactly what the decision it records gives, no entry
 * that nobody made, and every proof that was handed out leads to the log's own root under the log's key.
 * `logKeys` are vkey lines whose name ends in "/"; without them signatures stay unchecked.
 */
export async function* checkDecisionLogs(
  source: Source,
  logKeys: readonly string[],
): AsyncGenerator<Finding> {
  const expected: Expected = { acts: new Map(), finals: new Map(), proofs: new Map() };
  yield* readDecisions(source, expected);
  for await (const doc of decodedDocuments(source, "signaturerequests")) {
    const { data } = proofSchema.safeParse(doc);
    if (!data?.decision.logProof) continue;
    const { partnershipId } = data;
    const proof = { text: data.decision.logProof, request: data._id };
    expected.proofs.set(partnershipId, [...(expected.proofs.get(partnershipId) ?? []), proof]);
  }
  let count = 0;
  for await (const entries of logsOf(source)) {
    if (!Array.isArray(entries)) {
      yield entries;
      continue;
    }
    count++;
    yield* checkLog(entries, expected, logKeys);
  }
  for (const [ref, { decision, index }] of expected.acts)
    if (index !== null) yield damage(`decision ${decision}: its act ${ref} is not in the log`);
  for (const [partnershipId, proofs] of expected.proofs)
    for (const { request } of proofs)
      yield damage(
        `signature request ${request}: its proof is of a log of ${partnershipId} that is not there`,
      );
  yield note(`${count} decision logs`);
}

async function* readDecisions(source: Source, expected: Expected): AsyncGenerator<Finding> {
  for await (const doc of decodedDocuments(source, "decisions")) {
    const parsed = decisionSchema.safeParse(doc);
    if (!parsed.success) {
      yield damage(`decision ${JSON.stringify(doc["_id"])} has not the form of one`);
      continue;
    }
    const { _id, decision } = parsed.data;
    if (decision.record === undefined) continue;
    const recorded = doc["decision"] as RecordedDecision;
    try {
      for (const act of recorded.record)
        expected.acts.set(refOf(decision.partnershipId, act.id), expectedOf(recorded, act));
      const final = indexOf(recorded.record, "final");
      if (final !== undefined) expected.finals.set(_id, final);
    } catch (error) {
      yield damage(`decision ${_id} does not give its log entries: ${String(error)}`);
    }
  }
}

function refOf(partnershipId: string, ref: string): string {
  return `${partnershipId} ${ref}`;
}

/** Acts refer only to acts before them: their text is the same whenever it is made. */
function expectedOf(decision: RecordedDecision, act: RecordEntry) {
  const isLogged = act.index !== null;
  const text = isLogged ? logEntryText(decision, act) : "";
  return { text, index: act.index, decision: decision.id };
}

/** The entries of one log after the other, and what is no entry; documents come by `<partnership>/<index>` as text. */
async function* logsOf(source: Source): AsyncGenerator<Entry[] | Finding> {
  let log: Entry[] = [];
  for await (const doc of decodedDocuments(source, "logentries")) {
    const { data: entry } = entrySchema.safeParse(doc);
    if (!entry) {
      yield damage(`log entry ${JSON.stringify(doc["_id"])} has not the form of one`);
      continue;
    }
    if (log[0] && log[0].partnershipId !== entry.partnershipId) {
      yield log;
      log = [];
    }
    log.push(entry);
  }
  if (log.length > 0) yield log;
}

function* checkLog(
  entries: Entry[],
  expected: Expected,
  logKeys: readonly string[],
): Generator<Finding> {
  entries.sort((a, b) => a.index - b.index);
  const partnershipId = entries.at(-1)?.partnershipId ?? "";
  const tree = growTree();
  for (const [place, entry] of entries.entries()) {
    const wrong = wrongWith(entry, place, expected);
    if (wrong) yield damage(`decision log of ${partnershipId}: entry ${place} ${wrong}`);
    tree.append(leafHash(entry.text));
  }
  for (const { text, request } of expected.proofs.get(partnershipId) ?? []) {
    const wrong = wrongWithProof(text, { entries, tree, logKeys });
    if (wrong) yield damage(`signature request ${request}: its log proof ${wrong}`);
  }
  expected.proofs.delete(partnershipId);
  yield note(
    `decision log of ${partnershipId}: ${tree.size()} entries, root ${toBase64(tree.root(tree.size()))}`,
  );
}

function wrongWith(entry: Entry, place: number, expected: Expected): string | undefined {
  const { _id, partnershipId, index, ref, text } = entry;
  if (index !== place || _id !== `${partnershipId}/${index}`) return "is not in its place";
  const key = refOf(partnershipId, ref);
  const act = expected.acts.get(key);
  if (act === undefined) return wrongWithSigning(entry, expected);
  expected.acts.delete(key);
  // Logged, and the process ended before the decision knew: the next start makes that good.
  if (act.index === null) return undefined;
  if (act.index !== index) return `is not where decision ${act.decision} knows it`;
  return text === act.text ? undefined : `is not what decision ${act.decision} records`;
}

/** Entries of signatures and seals carry all they are made of in their ref. */
function wrongWithSigning({ ref, text, at }: Entry, { finals }: Expected): string | undefined {
  const [, event, decisionId = "", pdfSha256 = ""] =
    /^(signed|sealed):([^:]+):(.+)$/.exec(ref) ?? [];
  const finalIndex = finals.get(decisionId);
  if ((event !== "signed" && event !== "sealed") || finalIndex === undefined)
    return "records what no decision did";
  const made = signingEntryText(event, { decisionId, finalIndex, pdfSha256, at: at.toISOString() });
  return text === made ? undefined : "is not what was signed";
}

interface KnownLog {
  readonly entries: readonly Entry[];
  readonly tree: MerkleTree;
  readonly logKeys: readonly string[];
}

function wrongWithProof(proof: string, { entries, tree, logKeys }: KnownLog): string | undefined {
  try {
    const { index, hashes, checkpoint: signed, extra } = parseTlogProof(proof);
    const origin = signed.split("\n", 1)[0] ?? "";
    const keys = logKeys.map(parseVkey).filter(({ name }) => origin.startsWith(name));
    for (const { publicKey } of keys)
      verifyCheckpoint(signed, parseVkey(formatVkey(origin, publicKey)));
    const [, sizeLine = "", root = ""] = signed.split("\n");
    const size = Number(sizeLine);
    if (size > tree.size()) return "is of a longer log than the one stored";
    if (toBase64(tree.root(size)) !== root) return "does not lead to the log's root";
    const mine = tree.inclusionProof(index, size).map(toBase64).join();
    if (mine !== hashes.map(toBase64).join()) return "is not the log's own";
    const text = entries[index]?.text;
    return extra === undefined || new TextDecoder().decode(extra) === text
      ? undefined
      : "carries another entry";
  } catch (error) {
    if (isRefusal(error) || error instanceof RangeError) return `is not valid: ${error.message}`;
    throw error;
  }
}
