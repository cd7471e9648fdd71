import { expect } from "chai";
import { contract, failure, type Doc } from "./engines.ts";

type Case = [what: string, before: Doc, update: Doc, after: Doc, options?: Doc];

/** Shapes of arrays with documents, used often below. */
const lines = () => [
  { k: "a", n: 1 },
  { k: "b", n: 2 },
  { k: "c", n: 3 },
];

const positions: Case[] = [
  ["all elements that are numbers", { l: [1, 2] }, { $inc: { "l.$[]": 10 } }, { l: [11, 12] }],
  [
    "all elements of arrays in elements",
    { l: [{ t: [1, 2] }, { t: [3] }] },
    { $inc: { "l.$[].t.$[]": 1 } },
    { l: [{ t: [2, 3] }, { t: [4] }] },
  ],
  [
    "elements chosen by their value",
    { l: [1, 5, 9] },
    { $set: { "l.$[big]": 0 } },
    { l: [1, 0, 0] },
    { arrayFilters: [{ big: { $gte: 5 } }] },
  ],
  [
    "elements chosen on two levels",
    {
      l: [
        { k: "a", t: [1, 2] },
        { k: "b", t: [1, 2] },
      ],
    },
    { $set: { "l.$[x].t.$[y]": 7 } },
    {
      l: [
        { k: "a", t: [1, 2] },
        { k: "b", t: [1, 7] },
      ],
    },
    { arrayFilters: [{ "x.k": "b" }, { y: { $gt: 1 } }] },
  ],
  [
    "elements chosen by one of two conditions",
    { l: lines() },
    { $set: { "l.$[e].n": 0 } },
    {
      l: [
        { k: "a", n: 0 },
        { k: "b", n: 2 },
        { k: "c", n: 0 },
      ],
    },
    { arrayFilters: [{ $or: [{ "e.k": "a" }, { "e.n": 3 }] }] },
  ],
  [
    "chosen elements in two fields, by what they were",
    { l: lines() },
    { $set: { "l.$[e].k": "z" }, $inc: { "l.$[e].n": 5 } },
    {
      l: [
        { k: "a", n: 1 },
        { k: "z", n: 7 },
        { k: "c", n: 3 },
      ],
    },
    { arrayFilters: [{ "e.k": "b" }] },
  ],
  [
    "no element where none is chosen",
    { l: lines() },
    { $set: { "l.$[e].n": 0 } },
    { l: lines() },
    { arrayFilters: [{ "e.k": "none" }] },
  ],
  [
    "$push into all elements",
    { l: [{ t: [1] }, { t: [] }] },
    { $push: { "l.$[].t": 2 } },
    { l: [{ t: [1, 2] }, { t: [2] }] },
  ],
  [
    "$unset in all elements",
    { l: lines() },
    { $unset: { "l.$[].n": "" } },
    { l: [{ k: "a" }, { k: "b" }, { k: "c" }] },
  ],
];

contract("positions in arrays", (on) => {
  for (const [what, before, update, after, options] of positions) {
    it(`[STO-3] applies ${what}`, async () => {
      const collection = await on.filled([before]);
      await collection.updateOne({ _id: 1 as never }, update, options);
      expect(await collection.findOne({})).to.deep.equal({ _id: 1, ...after });
    });
  }

  describe("the element that matched", () => {
    const matched: [what: string, filter: Doc, update: Doc, after: unknown][] = [
      ["a value", { t: 5 }, { $set: { "t.$": 0 } }, { t: [1, 0, 9] }],
      ["a range", { t: { $gt: 4 } }, { $inc: { "t.$": 1 } }, { t: [1, 6, 9] }],
      [
        "a field",
        { "l.k": "b" },
        { $set: { "l.$.n": 7, "l.$.k": "z" } },
        {
          l: [
            { k: "a", n: 1 },
            { k: "z", n: 7 },
            { k: "c", n: 3 },
          ],
        },
      ],
      [
        "two fields of one element",
        { l: { $elemMatch: { n: { $gt: 1 }, k: "c" } } },
        { $set: { "l.$": "gone" } },
        { l: [{ k: "a", n: 1 }, { k: "b", n: 2 }, "gone"] },
      ],
      [
        "a disjunction",
        { $or: [{ "l.k": "c" }, { "l.k": "none" }] },
        { $set: { "l.$.n": 0 } },
        {
          l: [
            { k: "a", n: 1 },
            { k: "b", n: 2 },
            { k: "c", n: 0 },
          ],
        },
      ],
      [
        "a conjunction",
        { $and: [{ "l.k": "b" }, { _id: 1 }] },
        { $set: { "l.$.n": 0 } },
        {
          l: [
            { k: "a", n: 1 },
            { k: "b", n: 0 },
            { k: "c", n: 3 },
          ],
        },
      ],
    ];
    for (const [what, filter, update, after] of matched) {
      it(`[STO-3] is the one found by ${what}`, async () => {
        const collection = await on.filled([{ l: lines(), t: [1, 5, 9] }]);
        const done = await collection.updateOne(filter, update);
        expect(done.modifiedCount).to.equal(1);
        expect(await collection.findOne({})).to.deep.include(after);
      });
    }

    it("[STO-71] is the first that meets a condition, and none by the array's size or a negation", async () => {
      const met: [filter: Doc, at: number][] = [
        [{ "l.y": { $exists: true } }, 1],
        [{ l: { $exists: true } }, 0],
        [{ "l.x": { $type: "string" } }, 1],
        [{ l: { $type: "object" } }, 0],
        [{ "l.x": { $size: 2 } }, 2],
        [{ l: { $size: 3, $elemMatch: { y: 1 } } }, 1],
        [{ l: { $size: 3 } }, -1],
        [{ l: { $size: 3, $all: [{ $elemMatch: { y: 1 } }] } }, 1],
        [{ "l.x": { $all: ["s"], $exists: true } }, 1],
        [{ "l.z": { $exists: false } }, -1],
        [{ "l.z": { $not: { $gt: 5 } } }, -1],
        [{ "l.z": { $nin: [5] } }, -1],
      ];
      for (const [filter, at] of met) {
        const collection = await on.filled([{ l: [{ x: 1 }, { x: "s", y: 1 }, { x: [1, 2] }] }]);
        const code = await failure(collection.updateOne(filter, { $set: { "l.$": "met" } }));
        const doc = await collection.findOne({ l: "met" });
        const found = (doc?.["l"] as unknown[] | undefined)?.indexOf("met") ?? -1;
        expect([filter, found, code]).to.deep.equal([filter, at, at < 0 ? 2 : "no error"]);
      }
    });

    it("[STO-3] cannot be named where none did", async () => {
      const collection = await on.filled([{ l: lines() }]);
      const update = collection.updateOne({ _id: 1 as never }, { $set: { "l.$.n": 0 } });
      expect(await failure(update)).to.equal(2);
    });
  });
});
