import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  array,
  assert as check,
  asyncProperty,
  bigInt,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  oneof,
  option,
  property,
  record,
  string,
  tuple,
  uniqueArray,
} from "fast-check";
import { Long } from "mongodb";
import { EmbeddedCollection } from "../../../backend/platform/storage/embedded/driver/collection.ts";
import { Engine } from "../../../backend/platform/storage/embedded/index.ts";
import {
  compareValues,
  encodeValue,
} from "../../../backend/platform/storage/embedded/values/keys.ts";
import { openStorage, type Storage } from "../../../backend/platform/storage/index.ts";

type Doc = Record<string, unknown>;

const scalar = oneof(
  constant(null),
  integer({ min: -3, max: 3 }),
  constantFrom("", "a", "b", "ab"),
  boolean(),
);
const value = oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: array(scalar, { maxLength: 3 }) },
);
const document = record(
  {
    a: value,
    b: value,
    c: oneof(record({ x: value }), array(record({ x: scalar, y: scalar }), { maxLength: 2 })),
  },
  { requiredKeys: [] },
);
const path = constantFrom("a", "b", "c.x", "c.y");
const condition = oneof(
  scalar,
  record({ $in: array(scalar, { minLength: 1, maxLength: 3 }) }),
  record({ $gte: scalar }),
  record({ $gt: scalar, $lt: scalar }),
  record({ $lte: scalar }),
  record({ $ne: scalar }),
  record({ $exists: boolean() }),
);
const filter = dictionary(path, condition, { maxKeys: 3 });
const index = uniqueArray(tuple(path, constantFrom(1 as const, -1 as const)), {
  minLength: 1,
  maxLength: 3,
  selector: ([name]) => name,
});

describe("indexes of the embedded engine", () => {
  let dataDir: string;
  let storage: Storage;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "entente-index-"));
    storage = await openStorage({ dataDir });
  });
  after(async () => {
    await storage.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("[STO-14] never change an answer: any documents, filter, sort and indexes", async function () {
    this.timeout(60_000);
    let serial = 0;
    const sameAnswer = asyncProperty(
      array(document, { maxLength: 12 }),
      filter,
      option(index, { nil: [] as const }),
      uniqueArray(tuple(index, boolean()), {
        minLength: 1,
        maxLength: 3,
        selector: (one) => JSON.stringify(one),
      }),
      async (docs, wanted, order, definitions) => {
        const plain = storage.connection.collection(`plain${++serial}`);
        const indexed = storage.connection.collection(`indexed${serial}`);
        for (const [i, [fields, sparse]] of definitions.entries()) {
          await indexed.createIndex(Object.fromEntries(fields), { sparse, name: `i${i}` });
        }
        // Two arrays in one index are refused; such a document is in neither collection.
        if (docs.length > 0) {
          const numbered = docs.map((doc, i) => ({ _id: i as never, ...doc }));
          await indexed.insertMany(numbered, { ordered: false }).catch(() => undefined);
          const stored = await indexed.find({}).toArray();
          if (stored.length > 0) await plain.insertMany(stored);
        }
        const sort = Object.fromEntries([...order, ["_id", 1]]) as Doc;
        const read = async (collection: typeof plain) =>
          (await collection.find(wanted as never, { sort } as never).toArray()).map(
            ({ _id }) => _id as unknown,
          );
        expect(await read(indexed)).to.deep.equal(await read(plain));
      },
    );
    // Found once: two ends of different types, each met by another element of the array.
    const elementsDiffer = [
      [
        {
          c: [
            { x: 0, y: 0 },
            { x: "", y: "ab" },
          ],
        },
      ],
      { "c.y": { $gt: "", $lt: 1 } },
      [],
      [[[["c.y", 1]], false]],
    ] as never;
    await check(sameAnswer, {
      numRuns: 150,
      examples: [elementsDiffer],
    });
  });

  it("[STO-14] follow changes and deletions", async () => {
    const collection = storage.connection.collection("changing");
    await collection.createIndex({ k: 1 });
    await collection.insertMany(Array.from({ length: 50 }, (_, k) => ({ k })));
    await collection.updateMany({ k: { $lt: 10 } }, { $inc: { k: 100 } });
    await collection.deleteMany({ k: { $gte: 20, $lt: 30 } });
    const keys = (
      await collection.find({ k: { $gte: 0 } }, { sort: { k: 1 } } as never).toArray()
    ).map((doc) => doc["k"] as unknown);
    expect(keys).to.deep.equal([...range(10, 20), ...range(30, 50), ...range(100, 110)]);
  });

  it("[STO-15] answer equality, ranges and sorts, as explain shows", async () => {
    const collection = storage.connection.collection("explained");
    await collection.createIndex({ org: 1, at: -1 });
    await collection.createIndex({ email: 1 }, { unique: true });
    await collection.insertMany(
      Array.from({ length: 500 }, (_, i) => ({
        _id: `d${i}` as never,
        org: i % 5,
        at: i,
        email: `e${i}`,
      })),
    );
    const explain = async (wanted: Doc, options: Doc = {}) => {
      const { queryPlanner, executionStats } = await collection
        .find(wanted as never, options as never)
        .explain();
      const plan = queryPlanner.winningPlan as {
        stage: string;
        inputStage?: { indexName?: string; stage: string };
      };
      return {
        stage: plan.stage,
        index: plan.inputStage?.indexName,
        docs: executionStats.totalDocsExamined as number,
      };
    };
    expect(await explain({ _id: "d7" })).to.deep.equal({ stage: "IDHACK", index: "_id_", docs: 1 });
    expect(await explain({ email: "e9" })).to.deep.equal({
      stage: "FETCH",
      index: "email_1",
      docs: 1,
    });
    expect(await explain({ email: { $gte: "e49", $lt: "e5" } })).to.include({
      index: "email_1",
      docs: 11,
    });
    expect(await explain({ org: 2 }, { sort: { at: -1 }, limit: 3 })).to.deep.equal({
      stage: "FETCH",
      index: "org_1_at_-1",
      docs: 3,
    });
    expect(await explain({ org: 2 }, { sort: { at: 1 }, limit: 3 })).to.include({
      index: "org_1_at_-1",
      docs: 3,
    });
    expect(await explain({ org: { $in: [1, 2] }, at: { $gt: 490 } })).to.include({
      index: "org_1_at_-1",
      docs: 4,
    });
    const ways = [{ email: "e9" }, { org: 2, at: { $gt: 490 } }];
    expect(await explain({ $or: ways })).to.include({ stage: "FETCH", docs: 3 });
    expect((await explain({ at: 3 })).stage).to.equal("COLLSCAN");
    expect(storage.fullScans().at(-1)).to.deep.equal({
      collection: "explained",
      paths: ["at"],
      plan: { stage: "COLLSCAN", direction: "forward" },
    });
  });

  it("[STO-15] with a time to live let their documents expire", async () => {
    const engine = new Engine(join(dataDir, "expiring"));
    const collection = new EmbeddedCollection(engine, "notes");
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
    await collection.insertMany([
      { _id: 1, at: new Date(0) },
      { _id: 2, at: new Date(90_000) },
      { _id: 3 },
    ]);
    expect(await collection.expire(new Date(100_000))).to.equal(1);
    expect(await collection.distinct("_id")).to.deep.equal([2, 3]);
    await engine.close();
  });

  it("[STO-90] with a time to live and a filter let nothing else expire", async () => {
    const engine = new Engine(join(dataDir, "expiring-partly"));
    const collection = new EmbeddedCollection(engine, "notes");
    const partialFilterExpression = { $or: [{ kind: "session" }, { n: { $gt: 1 } }] };
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60, partialFilterExpression });
    const at = new Date(0);
    await collection.insertMany([
      { _id: 1, at, kind: "session" },
      { _id: 2, at, kind: "user", n: 1 },
      { _id: 3, at, n: 2 },
      { _id: 4, at: new Date(90_000), n: 2 },
    ]);
    expect(await collection.expire(new Date(100_000))).to.equal(2);
    expect(await collection.distinct("_id")).to.deep.equal([2, 4]);
    await engine.close();
  });

  it("[STO-15] survive closing and opening", async () => {
    const collection = storage.connection.collection("kept");
    await collection.createIndex({ tags: 1 });
    await collection.insertOne({ tags: ["x", "y"], n: 1 });
    await storage.close();
    storage = await openStorage({ dataDir });
    const again = storage.connection.collection("kept");
    expect((await again.indexes()).map(({ name }) => name)).to.deep.equal(["_id_", "tags_1"]);
    expect(await again.countDocuments({ tags: { $in: ["x", "y"] } })).to.equal(1);
    await again.insertOne({ tags: "y", n: 2 });
    expect(await again.countDocuments({ tags: "y" })).to.equal(2);
  });

  it("[STO-16] keep order and equality of values in their bytes", () => {
    const number = oneof(
      double({ noNaN: true }),
      integer(),
      bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => Long.fromBigInt(n)),
    );
    const exact = (n: number | Long) => (n instanceof Long ? n.toBigInt() : n);
    const byOrder = property(number, number, (a, b) => {
      const [x, y] = [exact(a), exact(b)];
      expect(Math.sign(Buffer.compare(encodeValue(a), encodeValue(b)))).to.equal(
        x < y ? -1 : x > y ? 1 : 0,
      );
    });
    check(byOrder, { numRuns: 2000 });
    const text = string({ unit: "binary" });
    const byBytes = property(text, text, (a, b) => {
      expect(Math.sign(compareValues(a, b))).to.equal(
        Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      expect(encodeValue(a).equals(encodeValue(b))).to.equal(Buffer.from(a).equals(Buffer.from(b)));
    });
    check(byBytes, { numRuns: 2000 });
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
