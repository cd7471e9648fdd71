import { expect } from "chai";
import { assert as assertAlways, constantFrom, integer, property } from "fast-check";
import {
  numberEntry,
  readSimpleDuration,
  storedNumber,
  typedNumber,
  writeDuration,
} from "../../../frontend/agreements/panels/scalar-values.ts";
import { findInsertions, type Insertion } from "../../../frontend/agreements/editor/insertions.ts";

describe("what the facts form stores", () => {
  it("[EDT-8] stores money in minor units and shares in basis points, exactly", () => {
    const stored = integer({ min: 0, max: 9_000_000_000_000 });
    assertAlways(
      property(stored, constantFrom("money", "share", "percent", "int"), (value, type) => {
        const entry = numberEntry(type, "EUR");
        if (entry === undefined) return false;
        return storedNumber(typedNumber(value, entry), entry) === value;
      }),
    );
  });

  it("[EDT-8] keeps a currency without a minor unit in whole units", () => {
    const entry = numberEntry("money", "XOF");
    expect(entry).to.include({ scale: 1, decimals: 0 });
  });

  it("[EDT-8] stores nothing for an empty or half-typed number", () => {
    const entry = numberEntry("money", "EUR");
    if (entry === undefined) throw new Error("money is a number");
    expect(storedNumber("", entry)).to.equal(undefined);
    expect(storedNumber("-", entry)).to.equal(undefined);
    expect(storedNumber("12.", entry)).to.equal(1200);
  });

  it("[EDT-9] reads and writes a duration of one unit, and leaves a mixed one to text", () => {
    expect(readSimpleDuration("P36M")).to.deep.equal({ count: 36, unit: "M" });
    expect(writeDuration({ count: 36, unit: "M" })).to.equal("P36M");
    expect(readSimpleDuration("P1Y6M")).to.equal(undefined);
    expect(readSimpleDuration(undefined)).to.equal(undefined);
  });
});

describe("the insert menu", () => {
  const one = (label: string, note = ""): Insertion => ({
    key: label,
    group: "facts",
    label,
    note,
    command: () => false,
  });
  const all = [one("Bénéfice partagé"), one("Budget total", "12 500,00 €"), one("Article 3")];

  it("[EDT-10] finds words without their accents, in any order, in label or value", () => {
    expect(findInsertions(all, "benefice").map(({ label }) => label)).to.deep.equal([
      "Bénéfice partagé",
    ]);
    expect(findInsertions(all, "TOTAL bud")).to.have.length(1);
    expect(findInsertions(all, "12 500")).to.have.length(1);
    expect(findInsertions(all, "")).to.have.length(3);
    expect(findInsertions(all, "zzz")).to.have.length(0);
  });
});
