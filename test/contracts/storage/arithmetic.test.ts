import { expect } from "chai";
import { Double, Int32, Long } from "mongodb";
import { canonical, contract, decimal, exactly, failure, long, type Doc } from "./engines.ts";

contract("arithmetic", (on) => {
  const sums: [what: string, before: unknown, update: Doc, after: unknown][] = [
    ["adds integers", 5, { $inc: { v: 2 } }, new Int32(7)],
    ["widens a full integer", 2147483647, { $inc: { v: 1 } }, long("2147483648")],
    ["keeps 64 bits", long("5"), { $inc: { v: 1 } }, long("6")],
    ["keeps 64 bits exact", long("9007199254740993"), { $inc: { v: 2 } }, long("9007199254740995")],
    ["widens by a 64-bit step", 5, { $inc: { v: long("1") } }, long("6")],
    ["goes over to doubles", 5, { $inc: { v: 0.5 } }, new Double(5.5)],
    ["keeps doubles", new Double(1), { $inc: { v: 1 } }, new Double(2)],
    ["adds decimals", decimal("0.10"), { $inc: { v: decimal("0.2") } }, decimal("0.30")],
    ["adds an integer to a decimal", decimal("0.10"), { $inc: { v: 1 } }, decimal("1.10")],
    ["goes over to decimals", 1, { $inc: { v: decimal("0.10") } }, decimal("1.10")],
    ["multiplies integers", 6, { $mul: { v: 7 } }, new Int32(42)],
    ["widens a product", 2147483647, { $mul: { v: 2 } }, long("4294967294")],
    ["multiplies by a fraction", 5, { $mul: { v: 0.5 } }, new Double(2.5)],
    ["multiplies decimals", decimal("1.5"), { $mul: { v: decimal("-2") } }, decimal("-3.0")],
    ["takes the lesser decimal", decimal("2.5"), { $min: { v: decimal("2.4") } }, decimal("2.4")],
    ["takes the greater across types", 2, { $max: { v: decimal("2.5") } }, decimal("2.5")],
    ["leaves an equal value its type", 2, { $max: { v: long("2") } }, new Int32(2)],
    ["starts from nothing", undefined, { $inc: { w: long("3") } }, undefined],
  ];
  for (const [what, before, update, after] of sums) {
    it(`[STO-60] ${what}`, async () => {
      const collection = await on.filled([before === undefined ? { x: 1 } : { v: before }]);
      await collection.updateOne({ _id: 1 as never }, update);
      const found = await collection.findOne({ _id: 1 as never }, exactly);
      if (after === undefined) expect(canonical(found?.["w"])).to.equal(canonical(long("3")));
      else expect(canonical(found?.["v"])).to.equal(canonical(after));
    });
  }

  const zeros: [what: string, by: unknown, zero: unknown][] = [
    ["an integer", 5, new Int32(0)],
    ["a 64-bit integer", long("5"), long("0")],
    ["a double", 0.5, new Double(0)],
  ];
  for (const [what, by, zero] of zeros) {
    it(`[STO-60] multiplies what is missing to zero of the type of ${what}`, async () => {
      const collection = await on.filled([{ x: 1 }]);
      await collection.updateOne({ _id: 1 as never }, { $mul: { v: by } } as never);
      const found = await collection.findOne({ _id: 1 as never }, exactly);
      expect(canonical(found?.["v"])).to.equal(canonical(zero));
    });
  }

  for (const [what, update] of [
    ["a sum", { $inc: { v: 1 } }],
    ["a product", { $mul: { v: 2 } }],
  ] as const) {
    it(`[STO-60] refuses ${what} that 64 bits do not hold and changes nothing`, async () => {
      const collection = await on.filled([{ v: Long.MAX_VALUE }]);
      expect(await failure(collection.updateOne({ _id: 1 as never }, update))).to.equal(2);
      const found = await collection.findOne({}, exactly);
      expect(canonical(found?.["v"])).to.equal(canonical(Long.MAX_VALUE));
    });
  }
});
