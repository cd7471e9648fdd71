import { expect } from "chai";
import { Binary, BSON, Decimal128, Long, ObjectId, Timestamp } from "mongodb";
import { contract, idsOf, type Doc } from "./engines.ts";

contract("reading", (on) => {
  describe("values", () => {
    const values: [what: string, fields: Doc][] = [
      ["decimals", { money: Decimal128.fromString("1234567890.10") }],
      ["arrays in arrays", { list: [1, "two", null, [3, { four: 4.5 }]] }],
      [
        "every other type",
        {
          id: new ObjectId("0123456789abcdef01234567"),
          at: new Date("2026-02-03T04:05:06.789Z"),
          bytes: new Binary(Buffer.from([0, 255, 254, 1])),
          big: Long.fromString("9007199254740993"),
          stamp: new Timestamp({ t: 5, i: 6 }),
          text: "Ünïcode \u0000 🜂",
          list: [1, "two", null, { four: 4.5 }],
          nested: { a: { b: { c: true } }, empty: {}, none: [] },
          nothing: null,
          pattern: /^a.c$/i,
          negative: -0.5,
        },
      ],
    ];
    for (const [what, fields] of values) {
      it(`[STO-1] gives back ${what} as they were stored`, async () => {
        const doc = { _id: "types", ...fields };
        const collection = on.collection();
        await collection.insertOne(doc as never);
        const found = await collection.findOne({ _id: "types" as never }, {
          promoteBuffers: false,
        } as never);
        expect(BSON.EJSON.stringify(found, { relaxed: false })).to.equal(
          BSON.EJSON.stringify(doc, { relaxed: false }),
        );
      });
    }

    it("[STO-1] keeps bytes apart that only differ where UTF-8 cannot tell", async () => {
      const collection = await on.filled([{ b: new Binary(Buffer.from([0xff])) }]);
      await collection.updateOne(
        { _id: 1 as never },
        { $set: { b: new Binary(Buffer.from([0xfe])) } },
      );
      expect(await idsOf(collection, { b: new Binary(Buffer.from([0xfe])) })).to.deep.equal([1]);
      expect(await idsOf(collection, { b: new Binary(Buffer.from([0xff])) })).to.deep.equal([]);
    });

    it("[STO-1] orders values of different types as MongoDB does", async () => {
      const inOrder: unknown[] = [
        null,
        -3,
        1.5,
        Long.fromNumber(2),
        "",
        "a",
        "b",
        { a: 1 },
        new Binary(Buffer.from([1])),
        new ObjectId(),
        false,
        true,
        new Date(0),
      ];
      const collection = await on.filled(inOrder.toReversed().map((v) => ({ v })));
      const docs = await collection.find({}).sort({ v: 1 }).toArray();
      expect(docs.map(({ _id }) => _id as unknown)).to.deep.equal(
        inOrder.map((_, i) => inOrder.length - i),
      );
    });

    it("[STO-1] sorts text by UTF-8 bytes, beyond the basic plane too", async () => {
      const collection = await on.filled([{ t: "\u{1F702}" }, { t: "\uFB01" }, { t: "z" }]);
      expect(await idsOf(collection, {}, { sort: { t: 1 } })).to.deep.equal([3, 2, 1]);
    });
  });

  describe("filters", () => {
    const people = [
      { name: "Ada", age: 36, tags: ["a", "b"], home: { city: "Lyon" } },
      { name: "Ben", age: 41, tags: [], home: { city: "Lille" } },
      {
        name: "Cleo",
        age: null,
        tags: ["b", "c"],
        roles: [
          { as: "lead", since: 1 },
          { as: "lawyer", since: 5 },
        ],
      },
      { name: "Dan", tags: ["d"], roles: [{ as: "lead", since: 9 }] },
    ];
    const cases: [what: string, filter: Doc, ids: number[]][] = [
      ["equality", { name: "Ben" }, [2]],
      ["a nested path", { "home.city": "Lyon" }, [1]],
      ["a whole embedded document", { home: { city: "Lille" } }, [2]],
      ["an element of an array", { tags: "b" }, [1, 3]],
      ["a whole array", { tags: ["b", "c"] }, [3]],
      ["an empty array", { tags: [] }, [2]],
      ["null, which missing is too", { age: null }, [3, 4]],
      ["greater than, only within the type", { age: { $gt: 0 } }, [1, 2]],
      ["a closed range", { age: { $gte: 36, $lte: 41 } }, [1, 2]],
      ["an open range", { age: { $gt: 36, $lt: 41 } }, []],
      ["one of a list", { name: { $in: ["Dan", "Ada", "Nobody"] } }, [1, 4]],
      ["one of a list with null", { age: { $in: [null, 41] } }, [2, 3, 4]],
      ["none of a list", { name: { $nin: ["Dan", "Ada"] } }, [2, 3]],
      ["not equal", { name: { $ne: "Ada" } }, [2, 3, 4]],
      ["not equal on an array: no element may", { tags: { $ne: "b" } }, [2, 4]],
      ["existence", { age: { $exists: true } }, [1, 2, 3]],
      ["absence", { home: { $exists: false } }, [3, 4]],
      ["a type", { age: { $type: "null" } }, [3]],
      ["a regular expression", { name: /^[AB]/ }, [1, 2]],
      ["$regex with options", { name: { $regex: "^c", $options: "i" } }, [3]],
      ["all of a list", { tags: { $all: ["c", "b"] } }, [3]],
      ["a size", { tags: { $size: 2 } }, [1, 3]],
      [
        "one element fulfilling all",
        { roles: { $elemMatch: { as: "lead", since: { $gt: 5 } } } },
        [4],
      ],
      ["different elements fulfilling parts", { "roles.as": "lawyer", "roles.since": 1 }, [3]],
      ["a negated operator", { age: { $not: { $gt: 40 } } }, [1, 3, 4]],
      ["a disjunction", { $or: [{ name: "Ada" }, { tags: "d" }] }, [1, 4]],
      ["neither", { $nor: [{ name: "Ada" }, { tags: "d" }] }, [2, 3]],
      ["a conjunction", { $and: [{ tags: "b" }, { name: "Cleo" }] }, [3]],
      ["a remainder", { age: { $mod: [5, 1] } }, [1, 2]],
      ["an array index", { "tags.1": "c" }, [3]],
      ["an expression", { $expr: { $gt: [{ $size: "$tags" }, 1] } }, [1, 3]],
    ];
    for (const [what, filter, ids] of cases) {
      it(`[STO-2] finds by ${what}, with and without indexes`, async () => {
        const collection = await on.filled(people);
        expect(await idsOf(collection, filter, { sort: { _id: 1 } })).to.deep.equal(ids);
        for (const path of ["name", "age", "tags", "home.city", "roles.as"])
          await collection.createIndex({ [path]: 1 });
        await collection.createIndex({ home: -1 });
        expect(await idsOf(collection, filter, { sort: { _id: 1 } })).to.deep.equal(ids);
        expect(await collection.countDocuments(filter)).to.equal(ids.length);
      });
    }

    it("[STO-2] pages through a sort and projects", async () => {
      const collection = await on.filled(
        Array.from({ length: 700 }, (_, i) => ({ n: (i * 3) % 700, x: i })),
      );
      const docs = await collection
        .find({}, {
          sort: { n: -1 },
          skip: 300,
          limit: 2,
          projection: { n: 1, _id: 0 },
        } as never)
        .toArray();
      expect(docs).to.deep.equal([{ n: 399 }, { n: 398 }]);
      const without = await collection.findOne({ n: 0 }, { projection: { x: 0 } } as never);
      expect(without).to.deep.equal({ _id: 1, n: 0 });
    });

    it("[STO-2] streams more documents than one batch in insertion order", async () => {
      const collection = await on.filled(Array.from({ length: 1000 }, (_, i) => ({ i })));
      const seen: unknown[] = [];
      for await (const doc of collection.find({ i: { $gte: 10 } } as never)) seen.push(doc["i"]);
      expect(seen).to.deep.equal(Array.from({ length: 990 }, (_, i) => i + 10));
    });

    it("[STO-105] gives what several ways of a disjunction find once, in any pages and order", async () => {
      const docs = Array.from({ length: 700 }, (_, i) => ({
        n: i % 10,
        u: `u${i}`,
        t: [i, i + 1],
      }));
      const collection = await on.filled(docs);
      await collection.createIndex({ n: 1 });
      await collection.createIndex({ u: 1 }, { unique: true });
      await collection.createIndex({ t: 1 });
      const between = { $gte: 100, $lt: 400 };
      const filter = {
        $or: [{ u: "u3" }, { n: 3 }, { u: "u650" }, { t: between }, { _id: 700 }],
      } as Doc;
      const isWanted = (i: number) =>
        i % 10 === 3 || i === 650 || (i >= 99 && i < 400) || i === 699;
      const wanted = docs.flatMap((_, i) => (isWanted(i) ? [i + 1] : []));
      const inOrder = (ids: number[]) => ids.sort((a, b) => a - b);
      for (const batchSize of [2, 101, 1000])
        expect(inOrder(await idsOf(collection, filter, { batchSize }))).to.deep.equal(wanted);
      const paged: number[] = [];
      for (let skip = 0; skip < wanted.length; skip += 37)
        paged.push(...(await idsOf(collection, filter, { skip, limit: 37 })));
      expect(inOrder(paged)).to.deep.equal(wanted);
      const backwards = await idsOf(collection, filter, { sort: { _id: -1 } });
      expect(backwards).to.deep.equal(wanted.toReversed());
      expect(await collection.countDocuments(filter)).to.equal(wanted.length);
      const { modifiedCount } = await collection.updateMany(filter, { $set: { n: 3 } });
      expect(modifiedCount).to.equal(wanted.length - 70);
      expect((await collection.deleteMany(filter)).deletedCount).to.equal(wanted.length);
    });

    it("[STO-2] lists distinct values, elements of arrays one by one", async () => {
      const collection = await on.filled(people);
      expect(new Set(await collection.distinct("tags"))).to.deep.equal(
        new Set(["a", "b", "c", "d"]),
      );
    });
  });
});
