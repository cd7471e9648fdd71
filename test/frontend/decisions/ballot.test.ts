import { expect } from "chai";
import { ruleSchema } from "../../../domain/decisions/rule.ts";
import type { DecisionView } from "../../../domain/decisions/wire.ts";
import type { Member } from "../../../domain/partnerships/wire.ts";
import { daysAhead, toInstant, toLocalField } from "../../../frontend/decisions/local-time.ts";
import { obstacleFor } from "../../../frontend/decisions/obstacle.ts";

const now = new Date("2026-11-22T10:00:00.000Z");

const me: Member = {
  id: "ada",
  accountId: "account",
  name: "Ada",
  partnerId: "one",
  roles: ["committee"],
};

const seat = (parts: Partial<DecisionView["seats"][number]> = {}) => ({
  partnerId: "one",
  weight: "1",
  delegates: [],
  hasVoted: false,
  isRecused: false,
  isSuspended: false,
  choice: null,
  comment: null,
  at: null,
  ...parts,
});

const can = { open: false, close: false, confirm: false, withdraw: false };

function decision(parts: Partial<DecisionView> = {}): DecisionView {
  return {
    id: "d",
    partnershipId: "ps",
    committeeId: "c",
    title: "Adopter",
    state: "open",
    outcome: null,
    isFinal: false,
    subject: null,
    opensAt: null,
    closesAt: "2026-11-29T10:00:00.000Z",
    closedAt: null,
    createdAt: now.toISOString(),
    turnout: { voted: 0, voting: 1 },
    awaitsMe: false,
    text: "",
    committeeName: "Comité",
    createdBy: "eli",
    openedAt: now.toISOString(),
    rule: ruleSchema.parse({ unanimity: true }),
    roll: [],
    ruleSha256: null,
    rollSha256: null,
    words: { fr: [], en: [] },
    tests: null,
    counts: null,
    arithmetic: null,
    seats: [seat()],
    myBallot: null,
    log: { openedIndex: 0, closedIndex: null, finalIndex: null },
    permissions: { ...can, vote: false, recuse: false, veto: false },
    ...parts,
  };
}

describe("voting", () => {
  it("[BAL-1] names the one reason why somebody cannot vote", () => {
    const reasons = (parts: Partial<DecisionView>, who: Partial<Member> = {}) =>
      obstacleFor(decision(parts), { ...me, ...who }, now);
    expect(reasons({ opensAt: "2026-11-23T10:00:00.000Z" })).to.equal("notBegun");
    expect(reasons({ closesAt: now.toISOString() })).to.equal("over");
    expect(reasons({}, { partnerId: null })).to.equal("noPartner");
    expect(reasons({ seats: [] })).to.equal("notOnRoll");
    expect(reasons({ seats: [seat({ isSuspended: true })] })).to.equal("suspended");
    expect(reasons({ seats: [seat({ isRecused: true })] })).to.equal("recused");
    expect(reasons({}, { roles: ["lead"] })).to.equal("role");
    expect(reasons({ seats: [seat({ delegates: ["cleo"] })] })).to.equal("otherDelegates");
    expect(reasons({ seats: [seat({ hasVoted: true })] })).to.equal("cast");
  });

  it("[BAL-2] names none to somebody who can", () => {
    const permissions = { ...can, vote: true, recuse: true, veto: false };
    expect(obstacleFor(decision({ permissions }), me, now)).to.equal(undefined);
  });

  it("[BAL-3] reads a closing time as the voter's clock shows it", () => {
    const at = new Date(2026, 10, 29, 18, 5);
    expect(toLocalField(at)).to.equal("2026-11-29T18:05");
    expect(toInstant("2026-11-29T18:05")).to.equal(at.toISOString());
    expect(toInstant("")).to.equal(undefined);
    expect(toInstant("bientôt")).to.equal(undefined);
    expect(daysAhead(new Date(2026, 10, 28, 9, 30), 7)).to.equal("2026-12-05T18:00");
  });
});
