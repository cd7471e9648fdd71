import { expect } from "chai";
import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from "mongodb";
import { Schema } from "mongoose";
import {
  canonical,
  contract,
  decimal,
  exactly,
  failure,
  idsOf,
  long,
  type Doc,
} from "./engines.ts";

function nested(levels: number): Doc {
  let doc: Doc = { end: true };
  for (let i = 1; i < levels; i++) doc = { d: doc };
  return doc;
}

contract("values", (on) => {
  describe("of every type", () => {
    const values: [what: string, value: unknown][] = [
      ["a 32-bit integer", new Int32(7)],
      ["the least 32-bit integer", new Int32(-2147483648)],
      ["a whole double", new Double(1)],
      ["a fraction", new Double(0.1)],
      ["negative zero", new Double(-0)],
      ["not a number", new Double(NaN)],
      ["infinity", new Double(Infinity)],
      ["negative infinity", new Double(-Infinity)],
      ["the least double", new Double(5e-324)],
      ["a small 64-bit integer", long("5")],
      ["a 64-bit integer no double holds", long("9007199254740993")],
      ["the least 64-bit integer", Long.MIN_VALUE],
      ["the greatest 64-bit integer", Long.MAX_VALUE],
      ["a decimal with its zeros", decimal("1.2300")],
      ["a decimal of 34 digits", decimal("1234567890123456789012345678901234")],
      ["a decimal that is not a number", decimal("NaN")],
      ["text", "Ünïcode 🜂"],
      ["text with NUL", "a\u0000b"],
      ["no text", ""],
      ["true", true],
      ["null", null],
      ["an ObjectId", new ObjectId("0123456789abcdef01234567")],
      ["a moment", new Date("2026-02-03T04:05:06.789Z")],
      ["a moment before 1970", new Date(-1)],
      ["bytes", new Binary(Buffer.from([0, 255, 254]))],
      ["no bytes", new Binary(Buffer.alloc(0))],
      ["a UUID", new UUID("00112233-4455-6677-8899-aabbccddeeff").toBinary()],
      ["bytes of a subtype of one's own", new Binary(Buffer.from([1, 2]), 0x80)],
      ["an MD5", new Binary(Buffer.alloc(16, 7), Binary.SUBTYPE_MD5)],
      ["a timestamp", new Timestamp({ t: 5, i: 6 })],
      ["a pattern", new BSONRegExp("^a.c$", "im")],
      ["a symbol", new BSONSymbol("sym")],
      ["code", new Code("return 1")],
      ["the least key", new MinKey()],
      ["the greatest key", new MaxKey()],
      ["an empty document", {}],
      ["an empty array", []],
      ["a document of odd names", { "a b": 1, "a.b": 2, $c: 3, "": 4, é: 5, toString: 6 }],
      ["a document in its order", { z: 1, a: 2, 10: 3, 2: 4 }],
      ["a mixed array", [new Int32(1), new Double(1), long("1"), "1", null, { one: [] }]],
    ];
    for (const [what, value] of values) {
      it(`[STO-1] comes back as it was stored: ${what}`, async () => {
        const collection = await on.filled([{ value }]);
        const found = await collection.findOne({ _id: 1 as never }, exactly);
        expect(canonical(found?.["value"])).to.equal(canonical(value));
      });

      it(`[STO-1] keeps its type when the document changes elsewhere: ${what}`, async () => {
        const collection = await on.filled([{ value, n: 1 }]);
        await collection.updateOne({ _id: 1 as never }, { $inc: { n: 1 }, $set: { "m.x": 1 } });
        await collection.findOneAndUpdate({ _id: 1 as never }, { $set: { n: 9 } });
        const found = await collection.findOne({ _id: 1 as never }, exactly);
        expect(canonical(found?.["value"])).to.equal(canonical(value));
      });
    }

    it("[STO-1] keeps a field called __proto__ a field", async () => {
      const collection = await on.filled([JSON.parse('{"__proto__": {"polluted": 1}, "n": 1}')]);
      await collection.updateOne({ _id: 1 as never }, { $set: { "m.__proto__.x": 2, n: 2 } });
      const found = await collection.findOne({ _id: 1 as never });
      expect(JSON.stringify(found)).to.equal(
        '{"_id":1,"__proto__":{"polluted":1},"n":2,"m":{"__proto__":{"x":2}}}',
      );
      expect(Object.getPrototypeOf({})).not.to.have.property("polluted");
    });

    it("[STO-1] stores what is undefined as null", async () => {
      const collection = await on.filled([{ a: undefined, b: [undefined] }]);
      expect(await collection.findOne({})).to.deep.equal({ _id: 1, a: null, b: [null] });
    });

    it("[STO-1] reads 64-bit integers as numbers while these hold them", async () => {
      const collection = await on.filled([
        { a: long("9007199254740992"), b: long("9007199254740993"), c: long("-5") },
      ]);
      const found = await collection.findOne({});
      expect(found?.["a"]).to.equal(2 ** 53);
      expect(String(found?.["b"])).to.equal("9007199254740993");
      expect(found?.["c"]).to.equal(-5);
    });

    it("[STO-1] reads 64-bit integers as bigints where that is asked for", async () => {
      const collection = await on.filled([{ a: long("5"), b: 9007199254740993n }]);
      const found = await collection.findOne({}, { useBigInt64: true } as never);
      expect([found?.["a"], found?.["b"]]).to.deep.equal([5n, 9007199254740993n]);
    });

    it("[STO-1] nests a hundred levels", async () => {
      const doc = nested(100);
      const collection = await on.filled([doc]);
      await collection.updateOne({ _id: 1 as never }, { $set: { n: 1 } });
      expect(await collection.findOne({})).to.deep.equal({ _id: 1, ...doc, n: 1 });
    });

    it("[STO-1] refuses to nest beyond what can be read again", async () => {
      const collection = on.collection();
      expect(await failure(collection.insertOne(nested(250)))).not.to.equal("no error");
      expect(await collection.countDocuments({})).to.equal(0);
    });

    it("[STO-1] stores up to 16 MiB and no more", async () => {
      const collection = on.collection();
      const room = 16 * 1024 * 1024 - 64;
      await collection.insertOne({ _id: 1 as never, text: "x".repeat(room) });
      const found = await collection.findOne({ _id: 1 as never });
      expect(found?.["text"]).to.have.length(room);
      const tooMuch = { _id: 2 as never, text: "x".repeat(room + 128) };
      expect(await failure(collection.insertOne(tooMuch))).not.to.equal("no error");
      const growing = collection.updateOne({ _id: 1 as never }, { $set: { more: "y".repeat(99) } });
      expect(await failure(growing)).not.to.equal("no error");
      expect(await collection.countDocuments({})).to.equal(1);
    });
  });

  describe("in models", () => {
    const schema = new Schema(
      {
        _id: String,
        big: BigInt,
        int: Schema.Types.Int32,
        double: Schema.Types.Double,
        money: Schema.Types.Decimal128,
        uuid: Schema.Types.UUID,
        bytes: Buffer,
        map: { type: Map, of: Schema.Types.BigInt },
        any: Schema.Types.Mixed,
        at: Date,
        n: Number,
      },
      { minimize: false },
    );
    before(async () => {
      on.connection.model("Typed", schema);
      await on.storage.ready();
    });

    it("[STO-1] have the type in storage that the schema says, after changes too", async () => {
      const Typed = on.connection.model<Doc>("Typed");
      await Typed.create({
        _id: "t",
        big: 5n,
        int: 5,
        double: 5,
        money: "5.10",
        uuid: "00112233-4455-6677-8899-aabbccddeeff",
        bytes: Buffer.from([1]),
        map: { a: 1n },
        any: { list: [1n] },
        at: new Date(5),
        n: 1,
      });
      const loaded = await Typed.findById("t").orFail();
      loaded.set("n", 2);
      await loaded.save();
      await Typed.updateOne({ _id: "t" }, { $inc: { n: 1 } });
      const stored = await Typed.collection.findOne({ _id: "t" as never }, exactly);
      const types = (stored as Doc | null) ?? {};
      expect(canonical([types["big"], types["int"], types["double"], types["money"]])).to.equal(
        canonical([long("5"), new Int32(5), new Double(5), decimal("5.10")]),
      );
      expect(canonical([types["map"], types["any"], types["n"]])).to.equal(
        canonical([{ a: long("1") }, { list: [long("1")] }, new Int32(3)]),
      );
      const again = await Typed.findById("t").orFail();
      expect(again.get("big")).to.equal(5n);
      expect(String(again.get("money"))).to.equal("5.10");
      expect(String(again.get("uuid"))).to.equal("00112233-4455-6677-8899-aabbccddeeff");
      expect((again.get("map") as Map<string, bigint>).get("a")).to.equal(1n);
    });
  });

  describe("compared", () => {
    const one: readonly unknown[] = [1, new Double(1), long("1"), decimal("1"), decimal("1.000")];

    it("[STO-1] finds a number by each type of its value", async () => {
      const collection = await on.filled(one.map((v) => ({ v })));
      for (const index of [false, true]) {
        if (index) await collection.createIndex({ v: 1 });
        for (const v of one) {
          expect(await idsOf(collection, { v }, { sort: { _id: 1 } })).to.deep.equal([
            1, 2, 3, 4, 5,
          ]);
        }
      }
    });

    it("[STO-16] takes equal numbers of different types for one unique key", async () => {
      const collection = await on.filled([{ v: decimal("0.5") }, { v: long("3") }]);
      await collection.createIndex({ v: 1 }, { unique: true });
      for (const v of [0.5, decimal("0.50"), 3, decimal("3.0"), new Double(3)])
        expect(await failure(collection.insertOne({ v }))).to.equal(11000);
      for (const v of [decimal("0.1"), 0.1, long("9007199254740993"), 9007199254740992])
        await collection.insertOne({ v });
      expect(await failure(collection.insertOne({ v: decimal("0.10") }))).to.equal(11000);
      expect(await collection.countDocuments({})).to.equal(6);
    });

    it("[STO-16] orders numbers by their exact values, with and without an index", async () => {
      const inOrder: readonly unknown[] = [
        NaN,
        -Infinity,
        decimal("-1E+400"),
        -2,
        -0.1,
        decimal("-0.1"),
        decimal("-1E-400"),
        0,
        decimal("1E-400"),
        decimal("0.1"),
        0.1,
        decimal("0.10000000000000001"),
        1,
        9007199254740992,
        long("9007199254740993"),
        decimal("9007199254740993.5"),
        long("9007199254740995"),
        1e300,
        decimal("1E+400"),
        Infinity,
      ];
      const collection = await on.filled(inOrder.toReversed().map((v) => ({ v })));
      const ids = inOrder.map((_, i) => inOrder.length - i);
      expect(await idsOf(collection, {}, { sort: { v: 1 } })).to.deep.equal(ids);
      await collection.createIndex({ v: 1 });
      expect(await idsOf(collection, {}, { sort: { v: 1 } })).to.deep.equal(ids);
      expect(await idsOf(collection, { v: { $gt: 0.1 } }, { sort: { v: 1 } })).to.deep.equal(
        ids.slice(11),
      );
    });

    it("[STO-1] orders every type as MongoDB does, both ways and through an index", async () => {
      const inOrder: readonly unknown[] = [
        new MinKey(),
        [],
        null,
        -1,
        long("2"),
        "",
        "b",
        { a: 1 },
        { a: 2 },
        { b: 0 },
        new Binary(Buffer.from([9])),
        new Binary(Buffer.from([1, 1])),
        new Binary(Buffer.from([1, 1]), 5),
        new ObjectId("000000000000000000000001"),
        new ObjectId("000000000000000000000002"),
        false,
        true,
        new Date(-5),
        new Date(5),
        new Timestamp({ t: 1, i: 1 }),
        new Timestamp({ t: 1, i: 2 }),
        /a/,
        /b/,
        new MaxKey(),
      ];
      const collection = await on.filled(inOrder.toReversed().map((v) => ({ v })));
      const ids = inOrder.map((_, i) => inOrder.length - i);
      expect(await idsOf(collection, {}, { sort: { v: 1 } })).to.deep.equal(ids);
      expect(await idsOf(collection, {}, { sort: { v: -1 } })).to.deep.equal(ids.toReversed());
      await collection.createIndex({ v: -1 });
      expect(await idsOf(collection, {}, { sort: { v: 1 } })).to.deep.equal(ids);
    });

    const typed: readonly unknown[] = [
      1,
      new Double(1),
      long("1"),
      1.5,
      "1",
      { one: 1 },
      [[]],
      new Binary(Buffer.from([1])),
      new ObjectId(),
      true,
      new Date(1),
      null,
      /1/,
      new Timestamp({ t: 1, i: 1 }),
    ];
    const types: [type: string | number, ids: number[]][] = [
      ["int", [1]],
      ["double", [2, 4]],
      ["long", [3]],
      ["number", [1, 2, 3, 4]],
      ["string", [5]],
      ["object", [6]],
      ["array", [7]],
      ["binData", [8]],
      ["objectId", [9]],
      ["bool", [10]],
      ["date", [11]],
      ["null", [12]],
      ["regex", [13]],
      ["timestamp", [14]],
      [16, [1]],
      [18, [3]],
    ];
    for (const [type, ids] of types) {
      it(`[STO-2] finds by the type ${type}`, async () => {
        const collection = await on.filled([...typed.map((v) => ({ v })), {}]);
        const found = await idsOf(collection, { v: { $type: type } }, { sort: { _id: 1 } });
        expect(found).to.deep.equal(ids);
      });
    }

    it("[STO-2] finds by the types that only servers of MongoDB's maker have", async () => {
      const collection = await on.filled([{ v: decimal("1") }, { v: new MinKey() }, { v: 1 }]);
      for (const [type, ids] of [
        ["decimal", [1]],
        ["number", [1, 3]],
        ["minKey", [2]],
        [-1, [2]],
        [
          ["decimal", "minKey"],
          [1, 2],
        ],
      ] as const) {
        const found = await idsOf(collection, { v: { $type: type } }, { sort: { _id: 1 } });
        expect(found).to.deep.equal(ids);
      }
    });
  });
});
