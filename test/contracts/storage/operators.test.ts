import { expect } from "chai";
import { contract, type Doc } from "./engines.ts";

type Case = [what: string, before: Doc, update: Doc | Doc[], after: Doc, options?: Doc];

/** Shapes of arrays with documents, used often below. */
const lines = () => [
  { k: "a", n: 1 },
  { k: "b", n: 2 },
  { k: "c", n: 3 },
];

const fields: Case[] = [
  ["$set of nothing", { a: 1 }, { $set: {} }, { a: 1 }],
  ["$set of a whole document", { a: { x: 1 } }, { $set: { a: { y: 2 } } }, { a: { y: 2 } }],
  [
    "$set of an element's field",
    { l: lines() },
    { $set: { "l.1.n": 9 } },
    {
      l: [
        { k: "a", n: 1 },
        { k: "b", n: 9 },
        { k: "c", n: 3 },
      ],
    },
  ],
  ["$set of null over a value", { a: 1 }, { $set: { a: null } }, { a: null }],
  ["$set of the same _id", { a: 1 }, { $set: { _id: 1, a: 2 } }, { a: 2 }],
  ["$set with numbers as names", {}, { $set: { "m.0": "x" } }, { m: { 0: "x" } }],
  ["$unset of what is missing", { a: 1 }, { $unset: { b: "", "a.x": "", "c.d.e": "" } }, { a: 1 }],
  [
    "$unset of an element, which leaves null",
    { l: [1, 2, 3] },
    { $unset: { "l.1": "" } },
    { l: [1, null, 3] },
  ],
  [
    "$unset of a field in an element",
    { l: lines() },
    { $unset: { "l.0.n": "" } },
    { l: [{ k: "a" }, { k: "b", n: 2 }, { k: "c", n: 3 }] },
  ],
  ["$inc below a missing parent", {}, { $inc: { "a.b": 2 } }, { a: { b: 2 } }],
  ["$inc of an element", { l: [1, 2] }, { $inc: { "l.1": 5 } }, { l: [1, 7] }],
  ["$mul of what is missing", { a: 1 }, { $mul: { b: 3 } }, { a: 1, b: 0 }],
  ["$min of what is missing", {}, { $min: { a: 3 } }, { a: 3 }],
  ["$min across types", { a: "x", b: null }, { $min: { a: 3, b: 3 } }, { a: 3, b: null }],
  ["$max across types", { a: "x", b: null }, { $max: { a: 3, b: 3 } }, { a: "x", b: 3 }],
  ["$max of dates", { a: new Date(5) }, { $max: { a: new Date(7) } }, { a: new Date(7) }],
  ["$rename over an existing field", { a: 1, b: 2 }, { $rename: { a: "b" } }, { b: 1 }],
  ["$rename of what is missing", { a: 1 }, { $rename: { x: "y" } }, { a: 1 }],
  [
    "$rename into a new parent",
    { a: { b: 1, c: 2 } },
    { $rename: { "a.b": "x.y" } },
    { a: { c: 2 }, x: { y: 1 } },
  ],
  ["$setOnInsert to a document that is there", { a: 1 }, { $setOnInsert: { b: 2 } }, { a: 1 }],
  ["$bit or", { n: 5 }, { $bit: { n: { or: 2 } } }, { n: 7 }],
  ["$bit xor", { n: 5 }, { $bit: { n: { xor: 1 } } }, { n: 4 }],
  ["$bit to what is missing", {}, { $bit: { n: { or: 6 } } }, { n: 6 }],
  [
    "several operators at once",
    { a: 1, b: 1, l: [1] },
    { $set: { a: 5 }, $inc: { b: 1 }, $push: { l: 2 }, $unset: { z: "" } },
    { a: 5, b: 2, l: [1, 2] },
  ],
];

const arrays: Case[] = [
  ["$push of an array as one element", { l: [1] }, { $push: { l: [2, 3] } }, { l: [1, [2, 3]] }],
  ["$push of nothing", { l: [1] }, { $push: { l: { $each: [] } } }, { l: [1] }],
  ["$push below a missing parent", {}, { $push: { "a.l": 1 } }, { a: { l: [1] } }],
  [
    "$push at the front",
    { l: [3] },
    { $push: { l: { $each: [1, 2], $position: 0 } } },
    { l: [1, 2, 3] },
  ],
  [
    "$push counted from the end",
    { l: [1, 4] },
    { $push: { l: { $each: [2, 3], $position: -1 } } },
    { l: [1, 2, 3, 4] },
  ],
  [
    "$push behind the end",
    { l: [1] },
    { $push: { l: { $each: [2], $position: 9 } } },
    { l: [1, 2] },
  ],
  [
    "$push with a slice from the end",
    { l: [1, 2] },
    { $push: { l: { $each: [3], $slice: -2 } } },
    { l: [2, 3] },
  ],
  [
    "$push with a slice of nothing",
    { l: [1, 2] },
    { $push: { l: { $each: [3], $slice: 0 } } },
    { l: [] },
  ],
  [
    "$push sorted by two fields",
    { l: [{ a: 2, b: 1 }] },
    {
      $push: {
        l: {
          $each: [
            { a: 1, b: 9 },
            { a: 2, b: 0 },
          ],
          $sort: { a: 1, b: 1 },
        },
      },
    },
    {
      l: [
        { a: 1, b: 9 },
        { a: 2, b: 0 },
        { a: 2, b: 1 },
      ],
    },
  ],
  [
    "$push sorted by a path",
    { l: [{ x: { y: 2 } }] },
    { $push: { l: { $each: [{ x: { y: 1 } }], $sort: { "x.y": 1 } } } },
    { l: [{ x: { y: 1 } }, { x: { y: 2 } }] },
  ],
  ["$addToSet of what is there", { l: [1, 2] }, { $addToSet: { l: 2 } }, { l: [1, 2] }],
  ["$addToSet of an array as one element", { l: [1] }, { $addToSet: { l: [1] } }, { l: [1, [1]] }],
  [
    "$addToSet of documents in another order of fields",
    { l: [{ a: 1, b: 2 }] },
    { $addToSet: { l: { b: 2, a: 1 } } },
    {
      l: [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    },
  ],
  ["$addToSet to what is missing", {}, { $addToSet: { l: { $each: [1, 1, 2] } } }, { l: [1, 2] }],
  [
    "$pull of a document by its fields",
    { l: lines() },
    { $pull: { l: { k: "b" } } },
    {
      l: [
        { k: "a", n: 1 },
        { k: "c", n: 3 },
      ],
    },
  ],
  ["$pull by an operator on elements", { l: [1, 5, 9] }, { $pull: { l: { $gte: 5 } } }, { l: [1] }],
  ["$pull by a list", { l: ["a", "b", "c"] }, { $pull: { l: { $in: ["a", "c"] } } }, { l: ["b"] }],
  ["$pull by a pattern", { l: ["apple", "pear", 1] }, { $pull: { l: /^a/ } }, { l: ["pear", 1] }],
  ["$pull of a whole array", { l: [[1], [1, 2], 1] }, { $pull: { l: [1] } }, { l: [[1, 2], 1] }],
  ["$pull of null", { l: [1, null, 2] }, { $pull: { l: null } }, { l: [1, 2] }],
  [
    "$pull with a disjunction",
    { l: lines() },
    { $pull: { l: { $or: [{ k: "a" }, { n: 3 }] } } },
    { l: [{ k: "b", n: 2 }] },
  ],
  [
    "$pull by an inner element",
    { l: [{ t: ["x", "y"] }, { t: ["z"] }] },
    { $pull: { l: { t: "x" } } },
    { l: [{ t: ["z"] }] },
  ],
  ["$pull from what is missing", { a: 1 }, { $pull: { l: 1, "b.l": 1 } }, { a: 1 }],
  [
    "$pull within an element",
    { l: [{ t: [1, 2] }] },
    { $pull: { "l.0.t": 1 } },
    { l: [{ t: [2] }] },
  ],
  [
    "$pullAll of documents",
    { l: lines() },
    { $pullAll: { l: [{ k: "a", n: 1 }, { k: "b" }] } },
    {
      l: [
        { k: "b", n: 2 },
        { k: "c", n: 3 },
      ],
    },
  ],
  ["$pop of the last", { l: [1, 2, 3] }, { $pop: { l: 1 } }, { l: [1, 2] }],
  ["$pop of nothing left", { l: [] }, { $pop: { l: 1 } }, { l: [] }],
  ["$pop of what is missing", { a: 1 }, { $pop: { l: 1 } }, { a: 1 }],
];

const pipelines: Case[] = [
  [
    "$set from other fields",
    { a: 2, b: 3 },
    [{ $set: { c: { $multiply: ["$a", "$b"] } } }],
    { a: 2, b: 3, c: 6 },
  ],
  ["$unset", { a: 1, b: 2 }, [{ $unset: ["a"] }], { b: 2 }],
  [
    "several stages",
    { a: 1 },
    [{ $set: { b: "$a" } }, { $set: { c: { $add: ["$b", 1] } } }, { $unset: "a" }],
    { b: 1, c: 2 },
  ],
  ["$replaceWith", { a: { b: 1 }, c: 2 }, [{ $replaceWith: { _id: "$_id", n: "$c" } }], { n: 2 }],
  ["$project", { a: 1, b: 2, c: 3 }, [{ $project: { a: 1, c: 1 } }], { a: 1, c: 3 }],
  [
    "a condition",
    { n: 5 },
    [{ $set: { big: { $cond: [{ $gt: ["$n", 3] }, "yes", "no"] } } }],
    { n: 5, big: "yes" },
  ],
  [
    "a concatenation of arrays",
    { l: [1] },
    [{ $set: { l: { $concatArrays: ["$l", [2, 3]] } } }],
    { l: [1, 2, 3] },
  ],
];

contract("update operators", (on) => {
  for (const [group, cases] of Object.entries({ fields, arrays, pipelines })) {
    describe(group, () => {
      for (const [what, before, update, after, options] of cases) {
        const rule = group === "pipelines" ? "changes by a pipeline with" : "applies";
        it(`[STO-3] ${rule} ${what}`, async () => {
          const collection = await on.filled([before]);
          await collection.updateOne({ _id: 1 as never }, update, options);
          expect(await collection.findOne({})).to.deep.equal({ _id: 1, ...after });
        });
      }
    });
  }

  it("[STO-3] adds new fields in the order of their names", async () => {
    const collection = await on.filled([{ m: 1 }]);
    await collection.updateOne({}, { $set: { z: 1, b: 1 }, $inc: { c: 1, "a.z": 1, "a.b": 1 } });
    const doc = await collection.findOne({});
    expect(JSON.stringify(doc)).to.equal('{"_id":1,"m":1,"a":{"b":1,"z":1},"b":1,"c":1,"z":1}');
  });

  it("[STO-3] sets the present as date and as timestamp", async () => {
    const collection = await on.filled([{ a: 1 }]);
    const update = { $currentDate: { a: true, b: { $type: "date" }, c: { $type: "timestamp" } } };
    await collection.updateOne({}, update as never);
    const doc = await collection.findOne({});
    const at = doc?.["a"] as Date;
    expect(Math.abs(at.getTime() - Date.now())).to.be.lessThan(60_000);
    expect(doc?.["b"]).to.be.instanceOf(Date);
    expect(doc?.["c"]).to.have.property("_bsontype", "Timestamp");
  });

  it("[STO-3] counts as unchanged what an operator leaves as it was", async () => {
    const collection = await on.filled([{ a: 1, l: [1, 2] }]);
    const noChange: Doc[] = [
      { $set: { a: 1 } },
      { $inc: { a: 0 } },
      { $min: { a: 5 } },
      { $addToSet: { l: 2 } },
      { $pull: { l: 7 } },
      { $unset: { x: "" } },
      { $push: { l: { $each: [] } } },
    ];
    for (const update of noChange) {
      const { matchedCount, modifiedCount } = await collection.updateOne({}, update);
      expect([matchedCount, modifiedCount], JSON.stringify(update)).to.deep.equal([1, 0]);
    }
  });
});
