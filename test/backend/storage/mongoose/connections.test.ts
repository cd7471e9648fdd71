import { once } from "node:events";
import { expect } from "chai";
import { Schema } from "mongoose";
import { Bench, dbOf, errorOf } from "./support.ts";

const named = () => new Schema({ name: { type: String, unique: true } });

describe("mongoose's connections on the embedded engine", () => {
  let bench: Bench;

  beforeEach(async () => {
    bench = await Bench.open();
  });
  afterEach(() => bench.close());

  it("[MGS-1] keeps databases apart: of URIs, of dbName and of useDb", async () => {
    const first = await bench.connect();
    const second = await bench.connect("mongodb://db.example/first", { dbName: "second" });
    const third = first.useDb("third");
    const names: string[] = [];
    for (const [i, connection] of [first, second, third].entries()) {
      await connection.collection("things").insertOne({ i });
      names.push(connection.name);
    }
    expect(names).to.deep.equal(["first", "second", "third"]);
    expect(await second.collection("things").findOne({})).to.include({ i: 1 });
    const { databases } = await first.listDatabases();
    expect(databases.map(({ name }) => name)).to.have.members(names);
    await second.dropDatabase();
    expect(await second.listCollections()).to.deep.equal([]);
    expect(await first.collection("things").countDocuments()).to.equal(1);
    expect(await third.collection("things").countDocuments()).to.equal(1);
  });

  it("[MGS-1] calls the default database's tables by the collections' names", async () => {
    const connection = await bench.connect("embedded://local");
    await connection.collection("plain").insertOne({});
    await connection.useDb("other").collection("plain").insertOne({});
    expect(bench.engine.view.tableNames()).to.have.members(["plain", "other$plain"]);
    expect(() => connection.collection("other$plain")).to.throw(/must not contain '\$'/);
  });

  it("[MGS-1] names the database in a duplicate's error and joins within it", async () => {
    const connection = await bench.connect();
    const things = connection.collection("things");
    await things.insertOne({ _id: 1 as never });
    const error = await errorOf(things.insertOne({ _id: 1 as never }));
    expect(error["message"]).to.equal(
      "E11000 duplicate key error collection: first.things index: _id_ dup key: { _id: 1 }",
    );
    await connection.useDb("other").collection("others").insertOne({ of: 1 });
    const $lookup = { from: "others", localField: "_id", foreignField: "of", as: "others" };
    expect(await things.aggregate([{ $lookup }]).toArray()).to.deep.equal([{ _id: 1, others: [] }]);
  });

  it("[MGS-2] tells host, port and name, and passes through the usual events", async () => {
    const connection = bench.mongoose.createConnection();
    const events: string[] = [];
    for (const event of ["connecting", "connected", "open", "disconnected", "close"])
      connection.on(event, () => events.push(event));
    await connection.openUri("mongodb://db.example:27018/first");
    expect(connection).to.include({ host: "db.example", port: 27018, name: "first" });
    await connection.close();
    expect(events).to.deep.equal(["connecting", "connected", "open", "disconnected", "close"]);
  });

  it("[MGS-2] closes one of two connections, opens again, and refuses what was destroyed", async () => {
    const one = await bench.connect();
    const other = await bench.connect();
    const Thing = one.model("Thing", named());
    await Thing.create({ name: "a" });
    await one.close();
    expect(await other.collection("things").countDocuments()).to.equal(1);
    await one.openUri("mongodb://db.example:27018/first");
    expect(await Thing.countDocuments()).to.equal(1);
    await one.destroy();
    expect((await errorOf(one.openUri("mongodb://db.example/first")))["message"]).to.match(
      /destroyed/,
    );
  });

  it("[MGS-2] refuses URIs and options that the driver refuses, and a second URI while open", async () => {
    for (const uri of ["no uri", "mongodb:///first"])
      expect((await errorOf(bench.connect(uri)))["name"]).to.match(/^Mongo\w*Error$/);
    expect((await errorOf(bench.connect("mongodb://x/y", { foo: 1 })))["name"]).to.equal(
      "MongoParseError",
    );
    const connection = await bench.connect();
    expect((await errorOf(connection.openUri("mongodb://x/z")))["message"]).to.match(
      /different connection strings/,
    );
  });

  it("[MGS-3] makes a model's unique index before its first document, also when mongoose buffers", async () => {
    const connection = bench.mongoose.createConnection();
    const Thing = connection.model("Thing", named());
    const twice = Promise.allSettled([Thing.create({ name: "a" }), Thing.create({ name: "a" })]);
    await connection.openUri("mongodb://db.example/first");
    expect((await twice).map(({ status }) => status)).to.have.members(["fulfilled", "rejected"]);
  });

  it("[MGS-3] does not wait for a model that another one replaced", async () => {
    const connection = await bench.connect();
    const stuck = connection.model("Thing", named());
    // What mongoose itself does to operations of a model that must not go on.
    Object.assign(stuck.collection, { buffer: true });
    connection.deleteModel("Thing");
    const Thing = connection.model("Thing", named());
    await Thing.create({ name: "a" });
    expect((await errorOf(Thing.create({ name: "a" })))["code"]).to.equal(11000);
  });

  it("[MGS-12] runs GridFS", async () => {
    const { GridFSBucket } = bench.mongoose.mongo;
    const bucket = new GridFSBucket(dbOf(await bench.connect()));
    const content = Buffer.alloc(600_000, "entente");
    const upload = bucket.openUploadStream("file");
    upload.end(content);
    await once(upload, "finish");
    const chunks: Buffer[] = [];
    for await (const chunk of bucket.openDownloadStreamByName("file")) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).equals(content)).to.equal(true);
    await bucket.delete(upload.id);
    expect(await bucket.find().toArray()).to.deep.equal([]);
  });

  it("[MGS-12] answers what programs ask a server about itself", async () => {
    const admin = dbOf(await bench.connect()).admin();
    expect(await admin.ping()).to.deep.equal({ ok: 1 });
    expect((await admin.serverStatus())["version"]).to.match(/^\d+\.\d+\.\d+$/);
    expect(await errorOf(admin.command({ fsync: 1 }))).to.include({
      code: 59,
      codeName: "CommandNotFound",
    });
  });

  it("[MGS-12] notes when a session was last used", async () => {
    const connection = await bench.connect();
    const session = await connection.startSession();
    const before = session.serverSession?.lastUse ?? Infinity;
    await connection.collection("things").findOne({}, { session });
    expect(session.serverSession?.lastUse).to.be.greaterThan(before);
    await session.endSession();
  });
});
