import { expect } from "chai";
import { contract, failure, idsOf, type Doc } from "./engines.ts";

contract("upserts, cursors and indexes", (on) => {
  describe("upserts", () => {
    const made: [what: string, filter: Doc, update: Doc, doc: Doc][] = [
      ["an equality", { a: 1 }, { $set: { b: 2 } }, { a: 1, b: 2 }],
      ["$eq", { a: { $eq: 1 } }, { $set: { b: 2 } }, { a: 1, b: 2 }],
      ["a list of one", { a: { $in: [1] } }, { $set: { b: 2 } }, { a: 1, b: 2 }],
      ["nothing of a list of two", { a: { $in: [1, 2] } }, { $set: { b: 2 } }, { b: 2 }],
      ["nothing of a range", { a: { $gt: 1 } }, { $set: { b: 2 } }, { b: 2 }],
      ["a conjunction", { $and: [{ a: 1 }, { b: 2 }] }, { $set: { c: 3 } }, { a: 1, b: 2, c: 3 }],
      ["a disjunction of one", { $or: [{ a: 1 }] }, { $set: { b: 2 } }, { a: 1, b: 2 }],
      ["a path", { "a.b": 1 }, { $set: { "a.c": 2 } }, { a: { b: 1, c: 2 } }],
      ["a whole document", { a: { b: 1 } }, { $set: { "a.c": 2 } }, { a: { b: 1, c: 2 } }],
      ["a value that the update changes", { a: 1 }, { $inc: { a: 2 } }, { a: 3 }],
      ["a list that the update extends", { l: [1] }, { $push: { l: 2 } }, { l: [1, 2] }],
      ["$setOnInsert", { a: 1 }, { $setOnInsert: { b: 2 }, $set: { c: 3 } }, { a: 1, b: 2, c: 3 }],
    ];
    for (const [what, filter, update, doc] of made) {
      it(`[STO-4] make a document of ${what}`, async () => {
        const collection = on.collection();
        const done = await collection.updateOne({ _id: 1 as never, ...filter }, update, {
          upsert: true,
        });
        expect([done.matchedCount, done.upsertedCount, done.upsertedId]).to.deep.equal([0, 1, 1]);
        expect(await collection.findOne({})).to.deep.equal({ _id: 1, ...doc });
      });
    }

    const refused: [what: string, filter: Doc, update: Doc, code: number][] = [
      ["one path twice", { $and: [{ a: 1 }, { a: 2 }] }, { $set: { b: 1 } }, 54],
      ["a path and its parent", { a: { b: 1 }, "a.b": 1 }, { $set: { c: 1 } }, 54],
      ["another _id than the filter's", { _id: 1 }, { $set: { _id: 2 } }, 66],
      ["a part of an _id", { "_id.a": 1 }, { $set: { b: 1 } }, 111],
      ["an _id that is a list", {}, { $set: { _id: [1] } }, 53],
      ["a sum with the filter's text", { a: "x" }, { $inc: { a: 1 } }, 14],
    ];
    for (const [what, filter, update, code] of refused) {
      it(`[STO-4] refuse ${what}, with MongoDB's code`, async () => {
        const collection = on.collection();
        const action = collection.updateOne(filter, update, { upsert: true });
        expect(await failure(action)).to.equal(code);
        expect(await collection.countDocuments({})).to.equal(0);
      });
    }

    it("[STO-4] replace, with the filter's _id or a new one", async () => {
      const collection = on.collection();
      await collection.replaceOne({ _id: 1 as never, a: 5 }, { b: 1 }, { upsert: true });
      const { upsertedId } = await collection.replaceOne({ a: 9 }, { b: 2 }, { upsert: true });
      expect(await collection.findOne({ b: 1 })).to.deep.equal({ _id: 1, b: 1 });
      expect(await collection.findOne({ b: 2 })).to.deep.equal({ _id: upsertedId, b: 2 });
    });

    it("[STO-4] answer with nothing before and the document after", async () => {
      const collection = on.collection();
      const options = { upsert: true } as const;
      const before = await collection.findOneAndUpdate(
        { _id: 1 as never },
        { $set: { n: 1 } },
        options,
      );
      const after = await collection.findOneAndUpdate(
        { _id: 2 as never },
        { $set: { n: 2 } },
        { ...options, returnDocument: "after" },
      );
      expect([before, after]).to.deep.equal([null, { _id: 2, n: 2 }]);
    });

    it("[STO-6] of one key at once make one document", async () => {
      const collection = on.collection();
      await collection.createIndex({ k: 1 }, { unique: true });
      const tries = Array.from({ length: 20 }, () =>
        collection.updateOne({ k: 1 }, { $inc: { n: 1 } }, { upsert: true }),
      );
      const done = await Promise.allSettled(tries);
      const met = done.filter(({ status }) => status === "fulfilled").length;
      expect(await collection.find({}).toArray()).to.have.length(1);
      expect((await collection.findOne({}))?.["n"]).to.equal(met);
    });
  });

  describe("cursors", () => {
    const many = () => on.filled(Array.from({ length: 600 }, (_, i) => ({ n: i % 7, i })));

    it("[STO-2] give all documents in small batches, each once", async () => {
      const collection = await many();
      const ids = new Set<unknown>();
      for await (const { _id } of collection.find({}).batchSize(13)) ids.add(_id);
      expect(ids.size).to.equal(600);
    });

    it("[STO-2] keep the order of equal documents by a further field", async () => {
      const collection = await many();
      const sort = { n: 1, _id: -1 };
      const all = await idsOf(collection, {}, { sort });
      const paged: number[] = [];
      for (let skip = 0; skip < 600; skip += 50)
        paged.push(...(await idsOf(collection, {}, { sort, skip, limit: 50 })));
      expect(paged).to.deep.equal(all);
      expect(all.slice(0, 2)).to.deep.equal([596, 589]);
    });

    it("[STO-2] are read one by one, and closed before their end", async () => {
      const collection = await many();
      const cursor = collection.find({}).sort({ _id: 1 }).skip(2).limit(3);
      expect(await cursor.hasNext()).to.equal(true);
      expect((await cursor.next())?._id).to.equal(3);
      expect((await cursor.next())?._id).to.equal(4);
      await cursor.close();
      expect(await failure(cursor.close())).to.equal("no error");
    });

    it("[STO-2] end, and tell so", async () => {
      const collection = await on.filled([{ a: 1 }, { a: 2 }]);
      const cursor = collection.find({}).map(({ _id }) => _id as unknown);
      expect([await cursor.next(), await cursor.next(), await cursor.next()]).to.deep.equal([
        1,
        2,
        null,
      ]);
      expect(await cursor.hasNext()).to.equal(false);
    });

    it("[STO-2] stream", async () => {
      const collection = await many();
      let count = 0;
      for await (const _ of collection.find({ n: 3 }).stream()) count++;
      expect(count).to.equal(86);
    });

    it("[STO-2] count within a page", async () => {
      const collection = await many();
      expect(await collection.countDocuments({ n: 3 }, { skip: 80 })).to.equal(6);
      expect(await collection.countDocuments({ n: 3 }, { limit: 10 })).to.equal(10);
      expect(await collection.estimatedDocumentCount()).to.equal(600);
    });
  });

  describe("indexes", () => {
    /** The indexes that answer a query, as explain says. */
    async function used(filter: Doc, options: Doc, ...indexes: [Doc, Doc?][]) {
      const docs = Array.from({ length: 50 }, (_, i) => ({ a: i, b: i % 5, t: [i, -i] }));
      const collection = await on.filled(docs);
      for (const [fields, how] of indexes) await collection.createIndex(fields as never, how);
      const { queryPlanner } = await collection.find(filter, options).explain("executionStats");
      const plan = JSON.stringify(queryPlanner.winningPlan);
      return [...plan.matchAll(/"indexName":"([^"]+)"/g)].map((match) => match[1]).join() || plan;
    }

    const answered: [what: string, filter: Doc, options: Doc, index: [Doc, Doc?], name: RegExp][] =
      [
        ["equality", { a: 5 }, {}, [{ a: 1 }], /^a_1$/],
        ["a range", { a: { $gt: 5, $lte: 9 } }, {}, [{ a: -1 }], /^a_-1$/],
        ["a list", { a: { $in: [1, 2] } }, {}, [{ a: 1 }], /^a_1$/],
        ["a sort", {}, { sort: { a: -1 } }, [{ a: 1 }], /^a_1$/],
        ["equality and a sort", { b: 1 }, { sort: { a: 1 } }, [{ b: 1, a: 1 }], /^b_1_a_1$/],
        ["elements", { t: 7 }, {}, [{ t: 1 }], /^t_1$/],
        [
          "a sparse one where the field exists",
          { a: 5 },
          {},
          [{ a: 1 }, { sparse: true }],
          /^a_1$/,
        ],
        [
          "no sparse one where it may be missing",
          { a: null },
          {},
          [{ a: 1 }, { sparse: true }],
          /COLLSCAN/,
        ],
        [
          "a partial one within its filter",
          { a: 5, b: 1 },
          {},
          [{ a: 1 }, { partialFilterExpression: { b: 1 } }],
          /^a_1$/,
        ],
        [
          "no partial one outside",
          { a: 5 },
          {},
          [{ a: 1 }, { partialFilterExpression: { b: 1 } }],
          /COLLSCAN/,
        ],
        [
          "a partial one within its conjunction",
          { a: 5, b: 1 },
          {},
          [{ a: 1 }, { partialFilterExpression: { $and: [{ b: 1 }, { a: { $type: "number" } }] } }],
          /^a_1$/,
        ],
        [
          "a narrower range by a partial one",
          { a: { $gt: 5, $lt: 9 } },
          {},
          [{ a: 1 }, { partialFilterExpression: { a: { $gte: 5, $lt: 9 } } }],
          /^a_1$/,
        ],
        [
          "no wider range by a partial one",
          { a: { $gte: 5 } },
          {},
          [{ a: 1 }, { partialFilterExpression: { a: { $gt: 5 } } }],
          /COLLSCAN/,
        ],
        [
          "each way of a disjunction",
          { b: 1, $or: [{ a: 5 }, { a: { $gt: 45 } }] },
          {},
          [{ a: 1 }],
          /^a_1(,a_1)*$/,
        ],
        [
          "no disjunction with a way of another field",
          { $or: [{ a: 5 }, { b: 1 }] },
          {},
          [{ a: 1 }],
          /COLLSCAN/,
        ],
        ["nothing by a hidden one", { a: 5 }, {}, [{ a: 1 }, { hidden: true }], /COLLSCAN/],
        ["nothing by another field", { b: 1 }, {}, [{ a: 1 }], /COLLSCAN/],
      ];
    for (const [what, filter, options, index, name] of answered) {
      it(`[STO-15] answer ${what}, as explain shows`, async () => {
        expect(await used(filter, options, index)).to.match(name);
      });
    }

    it("[STO-15] are listed, made again without harm, and dropped", async () => {
      const collection = await on.filled([{ a: 1 }]);
      const name = await collection.createIndex({ a: 1, "b.c": -1 });
      expect(name).to.equal("a_1_b.c_-1");
      expect(await collection.createIndex({ a: 1, "b.c": -1 })).to.equal(name);
      const listed = (await collection.indexes()).map((index) => [index.name, index.key]);
      expect(listed).to.deep.equal([
        ["_id_", { _id: 1 }],
        [name, { a: 1, "b.c": -1 }],
      ]);
      await collection.dropIndex(name);
      expect(await failure(collection.dropIndex(name))).to.equal(27);
      expect(await collection.indexes()).to.have.length(1);
    });

    it("[STO-6] refuse two lists in one of their keys", async () => {
      const collection = on.collection();
      await collection.createIndex({ a: 1, b: 1 });
      await collection.insertOne({ a: [1, 2], b: 1 });
      expect(await failure(collection.insertOne({ a: [1], b: [2] }))).to.equal(171);
      expect(await collection.countDocuments({})).to.equal(1);
    });

    it("[STO-6] let a document keep one key twice, but not two documents", async () => {
      const collection = on.collection();
      await collection.createIndex({ t: 1 }, { unique: true });
      await collection.insertOne({ _id: 1 as never, t: ["a", "a"] });
      const update = collection.updateOne({ _id: 1 as never }, { $set: { t: ["a", "b"] } });
      expect(await failure(update)).to.equal("no error");
      expect(await failure(collection.insertOne({ t: ["c", "b"] }))).to.equal(11000);
    });
  });

  const odd: [what: string, doc: Doc, code: number][] = [
    ["a list as _id", { _id: [1] }, 53],
    ["a pattern as _id", { _id: /a/ }, 53],
    ["an _id with a dollar", { _id: { $a: 1 } }, 52],
  ];
  for (const [what, doc, code] of odd) {
    it(`[STO-4] are refused ${what}`, async () => {
      expect(await failure(on.collection().insertOne(doc))).to.equal(code);
    });
  }
});
