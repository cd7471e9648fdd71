import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { ObjectId } from "mongodb";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import {
  createFileBlobs,
  type BlobStore,
  type BlobUpkeep,
} from "../../../backend/platform/storage/blobs.ts";
import { createGridBlobs } from "../../../backend/platform/storage/gridfs.ts";
import { collectOrphans, graceMs } from "../../../backend/platform/storage/orphans.ts";
import { createUpkeep } from "../../../backend/platform/storage/upkeep.ts";
import { systemClock } from "../../../backend/platform/clock.ts";
import { createLog } from "../../../backend/platform/log.ts";
import { until } from "../../support/world.ts";
import { contract, type Bench } from "./engines.ts";

const now = new Date();
const cutoff = new Date(now.getTime() - graceMs);
const old = new Date(cutoff.getTime() - 60_000);
const sizeBytes = 100_000;

/** Bytes of one size that differ by their number. */
const bytesOf = (n: number) => Buffer.alloc(sizeBytes, `blob ${n} `);

/** A store of blobs whose age and litter a test decides. */
interface Place {
  open(quotaBytes?: number): Promise<BlobStore & BlobUpkeep>;
  /** Makes a blob as old as if nobody had put it for more than a day. */
  age(sha256: string): Promise<void>;
  /** Leaves what an upload leaves that was cut short, more than a day ago or now. */
  litter(): Promise<void>;
  /** How much of it is there. */
  litterCount(): Promise<number>;
  remove(): Promise<void>;
}

async function placeOn(on: Bench): Promise<Place> {
  return on.name === "embedded" ? filePlace() : gridPlace(on);
}

async function filePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "entente-upkeep-"));
  const part = join(folder, "ab", `${"0".repeat(62)}.some.part`);
  return {
    open: (quotaBytes) => createFileBlobs(folder, quotaBytes),
    age: (sha256) => utimes(join(folder, sha256.slice(0, 2), sha256.slice(2)), old, old),
    async litter() {
      await mkdir(join(folder, "ab"), { recursive: true });
      await writeFile(part, "half");
    },
    litterCount: async () =>
      (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".part")).length,
    remove: () => rm(folder, { recursive: true }),
  };
}

async function gridPlace({ connection }: Bench): Promise<Place> {
  const { db } = connection;
  if (!db) throw new Error("the connection has no database");
  const [files, chunks] = [db.collection("blobs.files"), db.collection("blobs.chunks")];
  const litterId = ObjectId.createFromTime(Math.floor(old.getTime() / 1000));
  const remove = async () => {
    await files.deleteMany({});
    await chunks.deleteMany({});
  };
  await remove();
  return {
    open: async (quotaBytes) => createGridBlobs(db, quotaBytes),
    async age(sha256) {
      await files.updateMany({ filename: sha256 }, { $set: { uploadDate: old } });
    },
    async litter() {
      for (const n of [0, 1])
        await chunks.insertOne({ files_id: litterId, n, data: Buffer.from("half") });
      await chunks.insertOne({ files_id: new ObjectId(), n: 0, data: Buffer.from("under way") });
    },
    litterCount: () => chunks.countDocuments({ files_id: litterId }),
    remove,
  };
}

const refusal = (action: Promise<unknown>): Promise<Refusal | undefined> =>
  action.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    },
  );

contract("upkeep", (on) => {
  let place: Place;
  let blobs: BlobStore & BlobUpkeep;
  beforeEach(async () => {
    place = await placeOn(on);
    blobs = await place.open();
  });
  afterEach(() => place.remove());

  /** Puts blobs and answers their hashes. */
  async function put(...numbers: number[]): Promise<string[]> {
    const hashes: string[] = [];
    for (const n of numbers) hashes.push((await blobs.put(bytesOf(n))).sha256);
    return hashes;
  }

  const present = async (hashes: readonly string[]) =>
    Promise.all(hashes.map((hash) => blobs.has(hash)));

  it("[UPK-8] removes blobs that no document names and nobody has put for a day, and no others", async () => {
    const hashes = await put(1, 2, 3, 4, 5);
    const [single = "", listed = "", unnamed = "", young = "", again = ""] = hashes;
    for (const hash of [single, listed, unnamed, again]) await place.age(hash);
    await put(5);
    const documents = on.collection();
    await documents.insertMany([
      { _id: "d1", pdf: single },
      { _id: "d2", list: [{ sha256: null }, { sha256: listed }] },
    ] as never);
    const collection = documents.name;
    const work = {
      connection: on.connection,
      blobs,
      references: [
        { collection, path: "pdf" },
        { collection, path: "list.sha256" },
      ],
      isPinned: async () => false,
      now,
    };
    const expected = { removed: 1, freedBytes: sizeBytes, isPutOff: false };
    expect(await collectOrphans(work)).to.deep.equal(expected);
    expect(await present([single, listed, unnamed, young, again])).to.deep.equal([
      true,
      true,
      false,
      true,
      true,
    ]);
    expect(Buffer.compare(await blobs.get(listed), bytesOf(2))).to.equal(0);
    expect(await collectOrphans(work)).to.deep.equal({ ...expected, removed: 0, freedBytes: 0 });
  });

  it("[UPK-9] never takes a blob from whoever puts it at the same moment", async () => {
    const [hash = ""] = await put(1);
    for (let round = 0; round < 10; round++) {
      await place.age(hash);
      const actions = [() => blobs.removeBefore(hash, cutoff), () => blobs.put(bytesOf(1))];
      if (round % 2) actions.reverse();
      await Promise.all(actions.map((action) => action()));
      expect(Buffer.compare(await blobs.get(hash), bytesOf(1)), `round ${round}`).to.equal(0);
    }
    expect(blobs.usage().usedBytes).to.equal(sizeBytes);
  });

  it("[UPK-10] clears away what uploads left that never ended", async () => {
    const [hash = ""] = await put(1);
    await place.litter();
    expect(await place.litterCount()).to.be.greaterThan(0);
    await blobs.tidy(cutoff);
    expect(await place.litterCount()).to.equal(0);
    expect(Buffer.compare(await blobs.get(hash), bytesOf(1))).to.equal(0);
  });

  // Files have no such case: nobody writes while their folder is tidied.
  if (on.name !== "embedded")
    it("[UPK-10] leaves chunks of an upload that is under way", async () => {
      await place.litter();
      await blobs.tidy(cutoff);
      expect(await on.connection.collection("blobs.chunks").countDocuments({})).to.equal(1);
    });

  it("[UPK-11] refuses what would pass the quota, counted with writers at once and after a restart", async () => {
    const quotaBytes = sizeBytes * 4 + sizeBytes / 2;
    blobs = await place.open(quotaBytes);
    const answers = await Promise.all(
      Array.from({ length: 9 }, (_, n) => refusal(blobs.put(bytesOf(n)))),
    );
    const refused = answers.filter((answer) => answer !== undefined);
    expect(refused.map(({ code }) => code)).to.deep.equal(Array(5).fill("storage-full"));
    expect(refused[0]?.message).to.match(
      /^No room for another 0\.1 MiB of files: 0\.4 of 0\.4 MiB/,
    );
    const usage = { usedBytes: sizeBytes * 4, quotaBytes };
    expect(blobs.usage()).to.deep.equal(usage);
    const stored = answers.findIndex((answer) => answer === undefined);
    const { sha256 } = await blobs.put(bytesOf(stored));
    expect(blobs.usage(), "the same bytes again").to.deep.equal(usage);

    blobs = await place.open(quotaBytes);
    expect((await refusal(blobs.put(bytesOf(10))))?.code).to.equal("storage-full");
    expect(blobs.usage(), "after a restart").to.deep.equal(usage);
    await place.age(sha256);
    expect(await blobs.removeBefore(sha256, cutoff)).to.equal(sizeBytes);
    expect(await refusal(blobs.put(bytesOf(10)))).to.equal(undefined);
    expect(blobs.usage(), "one for another").to.deep.equal(usage);
  });

  it("[UPK-12] waits for a backup, also one that begins while it removes", async () => {
    const hashes = await put(1, 2, 3);
    for (const hash of hashes) await place.age(hash);
    let looks = 0;
    const collect = (pinnedFrom: number) =>
      collectOrphans({
        connection: on.connection,
        blobs,
        references: [],
        isPinned: async () => ++looks >= pinnedFrom,
        now,
      });
    expect(await collect(0)).to.deep.equal({ removed: 0, freedBytes: 0, isPutOff: true });
    expect(await present(hashes)).to.deep.equal([true, true, true]);
    looks = 0;
    expect((await collect(3)).removed).to.equal(1);
    expect((await present(hashes)).filter(Boolean)).to.have.length(2);
  });

  it("[UPK-19] has a server stop once a newer program begins to bring its database forward", async () => {
    const schema = on.connection.collection<{ _id: string }>("schema");
    await schema.deleteMany({});
    await schema.insertOne({ _id: "schema", version: 2 } as never);
    const upkeep = createUpkeep({
      storage: { ...on.storage, isExclusive: false },
      references: [],
      schemaVersion: 2,
      clock: systemClock,
      log: createLog("silent"),
      lookEveryMs: 20,
    });
    upkeep.start();
    await upkeep.run();
    expect(upkeep.failure()).to.equal(undefined);
    const step = { version: 3, calls: 0, after: "", changed: 0 };
    await schema.updateOne({ _id: "schema" }, { $set: { step } });
    await until(() => upkeep.failure() !== undefined);
    expect(upkeep.failure()?.message).to.match(/A newer program .* schema version 3/);
    await upkeep.stop();
    await schema.deleteMany({});
  });
});
