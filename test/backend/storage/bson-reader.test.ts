import { expect } from "chai";
import {
  assert as check,
  array,
  bigInt,
  boolean,
  constant,
  date,
  dictionary,
  double,
  integer,
  letrec,
  oneof,
  property,
  string,
  uint8Array,
} from "fast-check";
import { Binary, BSON, Decimal128, Long, ObjectId, Timestamp, UUID } from "mongodb";
import { readDocument } from "../../../backend/platform/storage/embedded/values/bson-reader.ts";

const driverReads = (bytes: Uint8Array) => BSON.deserialize(bytes, { promoteBuffers: false });

/** The driver's error, or JavaScript's for damage that looks like a pattern. */
const isRefusal = (error: unknown) =>
  BSON.BSONError.isBSONError(error) || error instanceof SyntaxError;

/** Types and values, in a form that chai compares exactly. */
const shown = (doc: unknown) => BSON.EJSON.stringify({ doc }, { relaxed: false });

const { value } = letrec<{ value: unknown }>((tie) => ({
  value: oneof(
    { depthSize: "small", withCrossShrink: true },
    string({ unit: "binary" }),
    integer(),
    double(),
    boolean(),
    constant(null),
    date({ noInvalidDate: true }),
    bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((big) => Long.fromBigInt(big)),
    uint8Array({ minLength: 12, maxLength: 12 }).map((id) => new ObjectId(id)),
    uint8Array({ maxLength: 40 }).map((bytes) => new Binary(bytes)),
    array(tie("value"), { maxLength: 4 }),
    dictionary(
      string().filter((name) => !name.includes("\0")),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
}));

const documents = dictionary(
  string({ unit: "grapheme", maxLength: 12 }).filter((name) => !name.includes("\0")),
  value,
  { maxKeys: 8 },
);

describe("the reader of stored documents", () => {
  it("[BSN-1] decodes every document as the driver does", () => {
    check(
      property(documents, (doc) => {
        const bytes = Buffer.from(BSON.serialize(doc));
        const read = readDocument(bytes);
        expect(shown(read)).to.equal(shown(driverReads(bytes)));
        expect(Buffer.from(BSON.serialize(read))).to.deep.equal(
          Buffer.from(BSON.serialize(driverReads(bytes))),
        );
      }),
      { numRuns: 400 },
    );
  });

  const rare: Record<string, unknown> = {
    "a decimal": Decimal128.fromString("1.10"),
    "a timestamp": new Timestamp({ t: 5, i: 6 }),
    "a UUID": new UUID("0f5d2f7c-7b1e-4f0a-9d57-2f3f5a0f2b11"),
    "a regular expression": /^a/i,
    "a 64-bit integer that no number holds": Long.MAX_VALUE,
    "the largest integer that a number holds": Long.fromNumber(2 ** 53),
    "a reference": { $ref: "entries", $id: 1 },
    "a prototype": JSON.parse('{"__proto__": {"polluted": true}}'),
    "an array with holes": [1, undefined, 3],
  };
  for (const [name, item] of Object.entries(rare)) {
    it(`[BSN-1] decodes ${name} as the driver does`, () => {
      const bytes = Buffer.from(BSON.serialize({ before: 1, item, after: "x" }));
      const read = readDocument(bytes);
      expect(shown(read)).to.equal(shown(driverReads(bytes)));
      expect(Object.getPrototypeOf(read)).to.equal(Object.prototype);
    });
  }

  it("[BSN-2] keeps nothing of the bytes, which may be longer than the document and used again", () => {
    const doc = { id: new ObjectId(), bytes: new Binary(Buffer.from("content")), text: "text" };
    const bytes = Buffer.concat([BSON.serialize(doc), Buffer.alloc(50, 7)]);
    const read = readDocument(bytes);
    const before = shown(read);
    bytes.fill(0xff);
    expect(before).to.equal(shown(doc));
    expect(shown(read)).to.equal(before);
  });

  it("[BSN-3] refuses or reads damaged bytes, never beyond them and never for ever", () => {
    check(
      property(
        documents,
        integer({ min: 0 }),
        integer({ min: 1, max: 255 }),
        (doc, where, flip) => {
          const bytes = Buffer.from(BSON.serialize(doc));
          const i = where % bytes.length;
          bytes[i] = (bytes[i] ?? 0) ^ flip;
          let read;
          try {
            read = readDocument(bytes);
          } catch (error) {
            expect(isRefusal(error), String(error)).to.equal(true);
            return;
          }
          expect(read).to.be.an("object");
        },
      ),
      { numRuns: 1_000 },
    );
    for (const length of [0, 1, 3, 4, 5]) {
      expect(() => readDocument(Buffer.alloc(length, 9))).to.throw();
    }
  });

  it("[BSN-3] refuses arbitrary bytes", () => {
    check(
      property(uint8Array({ minLength: 5, maxLength: 60 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        buffer.writeInt32LE(buffer.length);
        try {
          readDocument(buffer);
        } catch (error) {
          expect(isRefusal(error), String(error)).to.equal(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
