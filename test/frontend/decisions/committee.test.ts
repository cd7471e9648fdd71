import { expect } from "chai";
import { lintRule } from "../../../domain/decisions/lint.ts";
import { tally } from "../../../domain/decisions/tally.ts";
import type { Member, Partnership } from "../../../domain/partnerships/wire.ts";
import { draftOf } from "../../../frontend/decisions/governance-draft.ts";
import { presetKeys, presets, ruleOf, usualOptions } from "../../../frontend/decisions/presets.ts";
import {
  firstSeats,
  movedUp,
  rollOf,
  seatsToSend,
} from "../../../frontend/decisions/roll-draft.ts";
import { percentOf } from "../../../frontend/decisions/shares.ts";

const roll = ["a", "b", "c"].map((partner) => ({ partner, weight: "1", delegates: [] }));

const member = (id: string, partnerId: string, roles: Member["roles"]): Member => ({
  id,
  accountId: `account-${id}`,
  name: id,
  partnerId,
  roles,
});

const partner = (id: string) => ({
  id,
  name: id,
  sector: "association" as const,
  country: "FR",
  registration: "",
  color: 0,
});

const partnership: Partnership = {
  id: "ps",
  name: "Tanneries",
  purpose: "",
  createdAt: "2026-11-22T10:00:00.000Z",
  partners: [partner("one"), partner("two")],
  me: member("eli", "one", ["coordinator"]),
};

describe("forming a committee", () => {
  for (const key of presetKeys) {
    it(`[COM-1] offers a rule that can pass: ${key}`, () => {
      const rule = ruleOf(presets[key], usualOptions);
      if (rule === undefined) throw new Error("the preset is no rule");
      expect(lintRule({ rule, roll }).filter(({ level }) => level === "error")).to.deep.equal([]);
      const all = roll.map((one) => ({ partner: one.partner, choice: "for" as const }));
      expect(tally(rule, roll, all).outcome).to.equal("approved");
      expect(tally(rule, roll, []).outcome).to.not.equal("approved");
    });
  }

  it("[COM-2] never lets ballots change in a vote that closes early", () => {
    const both = { ...usualOptions, earlyClose: true, changeable: true };
    expect(ruleOf(presets.majority, both)?.ballot.earlyClose).to.equal(false);
    const early = { ...both, changeable: false };
    expect(ruleOf(presets.majority, early)?.ballot).to.include({
      earlyClose: true,
      changeable: "never",
    });
  });

  it("[COM-3] is no rule without a condition of approval", () => {
    const nothing = { quorum: [], approval: [], unanimity: false };
    expect(ruleOf(nothing, usualOptions)).to.equal(undefined);
  });

  it("[COM-4] seats every partner with one voice, carried by its committee members in order", () => {
    const members = [
      member("ada", "one", ["lead", "committee"]),
      member("cleo", "one", ["committee"]),
      member("lina", "two", ["lawyer"]),
    ];
    const seats = firstSeats(partnership, members);
    expect(rollOf(seats)).to.deep.equal([
      { partner: "one", weight: "1", delegates: ["ada", "cleo"] },
      { partner: "two", weight: "1", delegates: [] },
    ]);
    const [first, ...rest] = seats;
    if (first === undefined) throw new Error("no seat");
    const without = [{ ...first, isOn: false }, ...rest];
    expect(seatsToSend(without)).to.deep.equal([{ partnerId: "two", weight: "1", delegates: [] }]);
  });

  it("[COM-5] raises a delegate by one rank", () => {
    expect(movedUp(["a", "b", "c"], 2)).to.deep.equal(["a", "c", "b"]);
    expect(movedUp(["a", "b"], 0)).to.deep.equal(["a", "b"]);
  });

  it("[COM-6] takes over the rule that a governance text states, whole", () => {
    const test = { of: "expressed", base: "voting", unit: "partner", cmp: "gte" } as const;
    const draft = draftOf({
      id: "ordinary",
      label: "",
      clause: "votes",
      procedure: "written",
      quorum: [{ ...test, ratio: "2/3" }],
      approval: [{ of: "for", base: "cast", unit: "weight", cmp: "gte", ratio: "3/4" }],
      onNoQuorum: { reconvene: [{ withinDays: 15, quorum: [{ ...test, ratio: "1/2" }] }] },
      proxy: { allowed: true, maxPerHolder: 2 },
      timing: { minOpenDays: 10 },
    });
    const rule = ruleOf(draft.conditions, draft.options, draft.given);
    expect(rule).to.deep.include({
      id: "ordinary",
      clause: "votes",
      quorum: [{ ...test, ratio: "2/3" }],
      onNoQuorum: { reconvene: [{ withinDays: 15, quorum: [{ ...test, ratio: "1/2" }] }] },
    });
    expect(rule?.timing.minOpenDays).to.equal(10);
    expect(rule?.proxy.maxPerHolder).to.equal(2);
    expect(rule?.veto).to.equal(undefined);
  });

  it("[COM-7] rounds a share of power for the eye in the reader's language", () => {
    expect(percentOf("5/21", "en")).to.equal("23.8%");
    expect(percentOf("1", "en")).to.equal("100%");
    expect(percentOf("0", "fr")).to.match(/^0\s%$/);
  });
});
