import { expect } from "chai";
import { Double, Long } from "mongodb";
import { contract, decimal, failure, idsOf, type Doc } from "./engines.ts";

type Asked = readonly [keys: Doc, options: Doc, answer: unknown];

contract("indexes", (on) => {
  /** Each asked for in a collection of its own. */
  async function expectCodes(cases: readonly Asked[]): Promise<void> {
    const met: Asked[] = [];
    for (const [keys, options] of cases) {
      const made = on.collection().createIndex(keys as never, options);
      met.push([keys, options, await failure(made)]);
    }
    expect(met).to.deep.equal(cases);
  }

  it("[STO-92] are refused keys and names that MongoDB refuses", async () => {
    await expectCodes([
      [{}, {}, 67],
      [{ "": 1 }, {}, 67],
      [{ $a: 1 }, {}, 67],
      [{ "a.$b": 1 }, {}, 67],
      [{ "a..b": 1 }, {}, 67],
      [{ "a.": 1 }, {}, 67],
      [{ a: 0 }, {}, 67],
      [{ a: true }, {}, 67],
      [{ a: "sideways" }, {}, 67],
      [{ a: 1 }, { name: "" }, 67],
      [{ a: 1 }, { name: "*" }, 2],
      [{ a: 1 }, { name: "_id_" }, 2],
      [{ a: 1 }, { name: 1 }, 14],
      [{ _id: -1 }, {}, 2],
      [{ _id: 1 }, { unique: true }, 197],
      [{ _id: 1 }, { expireAfterSeconds: 5 }, 197],
      [{ _id: 1 }, {}, "no error"],
      [{ "a.$id": 1 }, {}, "no error"],
    ]);
    expect(await failure(on.collection().createIndexes([]))).to.equal(2);
  });

  it("[STO-91] are refused options that MongoDB refuses", async () => {
    const filters: readonly Doc[] = [
      { a: { $ne: 1 } },
      { a: { $exists: false } },
      { a: /x/ },
      { a: { $nin: [1] } },
      { a: { $gt: 1, $not: { $gt: 5 } } },
      { $nor: [{ a: 1 }] },
      { a: 1, $or: [{ a: { $size: 1 } }] },
    ];
    await expectCodes([
      [{ a: 1 }, { unique: "yes" }, 14],
      [{ a: 1 }, { sparse: [] }, 14],
      [{ a: 1 }, { hidden: {} }, 14],
      [{ a: 1 }, { expireAfterSeconds: "soon" }, 14],
      [{ a: 1 }, { expireAfterSeconds: -1 }, 67],
      [{ a: 1, b: 1 }, { expireAfterSeconds: 5 }, 67],
      [{ a: 1 }, { partialFilterExpression: "a" }, 14],
      [{ a: 1 }, { partialFilterExpression: { $and: [] } }, 2],
      [{ a: 1 }, { partialFilterExpression: { a: 1 }, sparse: true }, 67],
      ...filters.map((filter): Asked => [{ a: 1 }, { partialFilterExpression: filter }, 67]),
    ]);
  });

  it("[STO-91] are listed as they were asked for", async () => {
    const $or = [{ a: { $gte: 1, $type: "number" } }, { b: { $in: [1, 2] } }];
    const partialFilterExpression = { $and: [{ c: { $exists: true } }, { $or }] };
    const asked: readonly (readonly [keys: Doc, options: Doc, listed: Doc])[] = [
      [{ a: 2, b: -0.5 }, {}, { name: "a_2_b_-0.5" }],
      [{ u: 1 }, { unique: Long.fromNumber(1) }, { name: "u_1", unique: true }],
      [{ s: 1 }, { sparse: 1, unique: 0 }, { name: "s_1", sparse: true }],
      [
        { n: 1 },
        { sparse: false, background: false },
        { name: "n_1", sparse: false, background: false },
      ],
      [{ h: 1 }, { hidden: true, background: 1 }, { name: "h_1", hidden: true, background: true }],
      [{ p: 1 }, { partialFilterExpression }, { name: "p_1", partialFilterExpression }],
      [{ t: 1 }, { expireAfterSeconds: 9.7 }, { name: "t_1", expireAfterSeconds: 9 }],
      [{ f: "hashed" }, {}, { name: "f_hashed" }],
    ];
    const collection = on.collection();
    for (const [keys, options] of asked) await collection.createIndex(keys as never, options);
    const listed = (await collection.indexes()).slice(1);
    expect(listed).to.deep.equal(asked.map(([key, , shown]) => ({ v: 2, key, ...shown })));
    await collection.insertOne({ u: 1, s: 1 });
    expect(await failure(collection.insertOne({ u: 1 }))).to.equal(11000);
    expect(await failure(collection.insertOne({ s: 1 }))).to.equal("no error");
  });

  it("[STO-92] are told apart by key, uniqueness, sparseness and filter", async () => {
    const collection = on.collection();
    const partialFilterExpression = { a: 1 };
    await collection.createIndex({ a: 1 });
    await collection.createIndex({ t: 1 }, { expireAfterSeconds: 5 });
    const met: unknown[] = [];
    const asked: readonly Asked[] = [
      [{ a: 1 }, {}, "no error"],
      [{ a: 1 }, { hidden: true }, "no error"],
      [{ a: 1 }, { sparse: true }, 86],
      [{ a: 1 }, { partialFilterExpression }, 86],
      [{ b: 1 }, { name: "a_1" }, 86],
      [{ a: 1 }, { name: "other" }, 85],
      [{ a: 1 }, { expireAfterSeconds: 5 }, 85],
      [{ a: 1 }, { expireAfterSeconds: 5, name: "other" }, 85],
      [{ t: 1 }, { expireAfterSeconds: 6 }, 85],
      [{ t: 1 }, { expireAfterSeconds: 5 }, "no error"],
      [{ a: 1 }, { unique: true, name: "unique" }, "no error"],
      [{ a: 1 }, { partialFilterExpression, name: "partial" }, "no error"],
    ];
    for (const [keys, options] of asked)
      met.push([keys, options, await failure(collection.createIndex(keys as never, options))]);
    expect(met).to.deep.equal(asked);
    expect(await collection.indexes()).to.have.length(5);
  });

  it("[STO-93] are dropped by name, by key, or all but the one on _id", async () => {
    const collection = on.collection();
    const { db } = on.connection;
    const native = db?.collection(collection.collectionName);
    if (native === undefined) throw new Error("no database");
    expect(await native.dropIndexes()).to.equal(false);
    const told = (drop: Promise<unknown>) => drop.then(String, (error: Error) => error.message);
    expect(await told(native.dropIndex("a_1"))).to.match(/^ns not found .*case\d+$/);
    for (const key of ["a", "b", "c", "d", "e"]) await native.createIndex({ [key]: 1 });
    await native.createIndex({ a: 1 }, { unique: true, name: "unique" });
    const byKey = (key: Doc) => native.dropIndex(key as never);
    expect(await told(byKey({ z: 1 }))).to.equal("can't find index with key: { z: 1 }");
    expect(await told(native.dropIndex("z_1"))).to.equal("index not found with name [z_1]");
    expect(await failure(byKey({ _id: 1 }))).to.equal(72);
    expect(await failure(byKey({ a: 1 }))).to.equal(181);
    await byKey({ b: 1 });
    await native.dropIndex("c_1");
    const names = async () => (await native.indexes()).map(({ name }) => name);
    expect(await names()).to.deep.equal(["_id_", "a_1", "d_1", "e_1", "unique"]);
    await native.dropIndex("*");
    expect(await names()).to.deep.equal(["_id_"]);
    expect(await native.dropIndexes()).to.equal(true);
  });

  it("[STO-94] find by a hash, which lists have not", async () => {
    const collection = await on.filled([{ t: "x" }, {}, { t: { n: [1] } }]);
    await collection.createIndex({ t: "hashed" });
    expect(await idsOf(collection, { t: "x" }, { hint: "t_hashed" })).to.deep.equal([1]);
    expect(await idsOf(collection, { t: null })).to.deep.equal([2]);
    expect(await idsOf(collection, { t: { n: [1] } })).to.deep.equal([3]);
    expect(await failure(collection.insertOne({ t: [] }))).to.equal(16766);
    const push = collection.updateOne({ t: null }, { $push: { t: 1 } as never });
    expect(await failure(push)).to.equal(16766);
    const unique = collection.createIndex({ u: "hashed" }, { unique: true });
    expect(await failure(unique)).to.equal(16764);
    await collection.insertOne({ l: [1] });
    expect(await failure(collection.createIndex({ l: "hashed" }))).to.equal(16766);
    expect(await collection.countDocuments()).to.equal(4);
  });

  const unchanged: [
    what: string,
    docs: Doc[],
    index: [keys: Doc, options?: Doc],
    filter: Doc,
    ids: number[],
    sort?: Doc,
  ][] = [
    [
      "null, where a partial one holds what exists",
      [{ b: null }, {}],
      [{ b: 1 }, { partialFilterExpression: { b: { $exists: true } } }],
      { b: null },
      [1, 2],
    ],
    [
      "null in a list, where a partial one holds what exists",
      [{ b: 5 }, {}],
      [{ b: 1 }, { partialFilterExpression: { b: { $exists: true } } }],
      { b: { $in: [5, null] } },
      [1, 2],
    ],
    [
      "null, where a partial one holds the type null",
      [{ b: null }, {}],
      [{ b: 1 }, { partialFilterExpression: { b: { $type: "null" } } }],
      { b: null },
      [1, 2],
    ],
    [
      "a whole array, where a partial one holds an element",
      [
        { a: 1, b: [1, 2] },
        { a: 1, b: [[1, 2]] },
      ],
      [{ a: 1 }, { partialFilterExpression: { b: 1 } }],
      { a: 1, b: [1, 2] },
      [1, 2],
    ],
    ["an empty array in an array", [{ a: [] }, { a: [[]] }], [{ a: 1 }], { a: [] }, [1, 2]],
    [
      "an end, which NaN does not meet",
      [{ a: NaN }, { a: 1 }, { a: decimal("NaN") }],
      [{ a: 1 }],
      { a: { $lt: 5 } },
      [2],
    ],
    ["NaN by an end", [{ a: NaN }, { a: -Infinity }], [{ a: 1 }], { a: { $lte: NaN } }, [1]],
    [
      "a sort by other elements",
      [{ a: [1, 5] }, { a: [1, 0] }],
      [{ a: 1 }],
      { a: 1 },
      [2, 1],
      { a: 1 },
    ],
  ];
  for (const [what, docs, [keys, options], filter, ids, sort = { _id: 1 }] of unchanged) {
    it(`[STO-14] find ${what}`, async () => {
      const collection = await on.filled(docs);
      await collection.createIndex(keys as never, options);
      expect(await idsOf(collection, filter, { sort })).to.deep.equal(ids);
    });
  }

  it("[STO-14] hold what their filter covers by type, before and after they are made", async () => {
    const collection = await on.filled([{ n: new Double(1) }]);
    const doubles = { unique: true, partialFilterExpression: { n: { $type: "double" } } };
    await collection.createIndex({ n: 1 }, doubles);
    expect(await failure(collection.insertOne({ n: new Double(1) }))).to.equal(11000);
    await collection.insertOne({ n: 1 });
    await collection.deleteOne({ _id: 1 as never });
    await collection.insertOne({ n: new Double(1) });
    expect(await collection.countDocuments({})).to.equal(2);
  });

  it("[STO-76] read each of thousands of values once, in their order, and no other document", async () => {
    const collection = await on.filled(Array.from({ length: 3000 }, (_, i) => ({ k: -i })));
    await collection.createIndex({ k: 1 });
    const odd = Array.from({ length: 1500 }, (_, i) => 2 * i + 1);
    for (const [path, wanted] of [
      ["_id", odd],
      ["k", odd.map((id) => 1 - id)],
    ] as const) {
      const filter: Doc = { [path]: { $in: [...wanted, ...wanted] } };
      const { executionStats } = await collection.find(filter).explain("executionStats");
      expect(executionStats).to.include({ nReturned: 1500, totalDocsExamined: 1500 });
      expect(await idsOf(collection, filter)).to.deep.equal(
        path === "_id" ? odd : odd.toReversed(),
      );
    }
    const listed = { list: { $in: [...odd, /x/, null] } };
    expect(await collection.countDocuments(listed)).to.equal(3000);
    expect(await collection.countDocuments({ _id: { $nin: odd } as never })).to.equal(1500);
  });
});
