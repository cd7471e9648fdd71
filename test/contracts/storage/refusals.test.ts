import { expect } from "chai";
import { contract, failure, idsOf, type Doc } from "./engines.ts";

type Refused = [what: string, update: Doc | Doc[], code: number, options?: Doc];

contract("refused updates", (on) => {
  const unreadable: Refused[] = [
    ["an operator that is none", { $sets: { a: 1 } }, 9],
    ["fields beside operators", { $set: { a: 1 }, b: 2 }, 9],
    ["an operator on no fields", { $set: 5 }, 9],
    ["a step that is no number", { $inc: { n: "1" } }, 14],
    ["an empty path", { $set: { "": 1 } }, 56],
    ["an empty name in a path", { $set: { "a..b": 1 } }, 56],
    ["a path that ends in a dot", { $set: { "a.": 1 } }, 56],
    ["$rename to what is no name", { $rename: { n: 5 } }, 2],
    ["$rename to itself", { $rename: { n: "n" } }, 2],
    ["$rename into itself", { $rename: { n: "n.m" } }, 2],
    ["$push with a clause that is none", { $push: { l: { $each: [1], $odd: 1 } } }, 2],
    ["$push of what is no list", { $push: { l: { $each: 5 } } }, 2],
    ["$push with a slice that is no number", { $push: { l: { $each: [1], $slice: "x" } } }, 2],
    ["$push with a sort by nothing", { $push: { l: { $each: [1], $sort: 7 } } }, 2],
    ["$addToSet of what is no list", { $addToSet: { l: { $each: 5 } } }, 14],
    ["$pullAll of what is no list", { $pullAll: { l: 1 } }, 2],
    ["$pop of two", { $pop: { l: 2 } }, 9],
    ["$bit with a fraction", { $bit: { n: { and: 1.5 } } }, 2],
    ["$bit with another operation", { $bit: { n: { nand: 1 } } }, 2],
    ["$currentDate of another type", { $currentDate: { d: { $type: "year" } } }, 2],
    ["$currentDate of text", { $currentDate: { d: "now" } }, 2],
    ["a path twice by $rename", { $rename: { n: "x" }, $set: { x: 1 } }, 40],
    ["$setOnInsert beside $set", { $set: { a: 1 }, $setOnInsert: { a: 2 } }, 40],
    ["elements without their filter", { $set: { "l.$[e]": 1 } }, 2],
    ["a filter that no path uses", { $set: { n: 1 } }, 9, { arrayFilters: [{ e: 1 }] }],
    [
      "two filters of one name",
      { $set: { "l.$[e]": 1 } },
      9,
      { arrayFilters: [{ e: 1 }, { e: 2 }] },
    ],
    ["a filter of two names", { $set: { "l.$[e]": 1 } }, 9, { arrayFilters: [{ e: 1, f: 2 }] }],
    ["a stage that is not for updates", [{ $match: { n: 1 } }], 72],
    ["two positions in a path", { $set: { "l.$.x.$": 1 } }, 2],
    ["a position in the first place", { $set: { "$.x": 1 } }, 2],
    ["elements in the first place", { $set: { "$[].x": 1 } }, 2],
    ["elements of what is missing without their filter", { $set: { "missing.$[e]": 1 } }, 2],
    ["a name for elements that is none", { $set: { "l.$[E]": 1 } }, 2],
    [
      "a filter with no operator",
      { $set: { "l.$[e]": 1 } },
      2,
      { arrayFilters: [{ e: { $no: 1 } }] },
    ],
    ["$pull by what is no operator", { $pull: { l: { $no: 1 } } }, 2],
    ["a stage that is none", [{ $no: {} }], 40324],
    ["a stage of two", [{ $set: { a: 2 }, $unset: "n" }], 40323],
    ["an expression that is none", [{ $set: { a: { $cond: [true, 1, { $no: 1 }] } } }], 168],
    ["filters beside a pipeline", [{ $set: { a: 3 } }], 9, { arrayFilters: [{ e: 1 }] }],
  ];
  const refused: Refused[] = [
    ["a sum with null", { $inc: { nothing: 1 } }, 14],
    ["a product with an array", { $mul: { l: 2 } }, 14],
    ["a field in null", { $set: { "nothing.x": 1 } }, 28],
    ["a position in a number", { $set: { "n.$": 1 } }, 2],
    ["$rename out of a number", { $rename: { "n.x": "y" } }, 28],
    ["a name in an array", { $set: { "l.x": 1 } }, 28],
    ["a name that begins with a dollar", { $set: { $x: 1 } }, 52],
    ["the _id's removal", { $unset: { _id: "" } }, 66],
    ["the _id's renaming", { $rename: { _id: "id" } }, 66],
    ["another _id by a pipeline", [{ $set: { _id: 9 } }], 66],
    ["$rename out of an array", { $rename: { "l.0": "x" } }, 2],
    ["$rename into an array", { $rename: { n: "l.0" } }, 2],
    ["$addToSet to a number", { $addToSet: { n: 1 } }, 2],
    ["$pull from a number", { $pull: { n: 1 } }, 2],
    ["$pull from a field of a number", { $pull: { "n.l": 1 } }, 28],
    ["$pop from a name in an array", { $pop: { "l.x": 1 } }, 28],
    ["$pop from a number", { $pop: { n: 1 } }, 14],
    ["$bit on text", { $bit: { text: { and: 1 } } }, 2],
    ["all elements of what is missing", { $set: { "missing.$[].x": 1 } }, 2],
    ["all elements of a number", { $set: { "n.$[]": 1 } }, 2],
  ];
  for (const [what, update, code, options] of [...unreadable, ...refused]) {
    it(`[STO-3] refuses ${what}, with MongoDB's code, and changes nothing`, async () => {
      const before = { _id: 1, n: 1, text: "t", nothing: null, l: [1, 2] };
      const collection = await on.filled([before]);
      const action = collection.updateOne({ _id: 1 as never }, update, options);
      expect(await failure(action)).to.equal(code);
      expect(await collection.findOne({})).to.deep.equal(before);
    });
  }

  it("[STO-70] come before any document is looked at, also where there is no collection", async () => {
    for (const collection of [await on.filled([{ n: 1 }]), on.collection()]) {
      const met: unknown[] = [];
      for (const [what, update, , options = {}] of unreadable)
        met.push([
          what,
          await failure(collection.updateOne({ _id: 9 as never }, update, options)),
          await failure(collection.updateMany({ n: 9 }, update, options)),
          await failure(collection.findOneAndUpdate({ n: 9 }, update, options)),
        ]);
      expect(met).to.deep.equal(unreadable.map(([what, , code]) => [what, code, code, code]));
    }
  });

  it("[STO-70] leave what a bulk did before", async () => {
    const collection = await on.filled([{ n: 1 }]);
    const update = { $set: { a: 1, "a.b": 1 } };
    const bulk = collection.bulkWrite([
      { insertOne: { document: { n: 2 } } },
      { updateOne: { filter: { n: 9 }, update } },
      { insertOne: { document: { n: 3 } } },
    ]);
    expect(await failure(bulk)).to.equal(40);
    expect(await idsOf(collection, { n: 3 })).to.deep.equal([]);
    expect(await collection.countDocuments({})).to.equal(2);
  });
});
