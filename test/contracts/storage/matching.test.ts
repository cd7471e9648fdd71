import { expect } from "chai";
import { ObjectId } from "mongodb";
import { contract, failure, idsOf, type Doc } from "./engines.ts";

type Case = [what: string, filter: Doc, ids: number[]];

/** Documents 1, 2, 3… and what filters find of them. */
interface Group {
  readonly docs: Doc[];
  readonly indexes: readonly string[];
  readonly cases: readonly Case[];
}

const nothing: Group = {
  docs: [
    { a: null },
    {},
    { a: 0 },
    { a: [] },
    { a: [null] },
    { a: "" },
    { a: { b: null } },
    { a: [{}] },
  ],
  indexes: ["a", "a.b"],
  cases: [
    ["null, which is also missing and an element", { a: null }, [1, 2, 5]],
    ["null by $eq", { a: { $eq: null } }, [1, 2, 5]],
    ["not null", { a: { $ne: null } }, [3, 4, 6, 7, 8]],
    ["null or a value in a list", { a: { $in: [null, 0] } }, [1, 2, 3, 5]],
    ["neither null nor a value", { a: { $nin: [null, 0] } }, [4, 6, 7, 8]],
    ["what exists", { a: { $exists: true } }, [1, 3, 4, 5, 6, 7, 8]],
    ["what does not exist", { a: { $exists: false } }, [2]],
    ["null at least", { a: { $gte: null } }, [1, 2, 5]],
    ["more than null, which nothing is", { a: { $gt: null } }, []],
    ["null below, where an element lacks it too", { "a.b": null }, [1, 2, 3, 6, 7, 8]],
    ["what exists below", { "a.b": { $exists: true } }, [7]],
    ["an empty array", { a: [] }, [4]],
    ["an empty document as value", { a: {} }, [8]],
    ["empty text", { a: "" }, [6]],
  ],
};

const paths: Group = {
  docs: [
    {
      l: [
        { x: 1, y: [{ z: 1 }, { z: 2 }] },
        { x: 2, y: [] },
      ],
    },
    { l: [{ x: 3, y: [{ z: 3 }] }] },
    { l: { x: 1, y: { z: 2 } } },
    { l: [] },
    { l: [{ x: [5, 6] }], m: { 0: "zero" } },
    { l: 7 },
  ],
  indexes: ["l.x", "l.y.z", "l"],
  cases: [
    ["a path through an array", { "l.x": 1 }, [1, 3]],
    ["a path through two arrays", { "l.y.z": 2 }, [1, 3]],
    ["a position in the path", { "l.0.x": 2 }, []],
    ["a position and what is in it", { "l.1.x": 2 }, [1]],
    ["positions in two arrays", { "l.0.y.1.z": 2 }, [1]],
    ["an element of an array at the end of a path", { "l.x": 6 }, [5]],
    ["a whole array at the end of a path", { "l.x": [5, 6] }, [5]],
    ["a number as name", { "m.0": "zero" }, [5]],
    ["a range through arrays", { "l.y.z": { $gte: 2, $lte: 2 } }, [1, 3]],
    ["two ends met by different elements", { "l.x": { $gt: 5, $lt: 6 } }, [5]],
    ["not equal through arrays", { "l.x": { $ne: 1 } }, [2, 4, 5, 6]],
    ["the element's fields together", { l: { $elemMatch: { x: 2, y: { $size: 0 } } } }, [1]],
    [
      "the elements of an inner array together",
      { "l.y": { $elemMatch: { z: { $gt: 1, $lt: 3 } } } },
      [1],
    ],
    ["a size below", { "l.y": { $size: 1 } }, [2]],
    ["existence below", { "l.y.z": { $exists: false } }, [4, 5, 6]],
  ],
};

const lists: Group = {
  docs: [
    { t: ["a", "b", "c"], n: [1, 5] },
    { t: ["b"], n: [3] },
    { t: "b", n: 3 },
    { t: [["a", "b"]], n: [] },
    { t: [], n: [2, 8, 11] },
    { t: ["a", { k: 1 }], n: null },
  ],
  indexes: ["t", "n"],
  cases: [
    ["all of a list", { t: { $all: ["b", "a"] } }, [1]],
    ["all of one", { t: { $all: ["b"] } }, [1, 2, 3]],
    ["all of none, which nothing has", { t: { $all: [] } }, []],
    ["an array in the array", { t: ["a", "b"] }, [4]],
    ["all as one array", { t: { $all: [["a", "b"]] } }, [4]],
    ["the array in its order only", { t: ["c", "b", "a"] }, []],
    ["a document in the array", { t: { k: 1 } }, [6]],
    ["one element between two ends", { n: { $elemMatch: { $gt: 1, $lt: 5 } } }, [2, 5]],
    ["ends met by different elements", { n: { $gt: 4, $lt: 3 } }, [1, 5]],
    ["no such element", { n: { $not: { $elemMatch: { $gt: 4 } } } }, [2, 3, 4, 6]],
    [
      "every element within, by negation",
      { n: { $not: { $gt: 5 }, $exists: true, $ne: null } },
      [1, 2, 3, 4],
    ],
    ["a size of none", { n: { $size: 0 } }, [4]],
    ["a size that a scalar has not", { n: { $size: 1 } }, [2]],
    ["none of a list", { t: { $nin: ["a", "b"] } }, [4, 5]],
    ["a pattern on elements", { t: /^[ac]$/ }, [1, 6]],
    ["a pattern in a list", { t: { $in: [/^c/, /^zz/] } }, [1]],
  ],
};

const logic: Group = {
  docs: [
    { s: "Alpha", n: 1, d: new Date(10) },
    { s: "beta", n: 2, d: new Date(20) },
    { s: "Gamma\ndelta", n: -7, d: new Date(30) },
    { s: 5, n: 2.5, o: { a: 1, b: 2 } },
    { n: "2", o: { b: 2, a: 1 } },
  ],
  indexes: ["s", "n", "d", "o"],
  cases: [
    ["everything", {}, [1, 2, 3, 4, 5]],
    [
      "a disjunction in a conjunction",
      { $and: [{ $or: [{ n: 1 }, { n: 2 }] }, { s: /a$/ }] },
      [1, 2],
    ],
    ["a disjunction beside a field", { n: { $gt: 1 }, $or: [{ s: "beta" }, { s: 5 }] }, [2, 4]],
    ["neither of two", { $nor: [{ n: 1 }, { s: /a/ }] }, [4, 5]],
    ["a negated pattern", { s: { $not: /^[A-Z]/ } }, [2, 4, 5]],
    ["a negated range, which other types are in", { n: { $not: { $gte: 2 } } }, [1, 3, 5]],
    ["a pattern without case", { s: /^ALPHA$/i }, [1]],
    ["a pattern on several lines", { s: /^delta/m }, [3]],
    [
      "a pattern in which a dot is a line's end",
      { s: { $regex: "Gamma.delta", $options: "s" } },
      [3],
    ],
    ["a pattern as operand of $eq, which no text equals", { s: { $eq: /^A/ } }, []],
    ["a remainder", { n: { $mod: [2, 0] } }, [2, 4]],
    ["a negative remainder", { n: { $mod: [4, -3] } }, [3]],
    ["a range of dates", { d: { $gt: new Date(10), $lte: new Date(30) } }, [2, 3]],
    ["a date and not its number", { d: 10 }, []],
    ["a document in its order of fields", { o: { a: 1, b: 2 } }, [4]],
    ["a part of a document, which is not equal", { o: { a: 1 } }, []],
    ["fields in any order by paths", { "o.b": 2, "o.a": 1 }, [4, 5]],
    ["documents in their order", { o: { $gt: { a: 1 } } }, [4, 5]],
    ["bits that are set", { n: { $bitsAllSet: 2 } }, [2]],
    ["text less than text", { s: { $lt: "a" } }, [1, 3]],
    ["a list of one", { n: { $in: [2] } }, [2]],
    ["a list of none", { n: { $in: [] } }, []],
    ["outside of a list of none", { n: { $nin: [] } }, [1, 2, 3, 4, 5]],
    ["two conditions on one field by $and", { $and: [{ n: { $gt: 0 } }, { n: { $lt: 2 } }] }, [1]],
    [
      "an expression between fields",
      { $expr: { $eq: ["$o.a", { $subtract: ["$o.b", 1] }] } },
      [4, 5],
    ],
    ["a comment, which finds nothing by itself", { n: 1, $comment: "why" }, [1]],
  ],
};

contract("filters", (on) => {
  for (const [group, { docs, indexes, cases }] of Object.entries({
    nothing,
    paths,
    lists,
    logic,
  })) {
    describe(group, () => {
      for (const [what, filter, ids] of cases) {
        it(`[STO-2] finds ${what}, by its fields and by indexes`, async () => {
          const collection = await on.filled(docs);
          expect(await idsOf(collection, filter, { sort: { _id: 1 } })).to.deep.equal(ids);
          for (const path of indexes) await collection.createIndex({ [path]: 1 });
          expect(await idsOf(collection, filter, { sort: { _id: 1 } })).to.deep.equal(ids);
          expect(await collection.countDocuments(filter)).to.equal(ids.length);
        });
      }
    });
  }

  const refused: [what: string, filter: Doc, code: number][] = [
    ["an operator that is none", { a: { $grater: 1 } }, 2],
    ["a clause that is none", { $xor: [{ a: 1 }] }, 2],
    ["a list that is none", { a: { $in: 5 } }, 2],
    ["a disjunction of nothing", { $or: [] }, 2],
    ["a conjunction that is no list", { $and: { a: 1 } }, 2],
    ["a remainder without a divisor", { a: { $mod: [2] } }, 2],
    ["a remainder by zero", { a: { $mod: [0, 1] } }, 2],
    ["a size below nothing", { a: { $size: -1 } }, 2],
    ["a negation of a value", { a: { $not: 5 } }, 2],
    ["a pattern that is none", { a: { $regex: "(" } }, 51091],
    ["a type that is none", { a: { $type: "nonsense" } }, 2],
    ["an element's condition that is none", { a: { $elemMatch: 5 } }, 2],
    ["a negation of fields", { a: { $not: { n: 1 } } }, 2],
    ["an operator in a list", { a: { $in: [{ $gt: 1 }] } }, 2],
    ["an operator outside of a list", { a: { $nin: [{ $gt: 1 }] } }, 2],
    ["an operator among all", { a: { $all: [{ $gt: 1 }] } }, 2],
    ["more than a pattern", { a: { $gt: /x/ } }, 2],
    ["a number of no type", { a: { $type: 99 } }, 2],
    ["no type", { a: { $type: [] } }, 9],
    ["a type that is a document", { a: { $type: {} } }, 14],
    ["a pattern's option that is none", { a: { $regex: "x", $options: "q" } }, 51108],
    ["bits that are text", { a: { $bitsAllSet: "x" } }, 2],
    ["bits below nothing", { a: { $bitsAllClear: -1 } }, 9],
    ["a remainder by text", { a: { $mod: ["x", 1] } }, 2],
  ];
  for (const [what, filter, code] of refused) {
    it(`[STO-2] refuses ${what}, with MongoDB's code`, async () => {
      const collection = await on.filled([{ a: 1 }]);
      expect(await failure(collection.find(filter).toArray())).to.equal(code);
    });
  }

  it("[STO-75] refuses them before anything is read or deleted, whatever index would answer", async () => {
    const collection = await on.filled([{ a: 1 }, { a: 2 }]);
    await collection.createIndex({ a: 1 });
    const faults: Doc[] = [
      { $and: [] },
      { $and: [3] },
      { $and: [{ $and: [] }] },
      { _id: 1, $and: [] },
      { a: 1, $and: [] },
      { $and: [{ a: 1 }, { $or: [] }] },
      { a: { $in: [1, { $gt: 1 }] } },
      { a: { $and: [{ _id: 1 }] } },
      { a: { $not: { $nor: [{ _id: 3 }] } } },
      { a: { $not: { $ref: "a", $id: 1 } } },
      { a: { $elemMatch: { $gt: 0, $expr: true } } },
    ];
    for (const fault of faults) {
      expect(await failure(collection.deleteMany(fault))).to.equal(2);
      expect(await failure(collection.countDocuments(fault))).to.equal(2);
      expect(await failure(on.collection().findOne(fault))).to.equal(2);
    }
    expect(await collection.countDocuments({})).to.equal(2);
  });

  it("[STO-2] takes an object whose first name is no operator for a value", async () => {
    const collection = await on.filled([{ a: [1, { n: 1 }] }, { a: 6 }]);
    expect(await idsOf(collection, { a: { n: 1, $gt: 5 } })).to.deep.equal([]);
  });

  it("[STO-2] finds by _id of any type", async () => {
    const collection = on.collection();
    const ids: unknown[] = [1, "1", new ObjectId(), { a: 1, b: [2] }, new Date(5), 2.5, true];
    for (const id of ids) await collection.insertOne({ _id: id as never });
    for (const id of ids) {
      expect(await collection.countDocuments({ _id: id as never })).to.equal(1);
      expect((await collection.findOne({ _id: id as never }))?._id).to.deep.equal(id);
    }
    expect(await collection.countDocuments({ _id: { $in: ids } as never })).to.equal(ids.length);
    expect(await collection.countDocuments({ _id: { b: [2], a: 1 } as never })).to.equal(0);
  });
});
