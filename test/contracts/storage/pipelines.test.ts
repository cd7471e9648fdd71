import { expect } from "chai";
import type { Collection } from "mongoose";
import { canonical, contract, decimal, failure, long, type Doc } from "./engines.ts";

/** Stages that are refused when a pipeline begins, and the code. */
const malformed: readonly (readonly [stage: Doc, code: number])[] = [
  [{ $group: "a" }, 15947],
  [{ $group: { x: { $sum: 1 } } }, 15955],
  [{ $group: { _id: null, x: "a" } }, 40234],
  [{ $group: { _id: null, x: {} } }, 40234],
  [{ $group: { _id: null, "a.b": { $sum: 1 } } }, 40235],
  [{ $group: { _id: null, $x: { $sum: 1 } } }, 40236],
  [{ $group: { _id: null, x: { $sum: 1, $max: 1 } } }, 40238],
  [{ $group: { _id: null, x: { $foo: 1 } } }, 15952],
  [{ $group: { _id: { $foo: 1 } } }, 168],
  [{ $skip: -1 }, 5107200],
  [{ $skip: "a" }, 5107200],
  [{ $limit: -1 }, 5107201],
  [{ $limit: 1.5 }, 5107201],
  [{ $sort: {} }, 15976],
  [{ $sort: { a: 2 } }, 15975],
  [{ $sort: { a: "asc" } }, 15974],
  [{ $sort: "a" }, 15973],
  [{ $count: null }, 40156],
  [{ $count: "" }, 40157],
  [{ $count: "$a" }, 40158],
  [{ $count: "a.b" }, 40160],
  [{ $unwind: "list" }, 28818],
  [{ $unwind: 3 }, 15981],
  [{ $unwind: {} }, 28812],
  [{ $unwind: { path: 3 } }, 28808],
  [{ $unwind: { path: "$list", foo: 1 } }, 28811],
  [{ $unwind: { path: "$list", includeArrayIndex: "$i" } }, 28822],
  [{ $sortByCount: "name" }, 40148],
  [{ $sortByCount: { a: 1 } }, 40147],
  [{ $sortByCount: 1 }, 40149],
  [{ $sample: 3 }, 28745],
  [{ $sample: {} }, 28749],
  [{ $sample: { size: "a" } }, 28746],
  [{ $sample: { size: -1 } }, 28747],
  [{ $sample: { size: 1, x: 1 } }, 28748],
  [{ $bucket: { groupBy: "$a" } }, 40198],
  [{ $bucket: { groupBy: "$a", boundaries: [1] } }, 40192],
  [{ $bucket: { groupBy: "$a", boundaries: [2, 1] } }, 40194],
  [{ $facet: {} }, 40169],
  [{ $facet: { a: 3 } }, 40170],
  [{ $facet: { a: [{ $facet: { b: [] } }] } }, 40600],
  [{ $facet: { a: [{ $skip: -1 }] } }, 5107200],
  [{ $lookup: { from: "x", as: "y" } }, 9],
  [{ $lookup: { from: "x", localField: "a", foreignField: "b" } }, 9],
  [{ $lookup: { from: "x", pipeline: [{ $foo: 1 }], as: "y" } }, 40324],
  [{ $graphLookup: { from: "x" } }, 40105],
  [{ $densify: { field: "a" } }, 40414],
  [{ $densify: { field: "a", range: { step: 0, bounds: "full" } } }, 5733401],
  [{ $fill: {} }, 40414],
  [{ $addFields: 3 }, 40272],
  [{ $project: {} }, 51272],
  [{ $project: { a: {} } }, 51270],
  [{ $project: { $a: 1 } }, 16410],
  [{ $project: { a: 1, b: 0 } }, 31254],
  [{ $project: { a: { $nope: 1 } } }, 31325],
  [{ $project: { a: { $add: [{ $nope: 1 }] } } }, 168],
  [{ $project: { a: { $divide: ["$a"] } } }, 16020],
  [{ $unset: 3 }, 31002],
  [{ $match: 3 }, 15959],
];

/** Stages that are refused at the document they cannot take. */
const met: typeof malformed = [
  [{ $project: { v: { $size: "$none" } } }, 17124],
  [{ $project: { v: { $add: ["x", 1] } } }, 14],
  [{ $project: { v: { $divide: ["$s", 2] } } }, 14],
  [{ $project: { v: "$$nope" } }, 17276],
  [{ $project: { v: { $toDecimal: "$s" } } }, 241],
  [{ $replaceRoot: { newRoot: "$s" } }, 40228],
  [{ $replaceWith: "$none" }, 40228],
  [{ $redact: "x" }, 17053],
  [{ $redact: { a: 1 } }, 17053],
  [{ $group: { _id: 0, v: { $topN: { n: 0, sortBy: { n: 1 }, output: "$n" } } } }, 5787908],
  [{ $bucket: { groupBy: "$n", boundaries: [0, 1] } }, 40066],
];

const docs: Doc[] = [
  { s: "x", n: 5, a: [1, 2], list: [{ x: 1, y: 2 }, { y: 3 }, 7], d: { b: 1, a: 2 } },
  { s: "y", n: 2, a: [], up: 1 },
  { s: "x", up: 2 },
];

const one = { $match: { _id: 1 } };

/** Pipelines and what they make, in the order of its fields. */
const shaping: readonly (readonly [stages: Doc[], made: string])[] = [
  [[one, { $project: { d: { a: 1, b: 1 } } }], '[{"_id":1,"d":{"b":1,"a":2}}]'],
  [[one, { $project: { n: 1, s: 1, z: "$d.a" } }], '[{"_id":1,"s":"x","n":5,"z":2}]'],
  [[one, { $project: { _id: 0, "list.y": 1 } }], '[{"list":[{"y":2},{"y":3}]}]'],
  [[one, { $project: { _id: 0, "list.z": "$n" } }], '[{"list":[{"z":5},{"z":5},{"z":5}]}]'],
  [
    [one, { $project: { v: ["$none", 1], w: { $literal: {} } } }],
    '[{"_id":1,"v":[null,1],"w":{}}]',
  ],
  [
    [one, { $addFields: { "list.z": 9, d: { z: 1 }, s: 2 } }, { $unset: ["a", "n"] }],
    '[{"_id":1,"s":2,"list":[{"x":1,"y":2,"z":9},{"y":3,"z":9},{"z":9}],"d":{"b":1,"a":2,"z":1}}]',
  ],
  [[one, { $unwind: "$list.x" }], "[]"],
  [
    [{ $unwind: { path: "$a", includeArrayIndex: "at.i" } }, { $project: { a: 1, at: 1 } }],
    '[{"_id":1,"a":1,"at":{"i":0}},{"_id":1,"a":2,"at":{"i":1}}]',
  ],
  [
    [
      { $unwind: { path: "$a", preserveNullAndEmptyArrays: true } },
      { $match: { _id: { $gt: 1 } } },
      { $project: { a: 1 } },
    ],
    '[{"_id":2},{"_id":3}]',
  ],
  [
    [
      one,
      { $replaceWith: { t: { $type: "$n" }, m: { $type: "$none" }, r: { $round: [2.355, 2] } } },
    ],
    '[{"t":"int","m":"missing","r":2.36}]',
  ],
];

const grouping: typeof shaping = [
  [
    [{ $group: { _id: "$none", all: { $push: "$n" }, set: { $addToSet: "$up" } } }],
    '[{"_id":null,"all":[5,2],"set":[1,2]}]',
  ],
  [
    [{ $group: { _id: { s: "$s", a: "$none" }, n: { $sum: "$n" } } }, { $sort: { n: 1 } }],
    '[{"_id":{"s":"y"},"n":2},{"_id":{"s":"x"},"n":5}]',
  ],
  [
    [
      { $match: { n: { $exists: true } } },
      {
        $group: {
          _id: 0,
          top: { $top: { output: "$n", sortBy: { n: 1 } } },
          bottom: { $bottom: { output: ["$n", "$s"], sortBy: { n: 1 } } },
          two: { $topN: { output: "$up", sortBy: { n: 1 }, n: 2 } },
        },
      },
    ],
    '[{"_id":0,"top":2,"bottom":[5,"x"],"two":[1,null]}]',
  ],
  [
    [{ $bucket: { groupBy: "$n", boundaries: [0, 1, 3, 6], default: "none" } }],
    '[{"_id":1,"count":1},{"_id":3,"count":1},{"_id":"none","count":1}]',
  ],
  [
    [{ $bucketAuto: { groupBy: "$_id", buckets: 2 } }],
    '[{"_id":{"min":1,"max":3},"count":2},{"_id":{"min":3,"max":3},"count":1}]',
  ],
];

contract("pipelines", (on) => {
  const codes = async (collection: Collection, stages: typeof malformed) => {
    const told: [Doc, unknown][] = [];
    for (const [stage] of stages)
      told.push([stage, await failure(collection.aggregate([stage] as never).toArray())]);
    return told;
  };
  const made = async (cases: typeof shaping) => {
    const collection = await on.filled(docs);
    const told: [Doc[], string][] = [];
    for (const [stages] of cases)
      told.push([stages, JSON.stringify(await collection.aggregate(stages).toArray())]);
    return told;
  };

  it("[STO-95] are refused when a stage is malformed, over documents and over nothing", async () => {
    expect(await codes(await on.filled(docs), malformed)).to.deep.equal(malformed);
    expect(await codes(on.collection(), malformed)).to.deep.equal(malformed);
    expect(
      await failure(
        on
          .collection()
          .aggregate([{ $foo: 1 }] as never)
          .explain(),
      ),
    ).to.equal(40324);
  });

  it("[STO-95] are refused at what they meet", async () => {
    expect(await codes(await on.filled(docs), met)).to.deep.equal(met);
  });

  it("[STO-96] keep the order of fields, and go into arrays", async () => {
    expect(await made(shaping)).to.deep.equal(shaping);
  });

  it("[STO-96] group by what is there and what is missing", async () => {
    expect(await made(grouping)).to.deep.equal(grouping);
  });

  it("[STO-96] join below a path, and follow references to their end", async () => {
    const collection = await on.filled(docs);
    const from = collection.collectionName;
    const run = (stage: Doc, ...then: Doc[]) =>
      collection.aggregate([{ $match: { _id: 3 } }, stage, ...then] as never).toArray();
    const pipeline = [{ $match: { $expr: { $eq: ["$s", "$$s"] } } }, { $project: { v: "$$t" } }];
    const $lookup = { from, let: { s: "$s", t: "$none" }, pipeline, as: "q.l" };
    expect(await run({ $lookup })).to.deep.equal([
      { _id: 3, s: "x", up: 2, q: { l: [{ _id: 1 }, { _id: 3 }] } },
    ]);
    const followed = { from, startWith: "$up", connectFromField: "up", connectToField: "_id" };
    const $graphLookup = { ...followed, as: "q.l", depthField: "d" };
    const shown = { $project: { "q.l._id": 1, "q.l.d": 1 } };
    const [found] = await run({ $graphLookup }, shown);
    expect(found?.["q"]).to.deep.equal({
      l: [
        { _id: 2, d: 0 },
        { _id: 1, d: 1 },
      ],
    });
  });

  it("[STO-96] give documents that share nothing", async () => {
    const collection = await on.filled(docs);
    const [first, second] = await collection.aggregate([one, { $unwind: "$a" }] as never).toArray();
    expect(first?.["d"]).to.deep.equal({ b: 1, a: 2 });
    Object.assign(first?.["d"] as Doc, { b: 9 });
    expect(second?.["d"]).to.deep.equal({ b: 1, a: 2 });
  });

  it("[STO-96] draw every document once at most", async () => {
    const collection = await on.filled(docs);
    const drawn = async (size: number) =>
      (await collection.aggregate([{ $sample: { size } }, { $sort: { _id: 1 } }]).toArray()).map(
        ({ _id }) => _id as unknown,
      );
    expect(await drawn(9)).to.deep.equal([1, 2, 3]);
    expect(await drawn(1.5)).to.have.length(1);
    expect(
      await on
        .collection()
        .aggregate([{ $sample: { size: 2 } }])
        .toArray(),
    ).to.be.empty;
  });

  it("[STO-96] change documents in updates as they do in answers", async () => {
    const collection = await on.filled(docs);
    await collection.updateOne({ _id: 1 } as never, [{ $set: { d: { z: 1 }, "list.z": 9 } }]);
    const { d, list } = (await collection.findOne({ _id: 1 } as never)) as Doc;
    expect(d).to.deep.equal({ b: 1, a: 2, z: 1 });
    expect(list).to.deep.equal([{ x: 1, y: 2, z: 9 }, { y: 3, z: 9 }, { z: 9 }]);
  });

  it("[STO-97] add and multiply decimals and integers of 64 bits exactly", async () => {
    const big = long("9007199254740993");
    const sums = await on.filled([
      { m: decimal("0.10"), l: big, d: 0.1 },
      { m: decimal("0.20"), l: big, d: 0.2 },
      { m: decimal("-9.00"), d: 0.3 },
    ]);
    const of = (name: string) => ({
      m: { [name]: "$m" },
      l: { [name]: "$l" },
      d: { [name]: "$d" },
    });
    const run = async (stage: Doc) =>
      (await sums.aggregate([stage, { $limit: 1 }] as never).toArray()).map(canonical);
    expect(await run({ $group: { _id: 0, ...of("$sum") } })).to.deep.equal([
      canonical({ _id: 0, m: decimal("-8.70"), l: long("18014398509481986"), d: 0.6 }),
    ]);
    const most = { most: { $max: "$m" }, least: { $min: "$m" }, mean: { $avg: "$m" } };
    expect(await run({ $group: { _id: 0, ...most } })).to.deep.equal([
      canonical({ _id: 0, most: decimal("0.20"), least: decimal("-9.00"), mean: decimal("-2.90") }),
    ]);
    const $project = {
      add: { $add: ["$m", "$l", 1] },
      subtract: { $subtract: ["$l", 2] },
      multiply: { $multiply: ["$m", 3] },
      long: { $multiply: [1e9, 1e9] },
      divide: { $divide: ["$m", 3] },
      round: { $round: [{ $add: ["$m", decimal("0.025")] }, 2] },
      sum: { $sum: ["$m", "x", "$l"] },
      text: { $toDecimal: "12.30" },
    };
    expect(await run({ $project: { _id: 0, ...$project } })).to.deep.equal([
      canonical({
        add: decimal("9007199254740994.10"),
        subtract: 9007199254740991,
        multiply: decimal("0.30"),
        long: long("1000000000000000000"),
        divide: decimal("0.03333333333333333333333333333333333"),
        round: decimal("0.12"),
        sum: decimal("9007199254740993.10"),
        text: decimal("12.30"),
      }),
    ]);
  });
});
