import { expect } from "chai";
import { MongoBulkWriteError, MongoInvalidArgumentError } from "mongodb";
import { contract, failure, idsOf, type Doc } from "./engines.ts";

/** The error an action ends with. */
async function errorOf(action: Promise<unknown>): Promise<unknown> {
  return action.then(
    () => undefined,
    (error: unknown) => error,
  );
}

contract("the driver", (on) => {
  describe("bulks", () => {
    it("[MGS-5] tell what became of each operation", async () => {
      const collection = await on.filled([{ n: 1 }, { n: 1 }, { n: 2 }]);
      const result = await collection.bulkWrite([
        { insertOne: { document: { _id: 9, n: 9 } as never } },
        { updateMany: { filter: { n: 1 }, update: { $set: { n: 5 } } } },
        { updateOne: { filter: { n: 8 }, update: { $set: { a: 1 } }, upsert: true } },
        { deleteOne: { filter: { n: 2 } } },
      ]);
      expect(result).to.deep.include({
        insertedCount: 1,
        insertedIds: { 0: 9 },
        matchedCount: 2,
        modifiedCount: 2,
        deletedCount: 1,
        upsertedCount: 1,
      });
      expect(Object.keys(result.upsertedIds)).to.deep.equal(["2"]);
      expect(result.isOk()).to.equal(true);
    });

    it("[MGS-5] that fail carry the result and, of each failure, its place and operation", async () => {
      const collection = await on.filled([{ n: 1 }]);
      const docs = [{ _id: 7 }, { _id: 1 }, { _id: 8 }] as never[];
      const ordered = await errorOf(collection.insertMany(docs));
      expect(ordered).to.be.instanceOf(MongoBulkWriteError);
      expect(ordered).to.deep.include({ code: 11000, insertedCount: 1, insertedIds: { 0: 7 } });
      await collection.deleteOne({ _id: 7 as never });
      const unordered = await errorOf(collection.insertMany(docs, { ordered: false }));
      if (!(unordered instanceof MongoBulkWriteError)) throw new Error("it did not fail");
      expect(unordered.insertedIds).to.deep.equal({ 0: 7, 2: 8 });
      const [failed] = [unordered.writeErrors].flat();
      expect(failed?.index).to.equal(1);
      expect(failed?.getOperation()).to.deep.equal({ _id: 1 });
      expect(await idsOf(collection, {})).to.have.members([1, 7, 8]);
    });

    it("[MGS-5] without operations, and of unknown operations, are refused before anything is written", async () => {
      const collection = on.collection();
      for (const wrong of [[], [{ foo: {} }], [{ updateOne: { filter: {}, update: { a: 1 } } }]])
        expect(await errorOf(collection.bulkWrite(wrong as never))).to.be.instanceOf(
          MongoInvalidArgumentError,
        );
      expect(await collection.countDocuments()).to.equal(0);
    });
  });

  describe("single operations", () => {
    it("[MGS-4] refuse updates without operators and replacements with some", async () => {
      const collection = on.collection();
      for (const action of [
        () => collection.updateOne({}, { a: 1 }),
        () => collection.findOneAndUpdate({}, { a: 1 }),
        () => collection.replaceOne({}, { $set: { a: 1 } }),
        () => collection.findOneAndReplace({}, { $set: { a: 1 } }),
      ])
        expect(await errorOf(action())).to.be.instanceOf(MongoInvalidArgumentError);
    });

    it("[MGS-4] that find and change tell how they found it, when asked", async () => {
      const collection = await on.filled([{ n: 1 }]);
      const includeResultMetadata = true;
      const found = await collection.findOneAndUpdate(
        { n: 1 },
        { $set: { n: 2 } },
        { includeResultMetadata },
      );
      expect(found).to.deep.include({ value: { _id: 1, n: 1 }, ok: 1 });
      expect(found?.lastErrorObject).to.deep.include({ n: 1, updatedExisting: true });
      const made = await collection.findOneAndUpdate(
        { _id: 5 as never },
        { $set: { n: 5 } },
        { includeResultMetadata, upsert: true },
      );
      expect(made?.value).to.equal(null);
      expect(made?.lastErrorObject).to.deep.include({ n: 1, updatedExisting: false, upserted: 5 });
      const gone = await collection.findOneAndDelete({ n: 99 }, { includeResultMetadata });
      expect(gone?.value).to.equal(null);
    });
  });

  describe("cursors", () => {
    it("[MGS-6] map in turn, start again, and say when they are at the end or closed", async () => {
      const collection = await on.filled([{ n: 1 }, { n: 2 }]);
      const cursor = collection
        .find()
        .sort("_id", -1)
        .map((doc) => Number(doc.n))
        .map((n) => n * 10);
      let closings = 0;
      cursor.on("close", () => closings++);
      expect(await cursor.next()).to.equal(20);
      cursor.rewind();
      expect(await cursor.toArray()).to.deep.equal([20, 10]);
      expect(closings).to.be.greaterThan(0);
      expect(cursor.closed).to.equal(true);
      const other = collection.find().batchSize(1);
      await other.next();
      expect(() => other.sort({ n: 1 })).to.throw(/initialized/);
      await other.close();
      expect(String(await errorOf(other.next()))).to.match(/exhausted/i);
    });

    it("[MGS-6] stream, and stop where a loop stops", async () => {
      const collection = await on.filled([{ n: 1 }, { n: 2 }, { n: 3 }]);
      const streamed: unknown[] = [];
      for await (const doc of collection.find().stream()) streamed.push(doc);
      expect(streamed).to.have.length(3);
      const met: unknown[] = [];
      for await (const doc of collection.find().batchSize(1)) {
        met.push(doc.n);
        if (doc.n === 2) break;
      }
      expect(met).to.deep.equal([1, 2]);
    });
  });

  describe("refusals", () => {
    const filters: readonly [string, Doc][] = [
      ["an unknown operator", { a: { $foo: 1 } }],
      ["an unknown top level operator", { $foo: 1 }],
      ["$in without a list", { a: { $in: 1 } }],
      ["an empty $or", { $or: [] }],
      ["$not of a scalar", { a: { $not: 1 } }],
      ["a negative $size", { a: { $size: -1 } }],
      ["$options without $regex", { a: { $options: "i" } }],
    ];
    for (const [what, filter] of filters)
      it(`[MGS-7] refuses ${what}`, async () => {
        const collection = await on.filled([{ a: 1 }]);
        expect(await failure(collection.find(filter).toArray())).to.equal(2);
      });

    it("[MGS-7] refuses a regular expression that is none", async () => {
      const collection = await on.filled([{ a: "x" }]);
      expect(await failure(collection.find({ a: { $regex: "(" } }).toArray())).to.equal(51091);
    });

    it("[MGS-7] refuses projections that include and exclude", async () => {
      const collection = await on.filled([{ a: 1, b: 2 }]);
      const find = (projection: Doc) => failure(collection.find({}, { projection }).toArray());
      expect(await find({ a: 1, b: 0 })).to.equal(31254);
      expect(await find({ a: 0, b: 1 })).to.equal(31253);
    });

    it("[MGS-7] refuses stages that are unknown, empty or take nothing", async () => {
      const collection = await on.filled([{ a: 1 }]);
      const run = (stage: Doc) => failure(collection.aggregate([stage]).toArray());
      expect(await run({ $foo: {} })).to.equal(40324);
      expect(await run({ $match: {}, $limit: 1 })).to.equal(40323);
      expect(await run({ $limit: 0 })).to.equal(15958);
    });
  });

  describe("projections", () => {
    const doc = { a: 1, l: [1, 2, 3], o: { p: 1, q: 2 }, s: [{ x: 1, y: 1 }, { x: 2 }] };
    const cases: readonly [string, Doc, Doc][] = [
      ["a field of embedded documents in a list", { "s.x": 1 }, { s: [{ x: 1 }, { x: 2 }] }],
      ["all but an embedded field", { "o.p": 0, l: 0, s: 0 }, { a: 1, o: { q: 2 } }],
      ["an embedded document spelled out", { o: { q: 1 } }, { o: { q: 2 } }],
      ["the last items", { l: { $slice: -2 }, a: 1 }, { a: 1, l: [2, 3] }],
      ["the first item that matches", { s: { $elemMatch: { x: 2 } } }, { s: [{ x: 2 }] }],
      ["the first value that matches", { l: { $elemMatch: { $gt: 1 } } }, { l: [2] }],
      ["the item the filter met", { "s.$": 1 }, { s: [{ x: 2 }] }],
      ["what an expression makes", { sum: { $add: ["$a", "$o.q"] } }, { sum: 3 }],
      ["nothing of what is missing", { z: 1 }, {}],
    ];
    for (const [what, projection, shown] of cases)
      it(`[MGS-8] show ${what}`, async () => {
        const collection = await on.filled([doc]);
        const found = await collection.findOne({ "s.x": 2 }, { projection });
        expect(found).to.deep.equal({ _id: 1, ...shown });
      });

    it("[MGS-8] change nothing for those who read the document next", async () => {
      const collection = await on.filled([doc]);
      for (const projection of [{ "o.p": 0 }, { "s.x": 1 }, { "s.y": 0, l: 0 }])
        await collection.findOne({}, { projection });
      expect(await collection.findOne({})).to.deep.equal({ _id: 1, ...doc });
    });
  });

  describe("aggregation", () => {
    it("[MGS-14] joins by equal values, lists and what is missing, and looks further among these", async () => {
      const from = (await on.filled([{ k: "x", n: 1 }, { k: "y", n: 2 }, { n: 3 }])).collectionName;
      const collection = await on.filled([{ r: "x" }, { r: ["x", "y"] }, {}]);
      const joined = async (more: Doc = {}) => {
        const $lookup = { from, localField: "r", foreignField: "k", as: "o", ...more } as never;
        const docs = await collection.aggregate([{ $lookup }, { $sort: { _id: 1 } }]).toArray();
        return docs.map((doc) => (doc["o"] as Doc[]).map(({ n }) => n));
      };
      expect(await joined()).to.deep.equal([[1], [1, 2], [3]]);
      const pipeline = [{ $match: { n: { $gt: 1 } } }];
      expect(await joined({ pipeline })).to.deep.equal([[], [2], [3]]);
    });

    it("[MGS-14] counts nothing as nothing, and removes what is pruned", async () => {
      const collection = await on.filled([{ s: "x" }, { s: "y" }]);
      const run = (...stages: Doc[]) => collection.aggregate(stages).toArray();
      expect(await run({ $match: { s: "z" } }, { $count: "n" })).to.deep.equal([]);
      const $cond = [{ $eq: ["$s", "x"] }, "$$KEEP", "$$PRUNE"];
      expect(await run({ $redact: { $cond } })).to.deep.equal([{ _id: 1, s: "x" }]);
    });

    it("[MGS-14] puts _id first, and finds no part of a date that is not there", async () => {
      const collection = await on.filled([{ at: new Date("2020-05-01") }, {}]);
      const $project = { year: { $year: "$at" } };
      const docs = await collection.aggregate([{ $sort: { _id: 1 } }, { $project }]).toArray();
      expect(docs).to.deep.equal([
        { _id: 1, year: 2020 },
        { _id: 2, year: null },
      ]);
      expect(docs.map((doc) => Object.keys(doc)[0])).to.deep.equal(["_id", "_id"]);
    });
  });

  describe("collections and indexes", () => {
    it("[MGS-13] take another name with all they hold", async () => {
      const collection = await on.filled([{ a: 1 }]);
      await collection.createIndex({ a: 1 }, { unique: true });
      const { db } = on.connection;
      if (db === undefined) throw new Error("no database");
      const name = `${collection.collectionName}-renamed`;
      await db.collection(collection.collectionName).rename(name);
      const renamed = db.collection(name);
      expect(await failure(renamed.insertOne({ a: 1 }))).to.equal(11000);
      expect(await collection.countDocuments()).to.equal(0);
      expect(await failure(db.collection("nobody").rename("x"))).to.equal(26);
      await renamed.drop();
    });

    it("[MGS-13] tell of a missing index, a missing collection and a definition that differs", async () => {
      const collection = await on.filled([{ a: 1 }]);
      await collection.createIndex({ a: 1 });
      expect(await collection.createIndex({ a: 1 })).to.equal("a_1");
      expect(await failure(collection.createIndex({ a: 1 }, { unique: true }))).to.equal(86);
      expect(await failure(collection.createIndex({ a: 1 }, { name: "other" }))).to.equal(85);
      expect(await failure(collection.dropIndex("b_1"))).to.equal(27);
      expect(await failure(collection.dropIndex("_id_"))).to.equal(72);
      expect(await failure(on.collection().indexes())).to.equal(26);
    });
  });
});
