import { expect } from "chai";
import {
  array,
  assert as check,
  asyncProperty,
  boolean,
  constant,
  constantFrom,
  dictionary,
  integer,
  letrec,
  oneof,
  record,
  tuple,
  uniqueArray,
  type Arbitrary,
} from "fast-check";
import { contract, failure, idsOf, type Bench, type Doc } from "./engines.ts";
import { changed, matches, Refused, sorted } from "./model.ts";

const scalar = oneof(
  constant(null),
  integer({ min: -3, max: 3 }),
  constantFrom("", "a", "b", "ab"),
  boolean(),
);
const path = constantFrom("a", "b", "c.x", "c.y");

/** FerretDB compares arrays and documents in its own ways: its documents hold scalars only. */
function documents(isPlain: boolean): Arbitrary<Doc[]> {
  const value = isPlain
    ? scalar
    : oneof(
        { weight: 4, arbitrary: scalar },
        { weight: 1, arbitrary: array(scalar, { maxLength: 3 }) },
        { weight: 1, arbitrary: record({ x: scalar, y: scalar }, { requiredKeys: [] }) },
      );
  const inner = record({ x: scalar, y: value }, { requiredKeys: [] });
  const c = isPlain ? inner : oneof(inner, array(inner, { maxLength: 2 }), scalar);
  return array(record({ a: value, b: value, c }, { requiredKeys: [] }), { maxLength: 10 });
}

const operand = oneof(scalar, constantFrom<unknown>([], ["a"], [1, 2], { x: 1 }, {}));

function filters(isPlain: boolean): Arbitrary<Doc> {
  const compared = isPlain ? scalar.filter((value) => value !== null) : scalar;
  const equal = isPlain ? scalar : operand;
  const simple = oneof(
    record({ $gt: compared }),
    record({ $gte: compared }),
    record({ $lt: compared }),
    record({ $lte: compared }),
    record({ $gte: compared, $lt: compared }),
    record({ $in: array(scalar, { maxLength: 3 }) }),
    record({ $nin: array(scalar, { maxLength: 3 }) }),
    record({ $ne: equal }),
    record({ $exists: boolean() }),
    record({ $size: integer({ min: 0, max: 3 }) }),
  );
  const condition = oneof(equal, simple, record({ $not: simple }));
  const { filter } = letrec<{ filter: Doc }>((tie) => {
    const parts = array(tie("filter"), { minLength: 1, maxLength: 2 });
    return {
      filter: oneof(
        { maxDepth: 2, withCrossShrink: true },
        dictionary(path, condition, { maxKeys: 2 }),
        record({ $or: parts }),
        record({ $and: parts }),
        record({ $nor: parts }),
      ),
    };
  });
  return filter;
}

const order = uniqueArray(tuple(path, constantFrom(1, -1)), {
  maxLength: 2,
  selector: ([name]) => name,
});
const indexes = array(
  uniqueArray(tuple(path, constantFrom(1, -1)), {
    minLength: 1,
    maxLength: 2,
    selector: ([name]) => name,
  }),
  { minLength: 1, maxLength: 2 },
);
const change = oneof(
  tuple(constantFrom("$set", "$min", "$max", "$push", "$addToSet", "$pull"), path, scalar),
  tuple(constantFrom("$inc", "$mul"), path, integer({ min: -2, max: 2 })),
  tuple(constantFrom("$unset"), path, constant("")),
  tuple(constantFrom("$pop"), path, constantFrom(1, -1)),
);

/** Values that equality, ranges and keys of an index see in different ways. */
const oddScalars: unknown[] = [null, 1, 2, "a", {}, { x: 1 }, { x: null }, { x: [1, 2] }];
const oddLists = [[], [1], [1, 2], [null], [[]], [[1]], [{ x: 1 }, { x: null }], [{ x: [1] }, 1]];
const odd = constantFrom<unknown>(...oddScalars, ...oddLists);
const oddPath = constantFrom("a", "a", "b", "b", "a.x", "b.x", "a.0");
/** What a partial index may ask of a path. */
const partialCondition = oneof(
  { weight: 3, arbitrary: odd },
  { weight: 2, arbitrary: record({ $exists: constant(true) }) },
  { weight: 2, arbitrary: record({ $in: array(odd, { minLength: 1, maxLength: 3 }) }) },
  record({ $gt: odd }),
  record({ $gte: odd }),
  record({ $lte: odd }),
  record({ $gte: scalar, $lt: scalar }),
  record({ $type: constantFrom("number", "string", "null", "array", "object") }),
  record({ $exists: constant(true), $lte: scalar }),
);
const oddCondition = oneof(
  { weight: 5, arbitrary: odd },
  { weight: 8, arbitrary: partialCondition },
  record({ $exists: boolean() }),
  record({ $ne: odd }),
  record({ $nin: array(odd, { maxLength: 2 }) }),
  record({ $not: record({ $gt: scalar }) }),
  record({ $size: integer({ min: 0, max: 2 }) }),
  record({ $all: array(odd, { minLength: 1, maxLength: 2 }) }),
  record({ $elemMatch: oneof(record({ x: odd }), record({ $lte: scalar })) }),
  record({ $in: array(odd, { maxLength: 2 }), $ne: scalar }),
);
const partials = dictionary(oddPath, partialCondition, { minKeys: 1, maxKeys: 1 });
const oddOptions = oneof(
  record({
    partialFilterExpression: oneof(
      { weight: 4, arbitrary: partials },
      { weight: 1, arbitrary: record({ $and: array(partials, { minLength: 1, maxLength: 2 }) }) },
      { weight: 1, arbitrary: record({ $or: array(partials, { minLength: 1, maxLength: 2 }) }) },
    ),
  }),
  record({ sparse: boolean() }),
);
const oddIndex = uniqueArray(tuple(oddPath, constantFrom(1, -1)), {
  minLength: 1,
  maxLength: 2,
  selector: ([name]) => name,
});
const someConditions = dictionary(oddPath, oddCondition, { minKeys: 1, maxKeys: 3 });
const oddSort = uniqueArray(tuple(oddPath, constantFrom(1, -1)), {
  maxLength: 1,
  selector: ([name]) => name,
});
const oddFilter = oneof(
  { weight: 4, arbitrary: someConditions },
  { weight: 1, arbitrary: record({ $and: array(someConditions, { minLength: 1, maxLength: 2 }) }) },
  { weight: 2, arbitrary: record({ $or: array(someConditions, { minLength: 1, maxLength: 3 }) }) },
  {
    weight: 1,
    arbitrary: tuple(someConditions, array(someConditions, { minLength: 1, maxLength: 2 })).map(
      ([rest, ways]) => ({ ...rest, $or: ways }),
    ),
  },
);

async function fill(on: Bench, docs: readonly Doc[], definitions: readonly [string, number][][]) {
  const collection = on.collection();
  for (const fields of definitions)
    await collection.createIndex(Object.fromEntries(fields) as never);
  if (docs.length > 0)
    await collection.insertMany(docs as never, { ordered: false }).catch(() => undefined);
  return collection;
}

const numbered = (docs: readonly Doc[]): Doc[] => docs.map((doc, i) => ({ _id: i, ...doc }));

contract("random cases", (on) => {
  const isPlain = on.name === "FerretDB";
  const runs = isPlain ? 60 : 120;

  it("[STO-64] find what the model finds, in its order, with indexes and without", async function () {
    this.timeout(120_000);
    const property = asyncProperty(
      documents(isPlain),
      filters(isPlain),
      order,
      indexes,
      async (docs, filter, fields, definitions) => {
        const sort = [...fields, ["_id", 1] as const];
        const options = { sort: Object.fromEntries(sort) };
        for (const with_ of [[], definitions]) {
          const collection = await fill(on, numbered(docs), with_);
          const stored = (await collection.find({}).sort({ _id: 1 }).toArray()) as unknown as Doc[];
          if (with_.length === 0) expect(stored).to.deep.equal(numbered(docs));
          const wanted = sorted(
            stored.filter((doc) => matches(doc, filter)),
            sort,
          ).map(({ _id }) => _id);
          expect(await idsOf(collection, filter, options)).to.deep.equal(wanted);
          expect(await collection.countDocuments(filter)).to.equal(wanted.length);
          if (on.name === "embedded") await collection.drop();
        }
      },
    );
    await check(property, { numRuns: runs });
  });

  it("[STO-14] find the same with partial, sparse and other indexes as without", async function () {
    this.timeout(120_000);
    // A server that has no partial ones says so here.
    await on.collection().createIndex({ a: 1 }, { partialFilterExpression: { a: 1 } });
    const property = asyncProperty(
      array(record({ a: odd, b: odd }, { requiredKeys: [] }), { minLength: 15, maxLength: 25 }),
      array(tuple(oddFilter, oddSort), { minLength: 15, maxLength: 25 }),
      array(tuple(oddIndex, oddOptions), { minLength: 3, maxLength: 4 }),
      async (docs, asked, definitions) => {
        const collection = await fill(on, numbered(docs), []);
        const answers = async () => {
          const found: unknown[] = [];
          for (const [filter, fields] of asked) {
            const sort = Object.fromEntries([...fields, ["_id", 1]]) as Doc;
            const ids = await idsOf(collection, filter, { sort });
            found.push({ filter, sort, ids, count: await collection.countDocuments(filter) });
          }
          return found;
        };
        const wanted = await answers();
        for (const [fields, options] of definitions) {
          const made = collection.createIndex(Object.fromEntries(fields) as never, options);
          const met = await failure(made);
          // Two lists in one index are refused.
          if (met === 171) continue;
          if (met !== "no error") await made;
          expect(await answers(), JSON.stringify([fields, options])).to.deep.equal(wanted);
          await collection.dropIndex(await made);
        }
        for (const [fields, options] of definitions)
          await failure(collection.createIndex(Object.fromEntries(fields) as never, options));
        expect(await answers(), JSON.stringify(definitions)).to.deep.equal(wanted);
        if (on.name === "embedded") await collection.drop();
      },
    );
    await check(property, { numRuns: runs / 4 });
  });

  it("[STO-64] become what the model makes of them, or are refused as there", async function () {
    this.timeout(120_000);
    const property = asyncProperty(
      documents(isPlain),
      indexes,
      array(change, { minLength: 1, maxLength: 4 }),
      async (docs, definitions, steps) => {
        const collection = await fill(on, numbered(docs), definitions);
        const model = (await collection.find({}).sort({ _id: 1 }).toArray()) as unknown as Doc[];
        for (const [i, [operator, at, by]] of steps.entries()) {
          const target = model[i % Math.max(model.length, 1)];
          if (target === undefined) return;
          const step: Doc = { [operator]: { [at]: by } };
          const update = collection.updateOne({ _id: target["_id"] } as never, step);
          let next: Doc | undefined;
          try {
            next = changed(target, operator, at, by);
          } catch (error) {
            if (!(error instanceof Refused)) throw error;
          }
          const met = await failure(update);
          // Two arrays in one index are refused whatever the update.
          if (met === 171) continue;
          expect(met === "no error", `${operator} ${at}: ${String(met)}`).to.equal(!!next);
          if (next) model[model.indexOf(target)] = next;
        }
        const after = await collection.find({}).sort({ _id: 1 }).toArray();
        expect(after).to.deep.equal(model);
        for (const { a } of model) {
          const filter = { a: a ?? null };
          expect((await idsOf(collection, filter, { sort: { _id: 1 } })).length).to.equal(
            model.filter((doc) => matches(doc, filter)).length,
          );
        }
        if (on.name === "embedded") await collection.drop();
      },
    );
    await check(property, { numRuns: runs });
  });
});
