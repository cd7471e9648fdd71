import { expect } from "chai";
import { contract, failure, idsOf, type Doc } from "./engines.ts";

contract("updating", (on) => {
  describe("updates", () => {
    const cases: [what: string, before: Doc, update: Doc, after: Doc, options?: Doc][] = [
      ["$set, making parents", { a: 1 }, { $set: { "b.c.d": 2 } }, { a: 1, b: { c: { d: 2 } } }],
      ["$unset", { a: 1, b: { c: 2, d: 3 } }, { $unset: { "b.c": "" } }, { a: 1, b: { d: 3 } }],
      [
        "$inc and $mul",
        { n: 5, m: 4 },
        { $inc: { n: -2, fresh: 1 }, $mul: { m: 1.5 } },
        { n: 3, m: 6, fresh: 1 },
      ],
      ["$min and $max", { n: 5, m: 5 }, { $min: { n: 3 }, $max: { m: 3 } }, { n: 3, m: 5 }],
      ["$rename", { a: 1, b: 2 }, { $rename: { a: "c" } }, { b: 2, c: 1 }],
      ["$push", { l: [1] }, { $push: { l: 2, fresh: "x" } }, { l: [1, 2], fresh: ["x"] }],
      [
        "$push with modifiers",
        { l: [5, 1] },
        { $push: { l: { $each: [9, 3], $sort: -1, $slice: 3 } } },
        { l: [9, 5, 3] },
      ],
      [
        "$push at a position",
        { l: [1, 4] },
        { $push: { l: { $each: [2, 3], $position: 1 } } },
        { l: [1, 2, 3, 4] },
      ],
      [
        "$push sorted by a field",
        { l: [{ s: 3 }] },
        { $push: { l: { $each: [{ s: 1 }], $sort: { s: 1 } } } },
        { l: [{ s: 1 }, { s: 3 }] },
      ],
      [
        "$addToSet",
        { l: [1, { a: 1 }] },
        { $addToSet: { l: { $each: [{ a: 1 }, 1, 2] } } },
        { l: [1, { a: 1 }, 2] },
      ],
      ["$pull by value", { l: [1, 2, 1] }, { $pull: { l: 1 } }, { l: [2] }],
      [
        "$pull by condition",
        { l: [{ s: 1 }, { s: 5 }] },
        { $pull: { l: { s: { $gte: 5 } } } },
        { l: [{ s: 1 }] },
      ],
      [
        "$pullAll and $pop",
        { l: [1, 2, 3], m: [1, 2] },
        { $pullAll: { l: [1, 3] }, $pop: { m: -1 } },
        { l: [2], m: [2] },
      ],
      ["$bit", { n: 13 }, { $bit: { n: { and: 10 } } }, { n: 8 }],
      [
        "all elements",
        { l: [{ n: 1 }, { n: 2 }] },
        { $inc: { "l.$[].n": 10 } },
        { l: [{ n: 11 }, { n: 12 }] },
      ],
      [
        "filtered elements",
        { l: [{ n: 1 }, { n: 2 }] },
        { $set: { "l.$[e].n": 0 } },
        { l: [{ n: 1 }, { n: 0 }] },
        { arrayFilters: [{ "e.n": { $gt: 1 } }] },
      ],
      ["an index beyond the end", { l: [1] }, { $set: { "l.2": 3 } }, { l: [1, null, 3] }],
      [
        "a pipeline",
        { a: 2, b: 3 },
        [{ $set: { c: { $add: ["$a", "$b"] } } }] as never,
        { a: 2, b: 3, c: 5 },
      ],
    ];
    for (const [what, before, update, after, options] of cases) {
      it(`[STO-3] applies ${what}`, async () => {
        const collection = await on.filled([before]);
        await collection.updateOne({ _id: 1 as never }, update, options);
        expect(await collection.findOne({ _id: 1 as never })).to.deep.equal({
          _id: 1,
          ...after,
        });
      });
    }

    it("[STO-3] changes the element that matched", async () => {
      const collection = await on.filled([
        {
          l: [
            { k: "a", n: 1 },
            { k: "b", n: 1 },
          ],
        },
      ]);
      await collection.updateOne({ _id: 1 as never, "l.k": "b" }, { $set: { "l.$.n": 7 } });
      await collection.updateOne({ l: { $elemMatch: { k: "a", n: 1 } } }, { $inc: { "l.$.n": 1 } });
      expect((await collection.findOne({}))?.["l"]).to.deep.equal([
        { k: "a", n: 2 },
        { k: "b", n: 7 },
      ]);
    });

    const refused: [what: string, update: Doc, code: number][] = [
      ["two changes of one path", { $set: { a: 1 }, $inc: { a: 1 } }, 40],
      ["a path and its parent", { $set: { "a.b": 1 }, $unset: { a: "" } }, 40],
      ["another _id", { $set: { _id: 9 } }, 66],
      ["a sum with text", { $inc: { text: 1 } }, 14],
      ["a field inside a scalar", { $set: { "n.deep": 1 } }, 28],
      ["$push to a scalar", { $push: { n: 1 } }, 2],
    ];
    for (const [what, update, code] of refused) {
      it(`[STO-3] refuses ${what} and changes nothing`, async () => {
        const collection = await on.filled([{ text: "t", n: 1 }]);
        expect(await failure(collection.updateOne({ _id: 1 as never }, update))).to.equal(code);
        expect(await collection.findOne({})).to.deep.equal({ _id: 1, text: "t", n: 1 });
      });
    }

    it("[STO-72] takes names that begin with a dollar into a new document, or below the top", async () => {
      const collection = on.collection();
      const one = { _id: 1 as never };
      const inserting = { $set: { $n: null }, $setOnInsert: { $m: 2 } };
      await collection.updateOne(one, inserting, { upsert: true });
      expect(await collection.findOne({})).to.deep.equal({ _id: 1, $m: 2, $n: null });
      const changing = {
        $set: { $n: null, "a.$n": 1 },
        $setOnInsert: { $o: 1 },
        $unset: { $m: "" },
      };
      await collection.updateOne(one, changing);
      for (const update of [{ $set: { $n: 2 } }, { $set: { $o: null } }, { $rename: { a: "$a" } }])
        expect(await failure(collection.updateOne(one, update))).to.equal(52);
      const replacement = { b: 1, $n: 1 };
      expect(await failure(collection.replaceOne(one, replacement))).to.equal(52);
      expect(await collection.findOne({})).to.deep.equal({ _id: 1, $n: null, a: { $n: 1 } });
      await collection.replaceOne({ _id: 2 as never }, replacement, { upsert: true });
      expect(await collection.findOne({ b: 1 })).to.deep.equal({ _id: 2, ...replacement });
    });

    it("[STO-3] counts what matched apart from what changed", async () => {
      const collection = await on.filled([{ n: 1 }, { n: 2 }, { n: 2 }]);
      const result = await collection.updateMany({}, { $set: { n: 2 } });
      expect([result.matchedCount, result.modifiedCount, result.upsertedCount]).to.deep.equal([
        3, 1, 0,
      ]);
    });

    it("[STO-4] upserts from the filter's equalities, $setOnInsert and the update", async () => {
      const collection = on.collection();
      const update = { $set: { b: 2 }, $setOnInsert: { c: 3 }, $inc: { n: 1 } };
      const first = await collection.updateOne(
        { _id: "u" as never, "k.x": 1, z: { $gt: 5 } },
        update,
        { upsert: true },
      );
      expect([first.upsertedCount, first.upsertedId]).to.deep.equal([1, "u"]);
      const doc = await collection.findOne({ _id: "u" as never });
      expect(doc).to.deep.equal({ _id: "u", k: { x: 1 }, b: 2, n: 1, c: 3 });
      await collection.updateOne({ _id: "u" as never }, update, { upsert: true });
      expect((await collection.findOne({ _id: "u" as never }))?.["n"]).to.equal(2);
    });

    it("[STO-4] replaces whole documents but never their _id", async () => {
      const collection = await on.filled([{ a: 1, b: 2 }]);
      await collection.replaceOne({ a: 1 }, { c: 3 });
      expect(await collection.findOne({})).to.deep.equal({ _id: 1, c: 3 });
      expect(await failure(collection.replaceOne({ c: 3 }, { _id: 7 as never }))).to.equal(66);
    });

    it("[STO-4] finds and changes one document at once, before or after, in the sort's order", async () => {
      const collection = await on.filled([{ n: 1 }, { n: 5 }, { n: 3 }]);
      const before = await collection.findOneAndUpdate(
        {},
        { $inc: { n: 10 } },
        { sort: { n: -1 } },
      );
      const after = await collection.findOneAndUpdate(
        { n: 1 },
        { $inc: { n: 1 } },
        { returnDocument: "after" },
      );
      const gone = await collection.findOneAndDelete({}, { sort: { n: -1 } });
      expect([before?.["n"], after?.["n"], gone?.["n"]]).to.deep.equal([5, 2, 15]);
      expect(await collection.findOneAndUpdate({ n: 99 }, { $set: { n: 0 } })).to.equal(null);
      expect(await idsOf(collection, {}, { sort: { _id: 1 } })).to.deep.equal([1, 3]);
    });

    it("[STO-5] lets one of many concurrent compare-and-set writers win", async () => {
      const collection = await on.filled([{ v: 0 }]);
      const tries = Array.from({ length: 20 }, (_, i) =>
        collection.updateOne({ _id: 1 as never, v: 0 }, { $set: { v: i + 1 } }),
      );
      const results = await Promise.all(tries);
      expect(results.filter(({ modifiedCount }) => modifiedCount === 1)).to.have.length(1);
    });

    it("[STO-5] loses no concurrent increment", async () => {
      const collection = await on.filled([{ v: 0 }]);
      await Promise.all(
        Array.from({ length: 50 }, () =>
          collection.updateOne({ _id: 1 as never }, { $inc: { n: 1 } }),
        ),
      );
      expect((await collection.findOne({}))?.["n"]).to.equal(50);
    });
  });
});
