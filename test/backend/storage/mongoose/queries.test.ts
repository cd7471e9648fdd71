import { once } from "node:events";
import { expect } from "chai";
import { Schema, type Connection } from "mongoose";
import { Bench, dbOf, errorOf } from "./support.ts";

describe("mongoose's queries on the embedded engine", () => {
  let bench: Bench;
  let connection: Connection;

  before(async () => {
    bench = await Bench.open();
    connection = await bench.connect();
  });
  beforeEach(async () => {
    connection.deleteModel(/.*/);
    await connection.dropDatabase();
  });
  after(() => bench.close());

  function people() {
    const schema = new Schema({ name: String, city: { type: String, index: true }, n: Number });
    return connection.model("Person", schema);
  }

  it("[MGS-4] gives a duplicate's error every field that MongoDB's has", async () => {
    const Account = connection.model(
      "Account",
      new Schema({ mail: { type: String, unique: true } }),
    );
    const first = await Account.create({ mail: "a@x" });
    const written = await errorOf(Account.create({ mail: "a@x" }));
    expect(written).to.deep.include({
      name: "MongoServerError",
      code: 11000,
      index: 0,
      keyPattern: { mail: 1 },
      keyValue: { mail: "a@x" },
    });
    expect(written["errorResponse"]).to.include({ code: 11000 });
    const changed = await errorOf(
      Account.findOneAndUpdate({ mail: "b@x" }, { _id: first._id }, { upsert: true }).exec(),
    );
    expect(changed).to.include({ code: 11000, codeName: "DuplicateKey" });
    expect(changed["message"]).to.include(`dup key: { _id: ObjectId('${first.id}') }`);
  });

  it("[MGS-4] says of an update what it met, changed and made; of `w: 0` that nobody waits", async () => {
    const Person = people();
    await Person.create({ name: "a" });
    expect(await Person.updateOne({ name: "a" }, { n: 1 })).to.deep.equal({
      acknowledged: true,
      matchedCount: 1,
      modifiedCount: 1,
      upsertedCount: 0,
      upsertedId: null,
    });
    const quiet = await Person.updateOne({ name: "a" }, { n: 2 }, { writeConcern: { w: 0 } });
    expect(quiet.acknowledged).to.equal(false);
    expect(await Person.countDocuments({ n: 2 })).to.equal(1);
  });

  it("[MGS-5] says which documents of insertMany and bulkSave were written", async () => {
    const Account = connection.model(
      "Account",
      new Schema({ mail: { type: String, unique: true } }),
    );
    await Account.create({ mail: "a" });
    const docs = ["a", "b", "c"].map((mail) => ({ mail }));
    const error = await errorOf(Account.insertMany(docs, { ordered: false }));
    expect(error["insertedDocs"]).to.have.length(2);
    expect(error["writeErrors"]).to.have.length(1);
    const raw = await Account.insertMany([{ mail: "d" }], { rawResult: true });
    expect(raw).to.include({ acknowledged: true, insertedCount: 1 });
    const saved = [new Account({ mail: "d" }), new Account({ mail: "e" })];
    expect((await errorOf(Account.bulkSave(saved)))["name"]).to.equal("MongoBulkWriteError");
    expect(saved.map(({ isNew }) => isNew)).to.deep.equal([true, true]);
  });

  it("[MGS-6] streams a model's documents, by batches too, and closes", async () => {
    const Person = people();
    await Person.insertMany(Array.from({ length: 12 }, (_, n) => ({ n })));
    const sizes: number[] = [];
    await Person.find()
      .sort("n")
      .cursor()
      .eachAsync((batch) => void sizes.push(batch.length), { batchSize: 5 });
    expect(sizes).to.deep.equal([5, 5, 2]);
    const cursor = Person.find().cursor();
    cursor.on("data", () => {});
    await once(cursor, "close");
    const sums: unknown[] = [];
    for await (const { n } of Person.aggregate<{ n: number }>([{ $match: { n: { $lt: 2 } } }]))
      sums.push(n);
    expect(sums).to.have.members([0, 1]);
  });

  it("[MGS-9] reads with the index of a hint, and refuses one that is not there", async () => {
    const Person = people();
    await Person.create({ name: "a", city: "x" });
    for (const hint of ["city_1", { city: 1 }] as const) {
      const plan = (await Person.find({ name: "a" }).hint(hint).explain()) as unknown;
      expect(plan).to.have.nested.property(
        "queryPlanner.winningPlan.inputStage.indexName",
        "city_1",
      );
      expect(await Person.find({ name: "a" }).hint(hint)).to.have.length(1);
    }
    expect((await errorOf(Person.find().hint("none").exec()))["code"]).to.equal(2);
  });

  it("[MGS-9] compares and orders strings by a collation, in reading, counting, changing and aggregating", async () => {
    const Person = people();
    await Person.insertMany(["a", "A", "é", "B"].map((name) => ({ name, city: name })));
    const loose = { locale: "fr", strength: 1 } as const;
    const sorted = await Person.find().sort("name").collation({ locale: "fr" });
    expect(sorted.map(({ name }) => name)).to.deep.equal(["a", "A", "B", "é"]);
    expect(await Person.find({ city: "a" }).collation(loose)).to.have.length(2);
    expect(await Person.countDocuments({ name: "E" }).collation(loose)).to.equal(1);
    expect(await Person.aggregate([{ $match: { name: "b" } }]).collation(loose)).to.have.length(1);
    const { matchedCount } = await Person.updateMany({ name: "A" }, { n: 1 }).collation(loose);
    expect(matchedCount).to.equal(2);
    const refused = await errorOf(Person.find().collation({ locale: "no such place" }).exec());
    expect(refused["code"]).to.equal(2);
  });

  it("[MGS-10] refuses by name what it does not have", async () => {
    const db = dbOf(connection);
    const things = db.collection("things");
    await things.insertOne({ a: 1 });
    const lacking: readonly [RegExp, () => Promise<unknown>][] = [
      [/capped/, () => db.createCollection("c", { capped: true, size: 1024 })],
      [/timeseries/, () => db.createCollection("c", { timeseries: { timeField: "t" } })],
      [/collation/, () => things.createIndex({ a: 1 }, { collation: { locale: "fr" } })],
      [/\$out/, () => things.aggregate([{ $out: "c" }]).toArray()],
      [/geometry/, () => things.find({ a: { $near: [1, 2] } }).toArray()],
      [/change streams/, async () => things.watch()],
      [/text index required/, () => things.find({ $text: { $search: "a" } }).toArray()],
      [/JavaScript/, () => things.find({ $where: "true" }).toArray()],
      [/text/, () => things.createIndex({ a: "text" })],
    ];
    for (const [what, action] of lacking) {
      const error = await errorOf(action());
      expect(error["name"]).to.equal("MongoServerError");
      expect(error["message"]).to.match(what);
    }
    expect((await connection.listCollections()).map(({ name }) => name)).to.deep.equal(["things"]);
  });

  it("[MGS-11] finds by the stored type of a number and reads as the caller wishes", async () => {
    const { BigInt: Big, Double } = Schema.Types;
    const Reading = connection.model("Reading", new Schema({ big: Big, double: Double }));
    await Reading.create({ big: 42n, double: 3 });
    expect(await Reading.countDocuments({ big: { $type: "long" } })).to.equal(1);
    expect(await Reading.countDocuments({ double: { $type: "double" } })).to.equal(1);
    expect(await Reading.countDocuments({ double: { $type: "int" } })).to.equal(0);
    const plain = await Reading.collection.findOne({});
    const exact = await Reading.collection.findOne({}, { useBigInt64: true });
    expect([plain?.["big"], exact?.["big"]]).to.deep.equal([42, 42n]);
  });

  it("[MGS-13] has one index on _id, however it is asked for", async () => {
    const things = dbOf(connection).collection("things");
    expect(await things.createIndex({ _id: 1 })).to.equal("_id_1");
    expect(await things.indexes()).to.have.length(1);
  });

  it("[MGS-13] brings a model's indexes in line", async () => {
    const before = new Schema({ name: String }, { autoIndex: false });
    before.index({ name: 1 });
    await connection.model("Thing", before).syncIndexes();
    connection.deleteModel("Thing");
    const after = new Schema({ name: String, n: Number }, { autoIndex: false });
    after.index({ name: 1 }, { unique: true });
    after.index({ n: -1 }, { expireAfterSeconds: 60 });
    const Thing = connection.model("Thing", after);
    expect((await Thing.diffIndexes()).toDrop).to.deep.equal(["name_1"]);
    expect(await Thing.syncIndexes()).to.deep.equal(["name_1"]);
    expect(await Thing.syncIndexes()).to.deep.equal([]);
    expect(await Thing.listIndexes()).to.deep.equal([
      { v: 2, key: { _id: 1 }, name: "_id_" },
      { v: 2, key: { name: 1 }, name: "name_1", unique: true },
      { v: 2, key: { n: -1 }, name: "n_-1", expireAfterSeconds: 60 },
    ]);
  });
});
