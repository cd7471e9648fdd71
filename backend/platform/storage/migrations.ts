import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Collection } from "mongoose";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import type { Connection } from "./connection.ts";
import { isDuplicateKey } from "./errors.ts";

/** A document in any shape that was ever stored; its id is text, as all of ours are. */
export type OldDocument = Readonly<Record<string, unknown>> & { readonly _id: string };

/** What to do with a document: update operators, or take it away; nothing leaves it as it is. */
export type DocumentChange = Readonly<Record<string, unknown>> | "remove" | undefined;

/** A change of many documents of one collection. */
export interface Change {
  readonly collection: string;
  /**
   * The documents that still need it. One that was changed must not match any more: that is what makes going on after
   * a crash, and a second run, harmless.
   */
  readonly filter: Readonly<Record<string, unknown>>;
  change(document: OldDocument): DocumentChange | Promise<DocumentChange>;
}

/** What a step works with. */
export interface MigrationContext {
  /** Changes documents in batches, in the order of their ids; what a killed run has done is not done again. */
  change(change: Change): Promise<void>;
  /** One document, to decide by. */
  find(
    collection: string,
    filter: Readonly<Record<string, unknown>>,
  ): Promise<OldDocument | undefined>;
}

/** One step forward; there is none back: a backup is. */
export interface Migration {
  /** The schema version that it leads to: 1, 2, 3… without gaps. */
  readonly version: number;
  /** What it does, as a sentence of one line. */
  readonly name: string;
  /** Makes the same calls in the same order whenever it is run. */
  up(context: MigrationContext): Promise<void>;
}

/** News of a migration, told before the next write. */
export interface MigrationEvent {
  readonly kind: "waiting" | "started" | "batch" | "finished";
  readonly version: number;
  readonly name: string;
  /** Documents changed by this step so far, those of a killed run included. */
  readonly changed: number;
}

/** How to migrate. */
export interface MigrationOptions {
  readonly migrations: readonly Migration[];
  /** Whether nobody else can be at it (the folder lock is held); otherwise a lease decides. */
  readonly isExclusive: boolean;
  /** Silence after which another's lease is taken over, in milliseconds. */
  readonly leaseMs?: number;
  readonly onEvent?: (event: MigrationEvent) => void;
}

/** A step that would run, with the documents that it would change as things stand. */
export interface PlannedStep {
  readonly version: number;
  readonly name: string;
  readonly documents: number;
}

/** Where the version is stored: the one document of this collection. */
export const schemaCollection = "schema";
const schemaId = "schema";
const defaultLeaseMs = 30_000;
const batchSize = 500;

interface Progress {
  readonly version: number;
  /** Calls of `change` that are done. */
  readonly calls: number;
  /** Id of the last document seen by the call under way. */
  readonly after: string;
  readonly changed: number;
}

interface SchemaDocument {
  readonly _id: string;
  readonly version: number;
  readonly at: Date;
  readonly step?: Progress;
  /** Who is migrating; `beat` counts up while it lives. */
  readonly lease?: { readonly holder: string; readonly beat: number };
}

const schemaOf = (connection: Connection): Collection<SchemaDocument> =>
  connection.collection<SchemaDocument>(schemaCollection);

/** The version that a list leads to. */
export function latestVersion(migrations: readonly Migration[]): number {
  for (const [i, { version }] of migrations.entries()) {
    if (version !== i + 1) throw new Error(`migration ${version} stands at place ${i + 1}`);
  }
  return migrations.length;
}

/** The schema version of stored data; 0 if it has none yet. */
export async function readSchemaVersion(connection: Connection): Promise<number> {
  return (await schemaOf(connection).findOne({ _id: schemaId }))?.version ?? 0;
}

/** A newer program's step that has begun leaves data that is neither of the old version nor of the new. */
function reachedVersion(stored: SchemaDocument | null): number {
  return Math.max(stored?.version ?? 0, stored?.step?.version ?? 0);
}

/** The highest version that any step which has begun leads to; what serves an earlier one must no longer write. */
export async function readReachedVersion(connection: Connection): Promise<number> {
  return reachedVersion(await schemaOf(connection).findOne({ _id: schemaId }));
}

function assertNotNewer(stored: SchemaDocument | null, migrations: readonly Migration[]): void {
  const latest = latestVersion(migrations);
  const version = reachedVersion(stored);
  if (version <= latest) return;
  throw new Refusal(
    "conflict",
    `The data was written by a newer program: its schema version is ${version}, this program knows ${latest}. Nothing was changed. Start the newer program, or restore a backup from before the upgrade.`,
  );
}

/**
 * Tells what {@link migrate} would do, changing nothing.
 * @throws {Refusal} conflict — the data is newer than the program
 */
export async function planMigrations(
  connection: Connection,
  migrations: readonly Migration[],
): Promise<PlannedStep[]> {
  const stored = await schemaOf(connection).findOne({ _id: schemaId });
  assertNotNewer(stored, migrations);
  const planned: PlannedStep[] = [];
  for (const migration of migrations.slice(stored?.version ?? 0)) {
    let documents = 0;
    await migration.up({
      find: (collection, filter) => findOld(connection, collection, filter),
      async change(change) {
        for await (const batch of batchesOf(connection, change, ""))
          documents += (await changesOf(batch, change)).length;
      },
    });
    planned.push({ version: migration.version, name: migration.name, documents });
  }
  return planned;
}

/**
 * Brings stored data to the program's schema version, step after step. Killed anywhere, the next call goes on.
 * Of several processes that call it at once one does the work and the others wait for it.
 * @throws {Refusal} conflict — the data is newer than the program; nothing is changed then
 */
export async function migrate(connection: Connection, options: MigrationOptions): Promise<void> {
  const latest = latestVersion(options.migrations);
  const stored = await schemaOf(connection).findOne({ _id: schemaId });
  assertNotNewer(stored, options.migrations);
  if (stored?.version === latest) return;
  const lease = await takeLease(connection, options);
  if (!lease) return;
  try {
    for (;;) {
      const reached = await lease.read();
      const migration = options.migrations[reached.version];
      if (!migration) return;
      await runStep(connection, { migration, lease, stored: reached, onEvent: options.onEvent });
    }
  } finally {
    await lease.release();
  }
}

interface StepRun {
  readonly migration: Migration;
  readonly lease: Lease;
  readonly stored: SchemaDocument;
  readonly onEvent: ((event: MigrationEvent) => void) | undefined;
}

async function runStep(connection: Connection, run: StepRun): Promise<void> {
  const { migration, lease, stored, onEvent } = run;
  const { version, name } = migration;
  const before = stored.step?.version === version ? stored.step : undefined;
  const done = { calls: before?.calls ?? 0, after: before?.after ?? "" };
  let changed = before?.changed ?? 0;
  const tell = (kind: MigrationEvent["kind"]) => onEvent?.({ kind, version, name, changed });
  let call = 0;
  // An older program must not take the data for its own from the first change on.
  await lease.write({ $set: { step: { version, ...done, changed } } });
  tell("started");
  await migration.up({
    find: (collection, filter) => findOld(connection, collection, filter),
    async change(change) {
      if (call++ < done.calls) return;
      for await (const batch of batchesOf(connection, change, done.after)) {
        const writes = await changesOf(batch, change);
        await lease.read();
        if (writes.length > 0) await connection.collection(change.collection).bulkWrite(writes);
        changed += writes.length;
        tell("batch");
        done.after = batch.at(-1)?._id ?? "";
        await lease.write({ $set: { step: { version, ...done, changed } } });
      }
      done.calls = call;
      done.after = "";
    },
  });
  await lease.write({ $set: { version, at: new Date() }, $unset: { step: "" } });
  tell("finished");
}

async function findOld(
  connection: Connection,
  collection: string,
  filter: Readonly<Record<string, unknown>>,
): Promise<OldDocument | undefined> {
  return (await connection.collection<OldDocument>(collection).findOne(filter)) ?? undefined;
}

async function* batchesOf(
  connection: Connection,
  { collection, filter }: Change,
  start: string,
): AsyncGenerator<OldDocument[]> {
  const documents = connection.collection<OldDocument>(collection);
  for (let after = start; ;) {
    const batch = await documents
      .find({ $and: [{ _id: { $gt: after } }, filter] })
      .sort({ _id: 1 })
      .limit(batchSize)
      .toArray();
    const last = batch.at(-1);
    if (!last) return;
    yield batch;
    after = last._id;
  }
}

/** The writes for a batch; each finds its document only while that still needs it. */
async function changesOf(batch: readonly OldDocument[], { filter, change }: Change) {
  const writes = [];
  for (const document of batch) {
    const update = await change(document);
    if (update === undefined) continue;
    const one = { $and: [{ _id: document._id }, filter] };
    writes.push(
      update === "remove"
        ? { deleteOne: { filter: one } }
        : { updateOne: { filter: one, update: { ...update } } },
    );
  }
  return writes as never[];
}

interface Lease {
  /** Reads; a holder that was taken over stops here, before it writes. */
  read(): Promise<SchemaDocument>;
  write(update: Readonly<Record<string, unknown>>): Promise<void>;
  release(): Promise<void>;
}

/** Takes the lease, or waits for who has it; undefined when there is nothing left to do. */
async function takeLease(
  connection: Connection,
  { migrations, isExclusive, leaseMs = defaultLeaseMs, onEvent }: MigrationOptions,
): Promise<Lease | undefined> {
  const schema = schemaOf(connection);
  const holder = randomUUID();
  const lease = { holder, beat: 0 };
  let seen = { beat: "", at: performance.now() };
  for (;;) {
    const stored = await schema.findOne({ _id: schemaId });
    assertNotNewer(stored, migrations);
    if (stored?.version === migrations.length) return undefined;
    if (!stored) {
      try {
        await schema.insertOne({ _id: schemaId, version: 0, at: new Date(), lease });
        return leaseOf(schema, holder, leaseMs);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        continue;
      }
    }
    // Two machines' clocks need not agree: dead is who was not seen to beat for the whole time by our own clock.
    const beat = JSON.stringify(stored.lease ?? null);
    if (beat !== seen.beat) seen = { beat, at: performance.now() };
    if (isExclusive || !stored.lease || performance.now() - seen.at >= leaseMs) {
      const same = stored.lease
        ? { "lease.holder": stored.lease.holder, "lease.beat": stored.lease.beat }
        : { lease: { $exists: false } };
      const taken = await schema.updateOne({ _id: schemaId, ...same }, { $set: { lease } });
      if (taken.matchedCount === 1) return leaseOf(schema, holder, leaseMs);
      continue;
    }
    const { version, name } = migrations[stored.version] ?? { version: 0, name: "" };
    onEvent?.({ kind: "waiting", version, name, changed: stored.step?.changed ?? 0 });
    await wait(leaseMs / 10);
  }
}

function leaseOf(schema: Collection<SchemaDocument>, holder: string, leaseMs: number): Lease {
  const mine = { _id: schemaId, "lease.holder": holder };
  const write = async (update: Readonly<Record<string, unknown>>): Promise<void> => {
    const { matchedCount } = await schema.updateOne(mine, update);
    if (matchedCount === 0) throw new Error("another process has taken this migration over");
  };
  const beat = () => write({ $inc: { "lease.beat": 1 } });
  // A beat that fails is found out by the next write.
  const heart = setInterval(() => void beat().catch(() => undefined), leaseMs / 3).unref();
  return {
    write,
    async read() {
      const stored = await schema.findOne(mine);
      if (!stored) throw new Error("another process has taken this migration over");
      return stored;
    },
    async release() {
      clearInterval(heart);
      await schema.updateOne(mine, { $unset: { lease: "" } });
    },
  };
}
