import { expect } from "chai";
import { MongoAPIError, MongoInvalidArgumentError, ReadPreference } from "mongodb";
import type { Collection } from "mongoose";
import { contract, failure, type Doc } from "./engines.ts";

const three = [{ n: 1 }, { n: 3 }, { n: 2 }];

contract("cursors", (on) => {
  /** A cursor over three documents that has not read beyond the first. */
  const opened = async () => (await on.filled(three)).find().sort({ _id: 1 }).batchSize(1);
  type Cursor = Awaited<ReturnType<typeof opened>>;
  const numbers = (docs: Doc[]) => docs.map(({ n }) => n);

  it("[STO-100] wait for what their map promises, in order", async () => {
    const tenfold = async (doc: Doc) => Number(doc["n"]) * 10;
    expect(await (await opened()).map(tenfold).toArray()).to.deep.equal([10, 30, 20]);
    const met: unknown[] = [];
    for await (const n of (await opened()).map(tenfold)) met.push(n);
    expect(met).to.deep.equal([10, 30, 20]);
  });

  it("[STO-100] that map to null, or fail to, say so and are closed", async () => {
    const nothing = () => null as never;
    const fail = (): never => {
      throw new Error("no");
    };
    for (const [transform, type] of [[nothing, MongoAPIError] as const, [fail, Error] as const])
      for (const method of ["toArray", "next"] as const) {
        const cursor = (await opened()).map(transform);
        const error: unknown = await cursor[method]().catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(type);
        expect(cursor.killed).to.equal(true);
        expect(await cursor.hasNext()).to.equal(false);
      }
  });

  it("[STO-100] closed before they were read are at their end, and closed later are exhausted", async () => {
    const unread = await opened();
    await unread.close();
    expect([unread.closed, unread.killed]).to.deep.equal([true, false]);
    expect(await unread.next()).to.equal(null);
    expect(await unread.toArray()).to.deep.equal([]);
    const read = await opened();
    for await (const doc of read) if (doc["n"] === 1) break;
    expect(read.killed).to.equal(true);
    expect(await failure(read.next())).to.match(/MongoCursorExhaustedError/);
    expect(await read.toArray()).to.deep.equal([]);
    read.rewind();
    expect(await read.toArray()).to.have.length(3);
  });

  describe("with more to read", () => {
    const many = Array.from({ length: 1_000 }, (_, n) => ({ n }));

    for (const [what, go] of [
      ["collection is dropped", (c: Collection) => c.drop()],
      ["collection gets another name", (c: Collection) => c.rename(`${c.collectionName}-b`)],
      ["index is dropped", (c: Collection) => c.dropIndex("n_1")],
    ] as const)
      it(`[STO-100] fail when their ${what}`, async () => {
        const collection = await on.filled(many);
        await collection.createIndex({ n: 1 });
        const cursor = collection.find({ n: { $gte: 0 } });
        await cursor.next();
        await go(collection);
        expect(await failure(cursor.toArray())).to.equal(175);
      });

    it("[STO-100] fail when their transaction is over", async () => {
      const collection = await on.filled(many);
      const session = await on.connection.startSession();
      session.startTransaction();
      const cursor = collection.find({}, { session });
      await cursor.next();
      await session.abortTransaction();
      expect(await failure(cursor.toArray())).not.to.equal("no error");
      await session.endSession();
    });
  });

  describe("arguments", () => {
    const refused: readonly [what: string, set: (cursor: Cursor) => unknown, text: RegExp][] = [
      ["a limit of text", (c) => c.limit("1" as never), /^Operation "limit" requires an integer$/],
      ["a skip of text", (c) => c.skip("1" as never), /^Operation "skip" requires an integer$/],
      ["a batch of text", (c) => c.batchSize("1" as never), /^Operation "batchSize" requires an/],
      ["a time of text", (c) => c.maxTimeMS("1" as never), /^Argument for maxTimeMS must be a n/],
      [
        "an unknown flag",
        (c) => c.addCursorFlag("odd" as never, true),
        /^Flag odd is not one of t/,
      ],
      [
        "a flag of 1",
        (c) => c.addCursorFlag("partial", 1 as never),
        /^Flag partial must be a bool/,
      ],
      [
        "a read preference of 5",
        (c) => c.withReadPreference(5 as never),
        /^Invalid read preference/,
      ],
      ["a read preference of none", (c) => c.withReadPreference("x" as never), /mode "x"$/],
      [
        "a sort of 5",
        (c) => c.sort(5 as never),
        /^Invalid sort format: 5 Sort must be a valid obj/,
      ],
      ["a direction of 2", (c) => c.sort({ n: 2 as never }), /^Invalid sort direction: 2$/],
      ["a direction of up", (c) => c.sort("n", "up" as never), /^Invalid sort direction: "up"$/],
    ];
    for (const [what, set, text] of refused)
      it(`[STO-101] refuses ${what} where it is given`, async () => {
        const cursor = await opened();
        expect(() => set(cursor)).to.throw(MongoInvalidArgumentError, text);
      });

    const outside: readonly [option: Doc, code: number][] = [
      [{ skip: -1 }, 51024],
      [{ maxTimeMS: -1 }, 2],
      [{ maxTimeMS: 2 ** 31 }, 2],
      [{ tailable: true }, 2],
      [{ projection: "n" }, 14],
    ];
    for (const [options, code] of outside)
      it(`[STO-101] refuses to read with ${JSON.stringify(options)}`, async () => {
        const collection = await on.filled(three);
        expect(await failure(collection.find({}, options).toArray())).to.equal(code);
      });

    const taken: readonly [options: Doc, found: number[]][] = [
      [{ limit: 1.5 }, [1]],
      [{ limit: 0.5 }, [1, 3, 2]],
      [{ limit: null, skip: null }, [1, 3, 2]],
      [{ skip: 1.5 }, [3, 2]],
      [{ batchSize: -1 }, [1]],
      [{ sort: "n" }, [1, 2, 3]],
      [{ sort: ["x", "n"] }, [1, 2, 3]],
      [{ sort: ["n", -1] }, [3, 2, 1]],
      [{ sort: [["n", "DESC"]] }, [3, 2, 1]],
      [{ sort: { n: "Descending" } }, [3, 2, 1]],
      [{ sort: {} }, [1, 3, 2]],
    ];
    for (const [options, found] of taken)
      it(`[STO-102] finds with ${JSON.stringify(options)} what MongoDB finds`, async () => {
        const collection = await on.filled(three);
        expect(numbers(await collection.find({}, options).toArray())).to.deep.equal(found);
      });

    it("[STO-102] takes a list of fields to show", async () => {
      const collection = await on.filled([{ n: 1, m: 2 }]);
      const shown = (projection: string[]) => collection.findOne({}, { projection } as never);
      expect(await shown(["n"])).to.deep.equal({ _id: 1, n: 1 });
      expect(await shown([])).to.deep.equal({ _id: 1 });
    });

    it("[STO-101] keeps the read preference", async () => {
      const cursor = (await opened()).withReadPreference("primaryPreferred");
      expect(cursor.readPreference).to.deep.equal(ReadPreference.primaryPreferred);
    });
  });

  it("[STO-103] that are told to stop give the reason, before and while they are read", async () => {
    const collection = await on.filled(three);
    const stop = new AbortController();
    const { signal } = stop;
    const cursor = collection.find({}, { signal });
    const pipeline = collection.aggregate([], { signal });
    await cursor.next();
    await pipeline.next();
    stop.abort(new Error("enough"));
    for (const action of [
      cursor.next(),
      pipeline.toArray(),
      collection.find({}, { signal }).toArray(),
      collection.findOne({ _id: 1 as never }, { signal }),
    ])
      expect(await failure(action)).to.equal("Error: enough");
  });

  it("[STO-104] of aggregations take further stages until they are read", async () => {
    const collection = await on.filled(three);
    const cursor = collection.aggregate([{ $match: { n: { $gt: 1 } } }]);
    const sorted = cursor.sort({ n: 1 }).project({ n: 1, _id: 0 }).addStage({ $limit: 1 });
    expect(await sorted.toArray()).to.deep.equal([{ n: 2 }]);
    expect(() => cursor.match({})).to.throw(/initialized/);
    expect(() => collection.aggregate({} as never)).to.throw(MongoInvalidArgumentError, /array of/);
    expect(await failure(collection.aggregate([], { batchSize: -1 }).toArray())).to.equal(51024);
  });

  it("[STO-104] explain only the plan when asked for no more", async () => {
    const collection = await on.filled(three);
    for (const cursor of [() => collection.find({ n: 1 }), () => collection.aggregate([])])
      expect(await cursor().explain("queryPlanner")).not.to.have.property("executionStats");
    expect(await collection.find({ n: 1 }).explain()).to.have.property("executionStats");
  });

  it("[STO-104] refuse to explain in other ways", async () => {
    const cursor = (await on.filled(three)).find();
    expect(await failure(cursor.explain("nothing" as never))).to.equal(2);
  });
});
