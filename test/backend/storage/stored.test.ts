import { inspect } from "node:util";
import { expect } from "chai";
import {
  anything,
  assert as check,
  constantFrom,
  date,
  dictionary,
  double,
  integer,
  letrec,
  oneof,
  property,
  sparseArray,
  string,
} from "fast-check";
import {
  Binary,
  BSON,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from "mongodb";
import { indexSpec, keysOf } from "../../../backend/platform/storage/embedded/store/indexes.ts";
import {
  readDocument,
  readExactly,
} from "../../../backend/platform/storage/embedded/values/bson-reader.ts";
import {
  toBytes,
  toExactDoc,
  toPlainDoc,
  withReferences,
  type Doc,
} from "../../../backend/platform/storage/embedded/values/values.ts";

class Point {
  readonly a = 1;
}

/** What an application may hand over that is stored otherwise, or is near to it. */
const odd = constantFrom<unknown>(
  undefined,
  null,
  -0,
  2 ** 53,
  5n,
  "x\ud800",
  "🜂",
  Symbol("s"),
  () => 1,
  new Point(),
  new Map<string, unknown>([["a", [undefined]]]),
  { toBSON: () => ({ a: 1 }) },
  Object.assign([1], { toBSON: () => [2] }),
  Object.create(null, { a: { value: 1, enumerable: true } }),
  {
    get a() {
      return "got";
    },
  },
  JSON.parse('{"__proto__": {"a": 1}, "2": 1, "1": 2}'),
  { "k\ud800": 1 },
  Buffer.from("bytes"),
  new Uint8Array([1, 2]),
  new Float64Array([1]),
  new Binary(Buffer.from([1]), 0x80),
  new UUID("00112233-4455-6677-8899-aabbccddeeff"),
  new ObjectId("0123456789abcdef01234567"),
  new Int32(1),
  new Double(1),
  new Long(1),
  Long.MAX_VALUE,
  Decimal128.fromString("1.10"),
  new Timestamp({ t: 1, i: 2 }),
  /a.c/gi,
  new BSONSymbol("sym"),
  new Code("return 1", { a: { $ref: "scoped", $id: 1 } }),
  new MinKey(),
  new MaxKey(),
  new DBRef("entries", new ObjectId("0123456789abcdef01234567"), "db", { a: 1 }),
  { $ref: "entries", $id: 1 },
  { $id: 1, a: 1, $ref: "entries" },
  { $ref: "db.entries", $id: { $ref: "entries", $id: 2, $db: "d" } },
  { $ref: "entries", $id: null },
  { $ref: "entries", $id: 1, $other: 1 },
);

const { value } = letrec<{ value: unknown }>((tie) => ({
  value: oneof(
    { depthSize: "small" },
    odd,
    integer(),
    double(),
    date({ noInvalidDate: false }),
    string({ unit: "binary" }),
    anything({ withDate: true, withNullPrototype: true, maxDepth: 2 }),
    sparseArray(tie("value"), { maxLength: 4, maxNumElements: 3 }),
    dictionary(constantFrom("a", "b", "$id", "1", "é"), tie("value"), { maxKeys: 3 }),
  ),
}));

const specs = ["v", "v.a", "v.$id", "v.1"].map((path, i) => indexSpec(i + 1, { [path]: 1 }, {}));
const entries = (doc: Doc) =>
  specs.map((spec) => keysOf(spec, doc).keys.map((key) => key.toString("hex")));
const shown = (doc: unknown) => inspect(doc, { depth: null, maxArrayLength: null });

/** Undefined for what the driver refuses. */
function given<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

describe("what is stored of what was given", () => {
  it("[STO-81] has the index entries of the document given, with and without each number's type", () => {
    check(
      property(value, (v) => {
        const exact = given(() => toExactDoc({ v }));
        if (exact === undefined) return;
        const bytes = toBytes(exact);
        expect(entries(readExactly(bytes))).to.deep.equal(entries(exact));
        expect(entries(readDocument(bytes))).to.deep.equal(entries(exact));
        expect(toBytes(readExactly(bytes)).equals(bytes)).to.equal(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it("[STO-81] is what the driver would send, and reads as it would read it", () => {
    check(
      property(value, (v) => {
        const sent = given(() => BSON.serialize({ v }, { ignoreUndefined: false }));
        const plain = given(() => toPlainDoc({ v }));
        expect(plain === undefined).to.equal(sent === undefined);
        if (sent === undefined) return;
        const read = shown(BSON.deserialize(sent, { promoteBuffers: false }));
        const typed = (bytes: Uint8Array) =>
          shown(BSON.deserialize(bytes, { promoteValues: false }));
        expect(shown(withReferences(plain))).to.equal(read);
        expect(shown(withReferences(readDocument(Buffer.from(sent))))).to.equal(read);
        expect(typed(toBytes(toExactDoc({ v })))).to.equal(typed(sent));
      }),
      { numRuns: 1_000 },
    );
  });
});
