import { expect } from "chai";
import { Schema, trusted } from "mongoose";
import { contract, failure, type Doc } from "./engines.ts";

contract("models and aggregation", (on) => {
  describe("aggregation", () => {
    const made = [
      { who: "a", n: 1, tags: ["x"] },
      { who: "b", n: 2, tags: ["x", "y"] },
      { who: "a", n: 5, tags: [] },
    ];

    it("[STO-8] groups, sorts, unwinds and counts", async () => {
      const sales = await on.filled(made);
      const totals = await sales
        .aggregate([
          { $match: { n: { $gte: 1 } } },
          { $group: { _id: "$who", total: { $sum: "$n" } } },
          { $sort: { _id: 1 } },
        ])
        .toArray();
      expect(totals).to.deep.equal([
        { _id: "a", total: 6 },
        { _id: "b", total: 2 },
      ]);
      const tags = await sales
        .aggregate([
          { $unwind: "$tags" },
          { $group: { _id: "$tags", count: { $sum: 1 } } },
          { $sort: { count: -1 } },
        ])
        .toArray();
      expect(tags).to.deep.equal([
        { _id: "x", count: 2 },
        { _id: "y", count: 1 },
      ]);
    });

    it("[STO-8] counts by value", async () => {
      const sales = await on.filled(made);
      const tags = await sales
        .aggregate([{ $unwind: "$tags" }, { $sortByCount: "$tags" }])
        .toArray();
      expect(tags).to.deep.equal([
        { _id: "x", count: 2 },
        { _id: "y", count: 1 },
      ]);
    });

    it("[STO-8] looks up", async () => {
      const sales = await on.filled(made);
      const people = await on.filled([{ key: "a", name: "Ada" }]);
      const joined = await sales
        .aggregate([
          { $match: { n: 5 } },
          {
            $lookup: {
              from: people.collectionName,
              localField: "who",
              foreignField: "key",
              as: "person",
            },
          },
          { $project: { _id: 0, name: { $first: "$person.name" } } },
        ])
        .toArray();
      expect(joined).to.deep.equal([{ name: "Ada" }]);
    });
  });

  describe("through models", () => {
    const schema = new Schema(
      {
        _id: { type: String, required: true },
        email: { type: String, required: true, unique: true },
        at: Date,
        facts: { type: Map, of: Number },
        bytes: Buffer,
        items: [{ _id: false, name: String, count: Number }],
        friend: { type: String, ref: "Person" },
      },
      { optimisticConcurrency: true, timestamps: true },
    );

    before(async () => {
      on.connection.model("Person", schema);
      await on.storage.ready();
    });

    it("[STO-9] saves, loads, changes and populates", async () => {
      const Person = on.connection.model<Doc>("Person");
      await Person.create({
        _id: "ada",
        email: "ada@x",
        facts: { a: 1 },
        bytes: Buffer.from([1, 255]),
        items: [{ name: "x", count: 1 }],
      });
      await Person.create({ _id: "ben", email: "ben@x", friend: "ada" });
      const ada = await Person.findById("ada").orFail();
      ada.set("items.0.count", 5);
      (ada.get("facts") as Map<string, number>).set("b", 2);
      await ada.save();
      const again = await Person.findById("ada").orFail();
      expect(again.get("items.0.count")).to.equal(5);
      expect(again.get("facts.b")).to.equal(2);
      expect([...(again.get("bytes") as Buffer)]).to.deep.equal([1, 255]);
      const ben = await Person.findById("ben")
        .populate<{ friend: { email: string } }>("friend")
        .orFail();
      expect(ben.friend.email).to.equal("ada@x");
    });

    it("[STO-9] refuses a save over someone else's", async () => {
      const Person = on.connection.model<Doc>("Person");
      await Person.create({ _id: "cleo", email: "cleo@x" });
      const [one, two] = [
        await Person.findById("cleo").orFail(),
        await Person.findById("cleo").orFail(),
      ];
      await one.set("at", new Date(1)).save();
      expect(await failure(two.set("at", new Date(2)).save())).to.match(/VersionError/);
    });

    it("[STO-9] has a model's unique index before its first write", async () => {
      const Early = on.connection.model(
        "Early",
        new Schema({ _id: String, k: { type: String, unique: true } }),
      );
      if (on.name !== "embedded") await on.storage.ready();
      const [first, second] = await Promise.allSettled([
        Early.create({ _id: "1", k: "same" }),
        Early.create({ _id: "2", k: "same" }),
      ]);
      expect([first.status, second.status]).to.deep.equal(["fulfilled", "rejected"]);
    });

    it("[STO-10] takes operators in a filter only from code that marks them trusted", async () => {
      const Person = on.connection.model<Doc>("Person");
      await Person.create({ _id: "dan", email: "dan@x" });
      expect(await failure(Person.findOne({ email: { $ne: "" } } as never).exec())).to.match(
        /CastError/,
      );
      expect(await Person.countDocuments({ email: trusted({ $ne: "" }), _id: "dan" })).to.equal(1);
      expect(await failure(Person.find({ unknownPath: 1 }).exec())).to.match(/StrictModeError/);
    });
  });
});
