import { readFileSync } from "node:fs";
import { expect } from "chai";
import * as fc from "fast-check";
import { z } from "zod";
import { powerIndices, shapleyValue, shareCost } from "../../../domain/decisions/power.ts";
import { addRational, formatRational } from "../../../domain/decisions/ratio.ts";
import type { RollEntry, Test } from "../../../domain/decisions/rule.ts";
import { runPowerVector, runShapleyVector } from "../../support/decision-vectors.ts";

const vectors = z
  .looseObject({
    power: z.array(z.looseObject({ id: z.string(), swings: z.array(z.number()) })),
    shapley: z.array(z.looseObject({ id: z.string(), shapley: z.array(z.string()) })),
  })
  .parse(
    JSON.parse(readFileSync(new URL("../../fixtures/decisions.json", import.meta.url), "utf8")),
  );

const seats = (weights: readonly (number | string)[]): RollEntry[] =>
  weights.map((weight, i) => ({ partner: `P${i + 1}`, weight: String(weight), delegates: [] }));
const share = (ratio: string, unit: Test["unit"], cmp: Test["cmp"] = "gte"): Test => ({
  of: "for",
  base: "members",
  unit,
  cmp,
  ratio,
});
const sum = (fractions: readonly string[]): string =>
  formatRational(
    fractions
      .map((text) => ({
        num: BigInt(text.split("/")[0] ?? "0"),
        den: BigInt(text.split("/")[1] ?? "1"),
      }))
      .reduce(addRational, { num: 0n, den: 1n }),
  );

describe("power indices", () => {
  for (const vector of vectors.power) {
    it(`[POW-1] computes ${vector.id} exactly`, () => {
      const { swings, banzhaf, banzhaf_absolute, shapley_shubik } = runPowerVector(vector);
      expect({ swings, banzhaf, banzhaf_absolute, shapley_shubik }).to.deep.equal({
        swings: vector.swings,
        banzhaf: vector["banzhaf"],
        banzhaf_absolute: vector["banzhaf_absolute"],
        shapley_shubik: vector["shapley_shubik"],
      });
    });
  }

  it("[POW-1] computes the published indices of the Security Council and of EEC 1973", () => {
    const council = runPowerVector({
      quota: 39,
      weights: [7, 7, 7, 7, 7, ...Array<number>(10).fill(1)],
    });
    expect(council.swings.slice(4, 6)).to.deep.equal([848, 84]);
    expect(council.shapley_shubik.slice(4, 6)).to.deep.equal(["421/2145", "4/2145"]);
    const eec = runPowerVector({ quota: 41, weights: [10, 10, 10, 10, 5, 5, 3, 3, 2] });
    expect(eec.banzhaf).to.deep.equal(
      ["53", "53", "53", "53", "29", "29", "21", "21", "5"].map((n) => `${n}/317`),
    );
  });

  it("[POW-1] computes 27 partners of a few weights, more than can be listed one by one", () => {
    const union = runPowerVector({
      quota: 6500,
      weights: [1400, 1400, 1400, ...Array<number>(24).fill(240)],
    });
    expect(sum(union.shapley_shubik)).to.equal("1");
  });

  it("[POW-2] takes any combination of tests: two thirds of the budget and more than half of the partners", () => {
    const both = { approval: [share("2/3", "weight"), share("1/2", "partner", "gt")] };
    const power = powerIndices(both, seats([55, 25, 12, 8]));
    expect(power.banzhaf).to.deep.equal(["2/5", "1/5", "1/5", "1/5"]);
    expect(power).to.deep.include({
      vetoPlayers: ["P1"],
      dictator: undefined,
      smallestWinning: 3,
      smallestBlocking: 1,
    });
  });

  it("[POW-3] names the dictator and the dummies", () => {
    const power = powerIndices(
      { approval: [share("1/2", "weight", "gt")] },
      seats([55, 25, 12, 8]),
    );
    expect(power.banzhaf).to.deep.equal(["1", "0", "0", "0"]);
    expect(power).to.deep.include({
      dictator: "P1",
      dummies: ["P2", "P3", "P4"],
      smallestWinning: 1,
    });
  });

  it("[POW-4] gives a suspended partner no power and keeps it in the base", () => {
    const roll = seats([1, 1, 1]).map((e, i) => (i === 2 ? { ...e, suspended: true } : e));
    const power = powerIndices({ approval: [share("2/3", "partner")] }, roll);
    expect(power.banzhaf).to.deep.equal(["1/2", "1/2", "0"]);
    expect(power.swings).to.deep.equal(["2", "2", "0"]);
  });

  it("[POW-5] refuses a roll too large to enumerate", () => {
    const weights = Array.from({ length: 21 }, (_, i) => i + 1);
    expect(() => powerIndices({ approval: [share("1/2", "weight")] }, seats(weights)))
      .to.throw()
      .with.property("code", "roll-too-large");
  });

  const anyGame = fc.record({
    weights: fc.array(fc.nat(6), { minLength: 1, maxLength: 6 }),
    num: fc.integer({ min: 1, max: 6 }),
  });

  it("[POW-6] sums to one, treats equals equally, and gives nothing exactly to dummies", () => {
    fc.assert(
      fc.property(anyGame, ({ weights, num }) => {
        const rule = { approval: [share(`${num}/6`, "weight"), share("1/3", "partner")] };
        const power = powerIndices(rule, seats(weights));
        if (power.smallestWinning === undefined) return;
        expect(sum(power.banzhaf)).to.equal("1");
        expect(sum(power.shapleyShubik)).to.equal("1");
        weights.forEach((weight, i) => {
          const twin = weights.indexOf(weight);
          expect(power.banzhaf[i]).to.equal(power.banzhaf[twin]);
          const isDummy = power.dummies.includes(`P${i + 1}`);
          expect(power.shapleyShubik[i] === "0").to.equal(isDummy);
        });
      }),
    );
  });
});

describe("Shapley value", () => {
  for (const vector of vectors.shapley) {
    it(`[POW-7] shares the cost of ${vector.id} exactly`, () => {
      expect(runShapleyVector(vector)).to.deep.equal(vector.shapley);
    });
  }

  it("[POW-7] shares a cost step by step among those who need it, and values two left gloves and a right one", () => {
    expect(shareCost([1500n, 2200n, 3000n])).to.deep.equal(["500", "850", "1650"]);
    expect(shareCost([3500n, 2200n, 1500n])).to.deep.equal(["2150", "850", "500"]);
    expect(runShapleyVector({ gloves: ["L", "L", "R"] })).to.deep.equal(["1/6", "1/6", "2/3"]);
  });

  it("[POW-7] gives the step-by-step shares by the general formula too", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 6 }), (costs) => {
        const worth = (coalition: number): bigint =>
          BigInt(Math.max(0, ...costs.filter((_, i) => coalition & (1 << i))));
        expect(shapleyValue(costs.length, worth)).to.deep.equal(shareCost(costs.map(BigInt)));
      }),
    );
  });
});
