import { expect } from "chai";
import { ObjectId, type Collection, type MongoServerError } from "mongodb";
import { contract, failure, type Doc } from "./engines.ts";

/** The driver's collection, whose types would forbid what the cases do. */
type Untyped = Record<
  | "insertOne"
  | "insertMany"
  | "updateOne"
  | "updateMany"
  | "replaceOne"
  | "deleteOne"
  | "deleteMany"
  | "findOneAndUpdate"
  | "findOneAndReplace"
  | "findOneAndDelete"
  | "bulkWrite"
  | "countDocuments"
  | "distinct",
  (...args: unknown[]) => Promise<unknown>
> & { find(filter: unknown): { toArray(): Promise<unknown> } };

const invalid = (text: string) => `MongoInvalidArgumentError: ${text}`;

contract("writes", (on) => {
  const $set = { n: 2 };
  const selector = invalid("Selector must be a valid JavaScript object");
  const document = invalid("Document must be a valid JavaScript object");
  const argument = (name: string) => invalid(`Argument "${name}" must be an object`);
  const query = invalid("Query filter must be a plain object or ObjectId");
  const bulk = (operation: Doc) => (to: Untyped) => to.bulkWrite([operation]);
  const unfit: [what: string, write: (to: Untyped) => Promise<unknown>, answer: unknown][] = [
    ["deleteMany of null", (to) => to.deleteMany(null), 40414],
    ["deleteMany of text", (to) => to.deleteMany("n"), 14],
    ["deleteMany of a list", (to) => to.deleteMany([]), 14],
    ["deleteMany of bytes", (to) => to.deleteMany(Buffer.from("n")), 14],
    ["deleteOne of an ObjectId", (to) => to.deleteOne(new ObjectId()), 14],
    ["deleteOne of what becomes text", (to) => to.deleteOne({ toBSON: () => "n" }), 14],
    ["updateMany of null", (to) => to.updateMany(null, { $set }), selector],
    ["updateMany of text", (to) => to.updateMany("n", { $set }), selector],
    ["updateMany of a date", (to) => to.updateMany(new Date(), { $set }), 14],
    ["updateOne by nothing", (to) => to.updateOne({}, null), document],
    ["replaceOne of nothing", (to) => to.replaceOne(undefined, { n: 2 }), selector],
    ["replaceOne by nothing", (to) => to.replaceOne({}, undefined), document],
    ["replaceOne by a date", (to) => to.replaceOne({}, new Date()), 9],
    ["findOneAndUpdate of nothing", (to) => to.findOneAndUpdate(undefined, {}), argument("filter")],
    ["findOneAndUpdate by nothing", (to) => to.findOneAndUpdate({}, null), argument("update")],
    ["findOneAndUpdate of a list", (to) => to.findOneAndUpdate([], { $set }), 14],
    ["findOneAndReplace of text", (to) => to.findOneAndReplace("n", {}), argument("filter")],
    ["findOneAndReplace by text", (to) => to.findOneAndReplace({}, "n"), argument("replacement")],
    ["findOneAndDelete of nothing", (to) => to.findOneAndDelete(undefined), argument("filter")],
    ["a bulk's deleteMany of nothing", bulk({ deleteMany: {} }), 40414],
    ["a bulk's deleteOne of null", bulk({ deleteOne: { filter: null } }), 40414],
    ["a bulk's deleteMany of a list", bulk({ deleteMany: { filter: [] } }), 14],
    ["a bulk's updateMany of nothing", bulk({ updateMany: { update: { $set } } }), selector],
    ["a bulk's replaceOne of nothing", bulk({ replaceOne: { replacement: { n: 2 } } }), selector],
    ["a bulk's replaceOne by nothing", bulk({ replaceOne: { filter: {} } }), document],
    ["a bulk's updateOne by nothing", bulk({ updateOne: { filter: {} } }), document],
    ["insertOne of a list", (to) => to.insertOne([]), 14],
    ["insertOne of a date", (to) => to.insertOne(new Date()), 14],
    ["find of text", async (to) => to.find("n").toArray(), query],
    ["find of a list", async (to) => to.find([]).toArray(), query],
    ["countDocuments of null", (to) => to.countDocuments(null), 15959],
    ["distinct of text", (to) => to.distinct("n", "n"), 14],
  ];
  for (const [what, write, answer] of unfit) {
    it(`[STO-85] refuse ${what}, and change nothing`, async () => {
      const collection = await on.filled([{ n: 1 }, { n: 1 }]);
      expect(await failure(write(collection as unknown as Untyped))).to.equal(answer);
      expect(await collection.countDocuments({ n: 1 })).to.equal(2);
      expect(await collection.countDocuments({})).to.equal(2);
    });
  }

  it("[STO-85] take nothing at all for every document, and an ObjectId for an _id, where the driver does", async () => {
    const collection = (await on.filled([{ n: 1 }, { n: 1 }])) as unknown as Collection<Doc>;
    const { insertedId } = await collection.insertOne({ n: 2 });
    expect(await collection.find(insertedId as never).toArray()).to.have.length(1);
    expect((await collection.deleteOne()).deletedCount).to.equal(1);
    expect((await collection.deleteMany(undefined)).deletedCount).to.equal(2);
  });

  it("[STO-85] leave null to mean every document where it is read only", async () => {
    const collection = await on.filled([{ n: 1 }, { n: 2 }]);
    expect(await collection.find(null as never).toArray()).to.have.length(2);
    expect(await collection.distinct("n", null as never)).to.have.members([1, 2]);
  });

  const [large, half, rest] = [2 ** 24, 9_000_000, 7_778_000].map((size) => "x".repeat(size));
  const grow = { $set: { more: half } };
  const most = invalid("Document is larger than the maximum size 16777216");
  const oversized: typeof unfit = [
    ["insertOne", (to) => to.insertOne({ large }), 2],
    ["insertMany, as a whole", (to) => to.insertMany([{ n: 1 }, { large }]), most],
    ["updateOne", (to) => to.updateOne({ n: 1 }, grow), 17419],
    ["findOneAndUpdate", (to) => to.findOneAndUpdate({ n: 1 }, grow), 17419],
    ["replaceOne", (to) => to.replaceOne({ n: 1 }, { large }), 17419],
    [
      "an upsert",
      (to) => to.updateOne({ half, n: 2 }, { $set: { rest } }, { upsert: true }),
      17420,
    ],
  ];
  for (const [what, write, answer] of oversized) {
    it(`[STO-87] refuse a document of more than 16 MiB: ${what}`, async () => {
      const collection = await on.filled([{ n: 1, half }]);
      expect(await failure(write(collection as unknown as Untyped))).to.equal(answer);
      expect(await collection.countDocuments({ n: 1, half })).to.equal(1);
      expect(await collection.countDocuments({})).to.equal(1);
    });
  }

  it("[STO-87] refuse a filter that no command holds, as queries do", async () => {
    const collection = await on.filled([{ n: 1 }]);
    const filter = { text: { $nin: Array.from({ length: 800_000 }, () => "test1234567890") } };
    for (const action of [
      () => collection.find(filter).toArray(),
      () => collection.countDocuments(filter),
      () => collection.updateMany(filter, grow),
      () => collection.deleteMany(filter),
    ])
      expect(await failure(action())).to.equal("ERR_OUT_OF_RANGE");
    expect(await collection.countDocuments({ n: 1 })).to.equal(1);
  });

  describe("that fail", () => {
    const inWrite = ["code", "errmsg", "index"];
    const inCommand = ["code", "codeName", "errmsg", "ok"];
    const keys = ["keyPattern", "keyValue"];
    const failing: [what: string, write: (to: Collection) => Promise<unknown>, fields: string[]][] =
      [
        ["insertOne", (to) => to.insertOne({ n: 1 }), [...inWrite, ...keys]],
        ["updateOne", (to) => to.updateOne({ n: 2 }, { $set: { n: 1 } }), [...inWrite, ...keys]],
        ["replaceOne", (to) => to.replaceOne({ n: 2 }, { n: 1 }), [...inWrite, ...keys]],
        ["updateMany", (to) => to.updateMany({ n: 2 }, { $inc: { n: "x" as never } }), inWrite],
        ["deleteOne", (to) => to.deleteOne({ n: { $bad: 1 } }), inWrite],
        [
          "findOneAndUpdate",
          (to) => to.findOneAndUpdate({ n: 2 }, { $set: { n: 1 } }),
          [...inCommand, ...keys],
        ],
      ];
    for (const [what, write, fields] of failing) {
      it(`[STO-86] tell it in the fields of the driver's error: ${what}`, async () => {
        const collection = await on.filled([{ n: 1 }, { n: 2 }]);
        await collection.createIndex({ n: 1 }, { unique: true });
        const error = await write(collection as never).then(
          () => undefined,
          (thrown: unknown) => thrown as MongoServerError,
        );
        const told = Object.keys(error?.errorResponse ?? {});
        expect(told.filter((field) => !field.startsWith("$"))).to.have.members(fields);
      });
    }

    it("[STO-86] tell of a bulk's operation what was given of it", async () => {
      const collection = await on.filled([{ n: 1 }, { n: 2 }]);
      await collection.createIndex({ n: 1 }, { unique: true });
      const [filter, update] = [{ n: 2 }, { $set: { n: 1 } }];
      const error = await collection.bulkWrite([{ updateOne: { filter, update } }]).then(
        () => undefined,
        (thrown: unknown) => thrown as { writeErrors: { err: { op: unknown } }[] },
      );
      expect(error?.writeErrors[0]?.err.op).to.deep.equal({ q: filter, u: update });
    });
  });

  it("[STO-86] refuse options of a collection that are unknown, or without what they belong to", async () => {
    const made = async (options: Doc) =>
      on.connection.createCollection("made", options as never).then(() => "made");
    expect(await failure(made({ foo: 1 }))).to.equal(40415);
    for (const alone of [{ size: 4096 }, { max: 5 }, { expireAfterSeconds: 5 }, { pipeline: [] }])
      expect(await failure(made(alone)), Object.keys(alone)[0]).to.equal(72);
    expect(await made({ validationLevel: "off", capped: false })).to.equal("made");
  });

  const worded: [what: string, operation: unknown, text: string][] = [
    ["no operation", null, "Operation must be an object with an operation key"],
    [
      "an unknown operation",
      { foo: 1 },
      "bulkWrite only supports insertOne, updateOne, updateMany, deleteOne, deleteMany",
    ],
    ["a raw operation", { deleteOne: { q: {} } }, "Raw operations are not allowed"],
    [
      "a replacement with operators",
      { replaceOne: { filter: {}, replacement: { $set } } },
      "Replacement document must not use atomic operators",
    ],
  ];
  for (const [what, operation, text] of worded) {
    it(`[STO-86] refuse ${what} in a bulk in the driver's words`, async () => {
      const write = on.collection().bulkWrite([operation as never]);
      expect(await failure(write)).to.equal(invalid(text));
    });
  }
});
