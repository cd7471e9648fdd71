import { Schema, trusted } from "mongoose";
import type { BlobStore, Connection } from "../../../../backend/platform/storage/index.ts";
import type { Entry, Operation, Step } from "./history.ts";

const entrySchema = new Schema(
  {
    _id: String,
    lane: Number,
    code: { type: Number, unique: true },
    count: Number,
    tags: { type: [String], index: true },
    text: String,
  },
  { versionKey: false },
).index({ lane: 1, count: -1 });

const tallySchema = new Schema({ _id: String, total: Number, by: {} }, { versionKey: false });
const seatSchema = new Schema(
  { _id: String, lane: { type: Number, index: true }, n: Number },
  { versionKey: false },
);
const fileSchema = new Schema(
  { _id: String, lane: { type: Number, index: true }, sha256: String },
  { versionKey: false },
);

/** The collections of the fault tests. */
export function modelsOf(connection: Connection) {
  return {
    connection,
    Entries: connection.model("Entry", entrySchema),
    Tallies: connection.model("Tally", tallySchema),
    Seats: connection.model("Seat", seatSchema),
    Files: connection.model("File", fileSchema),
  };
}

/** The collections of the fault tests. */
export type Models = ReturnType<typeof modelsOf>;

const isDuplicate = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === 11_000;

async function orDuplicate(work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (isDuplicate(error)) return "dup";
    throw error;
  }
}

const changed = ({ matchedCount }: { matchedCount: number }): string =>
  matchedCount > 0 ? "done" : "none";

const bulkStep = (step: Step) => {
  if (step.kind === "insert") return { insertOne: { document: step.entry } };
  if (step.kind === "delete") return { deleteOne: { filter: { _id: step.id } } };
  const update = { $inc: { count: step.by }, $set: { text: step.text } };
  return { updateOne: { filter: { _id: step.id }, update } };
};

interface BulkCounts {
  readonly insertedCount: number;
  readonly matchedCount: number;
  readonly deletedCount: number;
}

function countOf({ insertedCount, matchedCount, deletedCount }: BulkCounts): number {
  return insertedCount + matchedCount + deletedCount;
}

type BulkSteps = Parameters<Models["Entries"]["bulkWrite"]>[0];

async function runBulk({ Entries }: Models, steps: readonly Step[]): Promise<string> {
  try {
    return `done ${countOf(await Entries.bulkWrite(steps.map((step) => bulkStep(step)) as BulkSteps))}`;
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return `dup ${countOf((error as { result: BulkCounts }).result)}`;
  }
}

/** Two collections at once, or neither. */
async function insertAndTally(
  { connection, Entries, Tallies }: Models,
  entry: Entry,
): Promise<string> {
  const update = { $inc: { total: 1, [`by.${entry.lane}`]: 1 } };
  await connection.transaction(async (session) => {
    await Tallies.updateOne({ _id: "shared" }, update, { upsert: true, session });
    await Entries.create([entry], { session });
  });
  return "done";
}

/** Runs an operation and tells its answer; resolves when it is acknowledged. */
export async function run(models: Models, blobs: BlobStore, operation: Operation): Promise<string> {
  const { Entries, Tallies, Seats, Files } = models;
  switch (operation.kind) {
    case "insert":
      return orDuplicate(async () => (await Entries.create(operation.entry), "done"));
    case "insertMany":
      return runBulk(
        models,
        operation.entries.map((entry) => ({ kind: "insert", entry })),
      );
    case "bulk":
      return runBulk(models, operation.steps);
    case "add":
      return changed(
        await Entries.updateOne(
          { _id: operation.id },
          { $inc: { count: operation.by }, $set: { text: operation.text } },
        ),
      );
    case "tag":
      return changed(
        await Entries.updateOne(
          { _id: operation.id },
          { $push: { tags: { $each: [operation.tag], $slice: -4 } } },
        ),
      );
    case "code":
      return orDuplicate(async () =>
        changed(await Entries.updateOne({ _id: operation.id }, { $set: { code: operation.code } })),
      );
    case "replace":
      return orDuplicate(async () => {
        const done = await Entries.replaceOne({ _id: operation.entry._id }, operation.entry, {
          upsert: true,
        });
        return done.upsertedCount > 0 ? "new" : changed(done);
      });
    case "take": {
      const taken = await Entries.findOneAndUpdate(
        { _id: operation.id },
        { $inc: { count: operation.by } },
        { returnDocument: "after" },
      ).lean();
      return `${taken?.count ?? "none"}`;
    }
    case "delete":
      return (await Entries.deleteOne({ _id: operation.id })).deletedCount > 0 ? "done" : "none";
    case "addAll": {
      const filter = { lane: operation.lane, count: trusted({ $lt: operation.below }) };
      return `done ${(await Entries.updateMany(filter, { $inc: { count: 1 } })).matchedCount}`;
    }
    case "deleteFrom": {
      const filter = { lane: operation.lane, count: trusted({ $gte: operation.count }) };
      return `done ${(await Entries.deleteMany(filter)).deletedCount}`;
    }
    case "tally":
      await Tallies.updateOne(
        { _id: "shared" },
        { $inc: { total: 1, [`by.${operation.lane}`]: 1 } },
        { upsert: true },
      );
      return "done";
    case "together":
      return orDuplicate(() => insertAndTally(models, operation.entry));
    case "seat":
      return orDuplicate(
        async () => (
          await Seats.create({ _id: operation.seat, lane: operation.lane, n: operation.n }),
          "done"
        ),
      );
    case "file": {
      const { sha256 } = await blobs.put(Buffer.from(operation.text));
      await Files.updateOne(
        { _id: operation.id },
        { $set: { lane: operation.lane, sha256 } },
        { upsert: true },
      );
      return "done";
    }
    default:
      return operation satisfies never;
  }
}
