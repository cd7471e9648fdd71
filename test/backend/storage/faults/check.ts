import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { trusted } from "mongoose";
import {
  keysOf,
  type IndexSpec,
} from "../../../../backend/platform/storage/embedded/store/indexes.ts";
import { readDocument } from "../../../../backend/platform/storage/embedded/values/bson-reader.ts";
import { checkedBytes } from "../../../../backend/platform/storage/embedded/store/layout.ts";
import type { Doc } from "../../../../backend/platform/storage/embedded/values/values.ts";
import { doublyUsedPages } from "../../../../backend/platform/storage/embedded/store/folder.ts";
import { RawDatabase } from "../../../support/raw-database.ts";
import { openStorage, type Storage } from "../../../../backend/platform/storage/index.ts";
import { emptyState, laneCount, type Entry, type LaneState } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import { modelsOf, type Models } from "./models.ts";

type Part<Key extends keyof LaneState> = LaneState[Key];

/** What is stored of each lane, by reading everything; a problem when a shared sum does not add up. */
async function lanesOf(
  { Entries, Files, Seats, Tallies }: Models,
  problems: string[],
): Promise<LaneState[]> {
  const lanes = Array.from({ length: laneCount }, () => ({
    entries: new Map<string, Entry>(),
    files: new Map<string, string>(),
    seats: new Map<string, number>(),
  }));
  for (const { _id, lane, code, count, tags, text } of await Entries.find().lean<Entry[]>())
    lanes[lane]?.entries.set(_id, { _id, lane, code, count, tags, text });
  for (const { _id, lane, sha256 } of await Files.find().lean())
    lanes[lane ?? 0]?.files.set(String(_id), sha256 ?? "");
  for (const { _id, lane, n } of await Seats.find().lean())
    lanes[lane ?? 0]?.seats.set(String(_id), n ?? 0);
  const tally = await Tallies.findById("shared").lean<{
    total: number;
    by: Record<string, number>;
  }>();
  const sum = Object.values(tally?.by ?? {}).reduce((total, one) => total + one, 0);
  if (sum !== (tally?.total ?? 0))
    problems.push(`the shared tally is ${tally?.total}, its parts sum to ${sum}`);
  return lanes.map((lane, number) => ({ ...lane, tally: tally?.by[number] ?? emptyState.tally }));
}

/** The same documents, found through indexes. */
async function throughIndexes(
  { Entries, Seats }: Models,
  lanes: readonly LaneState[],
  problems: string[],
): Promise<void> {
  for (const [number, { entries, seats }] of lanes.entries()) {
    const sorted = await Entries.find({ lane: number }).sort({ count: -1 }).lean<Entry[]>();
    if (sorted.length !== entries.size || sorted.some(({ _id }) => !entries.has(_id)))
      problems.push(
        `lane ${number}: ${sorted.length} of ${entries.size} entries through the index`,
      );
    if ((await Seats.countDocuments({ lane: number })) !== seats.size)
      problems.push(`lane ${number}: seats`);
  }
  const all = lanes.flatMap(({ entries }): Entry[] => [...entries.values()]);
  const codes = await Entries.find({ code: trusted({ $gte: 0 }) }).lean<Entry[]>();
  if (codes.length !== all.length)
    problems.push(`${codes.length} of ${all.length} entries by their unique code`);
  for (const tag of ["t0", "t3"]) {
    const tagged = await Entries.countDocuments({ tags: tag });
    if (tagged !== all.filter(({ tags }) => tags.includes(tag)).length)
      problems.push(`tag ${tag}: ${tagged}`);
  }
}

/** Blobs that were acknowledged or are named must be whole; nothing else may be in their folder but what a kill left. */
async function checkBlobs(
  storage: Storage,
  dataDir: string,
  wanted: Iterable<string>,
  problems: string[],
): Promise<void> {
  for (const sha256 of wanted) {
    try {
      await storage.blobs.get(sha256);
    } catch (error) {
      problems.push(`blob ${sha256}: ${String(error)}`);
    }
  }
  for (const entry of readdirSync(join(dataDir, "blobs"), {
    withFileTypes: true,
    recursive: true,
  })) {
    if (!entry.isFile() || entry.name.endsWith(".part")) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    if (!sha256.endsWith(entry.name)) problems.push(`blob file ${entry.name} holds other bytes`);
  }
}

interface Catalog {
  readonly id: number;
  readonly name: string;
  readonly indexes: readonly IndexSpec[];
}

/** Reads the file without the engine: every document's index entries are there, and no others. Gives what is wrong. */
export async function checkEntries(dataDir: string): Promise<string[]> {
  const database = new RawDatabase(dataDir);
  const catalogs: Catalog[] = [];
  const documents: { table: number; record: Buffer; doc: Doc }[] = [];
  const found = new Map<string, string>();
  for (const { key, value } of database.entries()) {
    const [table, index] = [key.readUInt16BE(0), key.readUInt16BE(2)];
    if (table === 0) catalogs.push(readDocument(value) as unknown as Catalog);
    else if (index === 0)
      documents.push({
        table,
        record: key.subarray(4),
        doc: readDocument(checkedBytes(value)),
      });
    else found.set(key.toString("latin1"), value.toString("hex"));
  }
  await database.close();
  const expected = new Map<string, string>();
  for (const { table, record, doc } of documents) {
    for (const spec of catalogs.find(({ id }) => id === table)?.indexes ?? []) {
      for (const plain of keysOf(spec, doc).keys) {
        const prefix = Buffer.alloc(4);
        prefix.writeUInt16BE(table, 0);
        prefix.writeUInt16BE(spec.id, 2);
        const key = Buffer.concat(spec.unique ? [prefix, plain] : [prefix, plain, record]);
        expected.set(key.toString("latin1"), record.toString("hex"));
      }
    }
  }
  const missing = [...expected].filter(([key, record]) => found.get(key) !== record);
  const strange = [...found.keys()].filter((key) => !expected.has(key));
  const shown = (keys: readonly string[]) =>
    keys.slice(0, 3).map((key) => Buffer.from(key, "latin1").toString("hex"));
  return [
    ...(missing.length > 0
      ? [
          `${missing.length} index entries are missing: ${shown(missing.map(([key]) => key)).join(" ")}`,
        ]
      : []),
    ...(strange.length > 0
      ? [`${strange.length} index entries have no document: ${shown(strange).join(" ")}`]
      : []),
    ...(documents.length > 0 && catalogs.length === 0 ? ["documents without a catalog"] : []),
  ];
}

/** What may be found besides what was acknowledged. */
export interface Allowance {
  /** Whether the one operation of each lane that was not acknowledged may be there. */
  readonly unacknowledged: boolean;
}

/** Opens a folder as a new process would and reads everything; gives what is wrong. Proves that writing works. */
export async function checkFolder(
  dataDir: string,
  ledger: Ledger,
  { unacknowledged }: Allowance,
): Promise<string[]> {
  const problems: string[] = [];
  const storage = await openStorage({ dataDir });
  try {
    const models = modelsOf(storage.connection);
    await storage.ready();
    const lanes = await lanesOf(models, problems);
    await throughIndexes(models, lanes, problems);
    problems.push(...ledger.settle(lanes, unacknowledged));
    const seated = new Set(lanes.flatMap(({ seats }): string[] => [...seats.keys()]));
    for (const seat of ledger.seats)
      if (!seated.has(seat)) problems.push(`seat ${seat} was given and is free`);
    const named = lanes.flatMap(({ files }: { files: Part<"files"> }): string[] => [
      ...files.values(),
    ]);
    await checkBlobs(storage, dataDir, new Set([...ledger.blobs, ...named]), problems);
    await models.Tallies.updateOne({ _id: "probe" }, { $inc: { total: 1 } }, { upsert: true });
  } finally {
    await storage.close();
  }
  problems.push(...(await checkEntries(dataDir)));
  const pages = doublyUsedPages(join(dataDir, "db"));
  if (pages.length > 0) problems.push(`pages in use and free: ${pages.join(" ")}`);
  return problems;
}
