import { expect } from "chai";
import { DBRef, ObjectId } from "mongodb";
import { contract, failure, idsOf, type Doc } from "./engines.ts";

const id = new ObjectId("0123456789abcdef01234567");
const other = new ObjectId("0123456789abcdef01234568");
const plain = { $ref: "foo", $id: id };
const docs: Doc[] = [
  { one: plain, many: [{ $ref: "foo", $id: id, $db: "d", n: 1 }] },
  { one: new DBRef("foo", other), many: [new DBRef("foo", other)] },
  { one: { n: 1, $gt: 5 }, many: [] },
];

contract("references and other odd values", (on) => {
  const filters: [filter: Doc, ids: number[]][] = [
    [{ many: { $elemMatch: { $id: id } } }, [1]],
    [{ many: { $elemMatch: { $ref: "foo", $id: other } } }, [2]],
    [{ many: { $elemMatch: { n: 1, $id: id } } }, [1]],
    [{ many: { $all: [{ $elemMatch: { $id: id, n: 1 } }] } }, [1]],
    [{ "one.$id": id }, [1]],
    [{ "many.$id": { $in: [id, other] } }, [1, 2]],
    [{ "one.$ref": "foo", "one.$id": other }, [2]],
    [{ one: { $type: "object" } }, [1, 2, 3]],
    [{ one: plain }, [1]],
    [{ one: new DBRef("foo", other) }, [2]],
    [{ one: { $not: { $in: [plain, new DBRef("foo", other)] } } }, [3]],
    [{ one: { n: 1, $gt: 5 } }, [3]],
  ];
  it("[STO-80] are found by their fields and as a whole, with an index and without", async () => {
    const collection = await on.filled(docs);
    const found = () =>
      Promise.all(filters.map(([filter]) => idsOf(collection, filter, { sort: { _id: 1 } })));
    expect(await found()).to.deep.equal(filters.map(([, ids]) => ids));
    for (const path of ["one", "one.$id", "many.$id"]) await collection.createIndex({ [path]: 1 });
    expect(await found()).to.deep.equal(filters.map(([, ids]) => ids));
  });

  const updates: [update: Doc, fields: Doc][] = [
    [{ $set: { "one.$id": 5 } }, { $ref: "foo", $id: 5 }],
    [{ $set: { "one.n": 5 } }, { $ref: "foo", $id: id, n: 5 }],
    [{ $set: { one: new DBRef("bar", other) } }, { $ref: "bar", $id: other }],
    [{ $unset: { "one.$id": 1 } }, { $ref: "foo" }],
  ];
  it("[STO-80] are changed field by field, and their keys in indexes with them", async () => {
    for (const [update, fields] of updates) {
      const collection = await on.filled([{ one: plain }]);
      await collection.createIndex({ "one.$id": 1 }, { unique: true });
      await collection.updateOne({ _id: 1 as never }, update);
      const [shown] = await collection
        .aggregate([{ $project: { one: { $objectToArray: "$one" } } }])
        .toArray();
      expect(shown?.["one"]).to.deep.equal(Object.entries(fields).map(([k, v]) => ({ k, v })));
      const again = await failure(collection.insertOne({ one: plain }));
      expect(again).to.equal(fields["$id"] === id ? 11000 : "no error");
    }
  });

  it("[STO-80] leave an array by $pull, and enter it once", async () => {
    const collection = await on.filled([{ many: [plain, new DBRef("foo", other)] }]);
    const adding = await collection.updateOne({}, { $addToSet: { many: new DBRef("foo", id) } });
    expect(adding.modifiedCount).to.equal(0);
    await collection.updateOne({}, { $pull: { many: { $id: id } } } as never);
    expect((await collection.findOne({}))?.["many"]).to.deep.equal([new DBRef("foo", other)]);
  });

  it("[STO-80] are read as DBRefs, by each way of reading", async () => {
    const collection = await on.filled([{ one: plain, two: [{ ...plain, $db: "d", n: 1 }] }]);
    const one = new DBRef("foo", id);
    const doc = { _id: 1, one, two: [new DBRef("foo", id, "d", { n: 1 })] };
    expect(await collection.findOne({})).to.deep.equal(doc);
    expect(await collection.findOne({}, { promoteBuffers: true })).to.deep.equal(doc);
    expect(await collection.findOne({}, { projection: { "one.$id": 1 } })).to.deep.equal({
      _id: 1,
      one: { $id: id },
    });
    const element = await collection.findOne(
      {},
      { projection: { two: { $elemMatch: { $id: id } } } },
    );
    expect(element).to.deep.equal({ _id: 1, two: doc.two });
    expect(await collection.distinct("one")).to.deep.equal([one]);
    expect(await collection.distinct("one.$id")).to.deep.equal([id]);
    expect(await collection.aggregate([{ $group: { _id: "$one.$id" } }]).toArray()).to.deep.equal([
      { _id: id },
    ]);
    expect(await collection.findOneAndUpdate({}, { $set: { n: 1 } })).to.deep.equal(doc);
    expect(await collection.findOneAndDelete({})).to.deep.equal({ ...doc, n: 1 });
  });

  it("[STO-80] have one key in a unique index, however written, and may be an _id", async () => {
    const collection = on.collection();
    await collection.createIndex({ "one.$id": 1 }, { unique: true });
    await collection.insertOne({ one: plain });
    expect(await failure(collection.insertOne({ one: new DBRef("foo", id) }))).to.equal(11000);
    await collection.insertOne({ one: new DBRef("foo", other) });
    await collection.deleteMany({});
    await collection.insertOne({ one: new DBRef("foo", id) });
    await collection.insertOne({ _id: new DBRef("foo", id) as never });
    expect(await collection.countDocuments({ _id: plain as never })).to.equal(1);
  });

  it("[STO-81] are stored and matched as the driver sends them: holes as null, lone surrogates as U+FFFD, no NUL in names", async () => {
    const collection = on.collection();
    await collection.createIndex({ a: 1 });
    const hole: unknown[] = [1];
    hole[2] = 3;
    await collection.insertOne({ a: hole });
    expect(await collection.countDocuments({ a: null })).to.equal(1);
    await collection.insertOne({ a: "x\ud800", "k\ud800": 1 });
    for (const filter of [
      { a: "x\ud800" },
      { a: "x\ufffd" },
      { "k\ud800": 1 },
      { a: { $in: hole } },
    ])
      expect(await collection.countDocuments(filter)).to.equal(1);
    expect(await failure(collection.countDocuments({ "a\0b": 1 }))).to.match(/null bytes/);
  });
});
