import { expect } from "chai";
import { contract, failure, idsOf } from "./engines.ts";

contract("unique keys and bulks", (on) => {
  describe("unique indexes", () => {
    it("[STO-6] refuses a second document with a key", async () => {
      const collection = await on.filled([{ email: "a@x", org: 1 }]);
      await collection.createIndex({ email: 1, org: 1 }, { unique: true });
      await collection.insertOne({ email: "a@x", org: 2 });
      const error = await collection.insertOne({ email: "a@x", org: 1 }).catch((e: unknown) => e);
      expect(error).to.include({ code: 11000, name: "MongoServerError" });
      expect(String(error)).to.match(/E11000 duplicate key error collection: /);
    });

    it("[STO-6] names the key that is taken, as MongoDB does", async () => {
      const collection = await on.filled([{ email: "a@x", org: 1 }]);
      await collection.createIndex({ email: 1, org: 1 }, { unique: true });
      const error = await collection.insertOne({ email: "a@x", org: 1 }).catch((e: unknown) => e);
      expect(error).to.have.deep.property("keyPattern", { email: 1, org: 1 });
      expect(error).to.have.deep.property("keyValue", { email: "a@x", org: 1 });
      expect(String(error)).to.match(
        /E11000 duplicate key error collection: .*case\d+ index: email_1_org_1 dup key: \{ email: "a@x", org: 1 \}/,
      );
    });

    it("[STO-6] counts missing as null", async () => {
      const strict = await on.filled([{ a: 1 }]);
      await strict.createIndex({ k: 1 }, { unique: true });
      expect(await failure(strict.insertOne({ a: 2 }))).to.equal(11000);
    });

    it("[STO-6] counts missing as nothing where sparse", async () => {
      const sparse = await on.filled([{ a: 1 }]);
      await sparse.createIndex({ k: 1 }, { unique: true, sparse: true });
      await sparse.insertOne({ a: 2 });
      expect(await sparse.countDocuments({ k: null })).to.equal(2);
    });

    it("[STO-6] holds only where a partial filter does", async () => {
      const collection = await on.filled([{ k: 1, open: true }]);
      await collection.createIndex(
        { k: 1 },
        { unique: true, partialFilterExpression: { open: true } },
      );
      await collection.insertOne({ k: 1, open: false });
      expect(await failure(collection.insertOne({ k: 1, open: true }))).to.equal(11000);
      expect(
        await failure(collection.updateOne({ open: false }, { $set: { open: true } })),
      ).to.equal(11000);
      expect(await collection.countDocuments({ k: 1 })).to.equal(2);
    });

    it("[STO-6] applies to each element of an array", async () => {
      const collection = await on.filled([{ k: ["a", "b"] }]);
      await collection.createIndex({ k: 1 }, { unique: true });
      expect(await failure(collection.insertOne({ k: "b" }))).to.equal(11000);
    });

    it("[STO-6] applies to values longer than a key", async () => {
      const collection = on.collection();
      await collection.createIndex({ k: 1 }, { unique: true });
      const long = "x".repeat(3000);
      await collection.insertOne({ k: `${long}1` });
      await collection.insertOne({ k: `${long}2` });
      expect(await failure(collection.insertOne({ k: `${long}1` }))).to.equal(11000);
      expect(await collection.countDocuments({ k: `${long}2` })).to.equal(1);
    });

    it("[STO-6] refuses an update onto a key that is taken", async () => {
      const collection = await on.filled([{ k: "a" }, { k: "b" }]);
      await collection.createIndex({ k: 1 }, { unique: true });
      expect(await failure(collection.updateOne({ k: "b" }, { $set: { k: "a" } }))).to.equal(11000);
    });

    it("[STO-6] frees a key with its document and moves it with an update", async () => {
      const collection = await on.filled([{ k: "a" }, { k: "b" }]);
      await collection.createIndex({ k: 1 }, { unique: true });
      await collection.updateOne({ k: "a" }, { $set: { k: "c" } });
      await collection.updateOne({ k: "b" }, { $set: { k: "a" } });
      await collection.deleteOne({ k: "c" });
      await collection.insertOne({ k: "c" });
      expect(await collection.countDocuments({})).to.equal(2);
    });

    it("[STO-6] lets one of many concurrent inserts win", async () => {
      const collection = on.collection();
      await collection.createIndex({ k: 1 }, { unique: true });
      const results = await Promise.allSettled(
        Array.from({ length: 25 }, (_, n) => collection.insertOne({ k: "one", n })),
      );
      expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(1);
    });

    it("[STO-6] is not made over documents that already break it", async () => {
      const collection = await on.filled([{ k: 1 }, { k: 1 }]);
      expect(await failure(collection.createIndex({ k: 1 }, { unique: true }))).to.equal(11000);
      await collection.insertOne({ k: 1 });
      expect(await collection.countDocuments({ k: 1 })).to.equal(3);
    });
  });

  describe("bulk writes", () => {
    it("[STO-7] stops an ordered bulk at its first failure and keeps what came before", async () => {
      const collection = await on.filled([{ a: 1 }]);
      const docs = [{ _id: 2 }, { _id: 1 }, { _id: 3 }] as never[];
      const error = (await collection.insertMany(docs).catch((e: unknown) => e)) as {
        code: number;
        insertedCount: number;
      };
      expect([error.code, error.insertedCount]).to.deep.equal([11000, 1]);
      expect(await idsOf(collection, {}, { sort: { _id: 1 } })).to.deep.equal([1, 2]);
    });

    it("[STO-7] tries every operation of an unordered bulk", async () => {
      const collection = await on.filled([{ a: 1 }]);
      const docs = [{ _id: 2 }, { _id: 1 }, { _id: 3 }] as never[];
      const error = (await collection
        .insertMany(docs, { ordered: false })
        .catch((e: unknown) => e)) as { writeErrors: unknown[] };
      expect(error.writeErrors).to.have.length(1);
      expect(await idsOf(collection, {}, { sort: { _id: 1 } })).to.deep.equal([1, 2, 3]);
    });

    it("[STO-7] mixes kinds and counts each", async () => {
      const collection = await on.filled([{ n: 1 }, { n: 2 }, { n: 3 }]);
      const result = await collection.bulkWrite([
        { insertOne: { document: { _id: 9 as never, n: 9 } } },
        { updateMany: { filter: { n: { $lt: 3 } }, update: { $inc: { n: 10 } } } },
        { replaceOne: { filter: { n: 3 }, replacement: { n: 33 } } },
        { updateOne: { filter: { n: 77 }, update: { $set: { m: 1 } }, upsert: true } },
        { deleteOne: { filter: { n: 9 } } },
        { deleteMany: { filter: { n: { $gt: 30, $lt: 40 } } } },
      ]);
      const { insertedCount, matchedCount, modifiedCount, upsertedCount, deletedCount } = result;
      expect([
        insertedCount,
        matchedCount,
        modifiedCount,
        upsertedCount,
        deletedCount,
      ]).to.deep.equal([1, 3, 3, 1, 2]);
    });
  });
});
