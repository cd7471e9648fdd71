import { expect } from "chai";
import {
  castBallot,
  closeDecision,
  countedBallots,
  declareRecusal,
  isComplete,
  isDue,
  openDecision,
  tallyOf,
  withdrawDecision,
  type Decision,
  type DraftDecision,
  type OpenDecision,
} from "../../../domain/decisions/decision.ts";
import { logEntryText } from "../../../domain/decisions/entries.ts";
import { ruleSchema, type RollEntry, type RuleInput } from "../../../domain/decisions/rule.ts";

const draft: DraftDecision = {
  state: "draft",
  id: "d1",
  partnershipId: "p1",
  committeeId: "c1",
  title: "Adopter la charte",
  text: "",
  subject: { agreementId: "a1", version: 3, contentSha256: "a".repeat(64) },
  opensAt: null,
  closesAt: "2026-09-15T09:00:00.000Z",
  createdBy: "eli",
  createdAt: "2026-09-01T08:00:00.000Z",
};
const simple: RuleInput = {
  approval: [{ of: "for", base: "cast", unit: "partner", cmp: "gt", ratio: "1/2" }],
};
const roll: RollEntry[] = ["P1", "P2", "P3"].map((partner) => ({
  partner,
  weight: "1",
  delegates: [],
}));
const opened = (rule: RuleInput = simple, question: DraftDecision = draft): OpenDecision =>
  openDecision(question, {
    id: "o",
    at: "2026-09-01T09:00:00.000Z",
    rule: ruleSchema.parse(rule),
    roll,
  });
let acts = 0;
const cast = (
  decision: Decision,
  partner: string,
  choice: "for" | "against",
  at: string,
): OpenDecision =>
  castBallot(decision, {
    id: `b${(acts += 1)}`,
    at,
    partner,
    person: `m-${partner}`,
    salt: "00".repeat(32),
    choice,
    comment: "",
  });
const refused = (act: () => unknown, code: string) =>
  expect(act).to.throw().with.property("code", code);

describe("a decision's life", () => {
  it("[DEC-4] takes a ballot until the closing instant and not at it", () => {
    const last = "2026-09-15T08:59:59.999Z";
    expect(countedBallots(cast(opened(), "P1", "for", last)).size).to.equal(1);
    refused(() => cast(opened(), "P1", "for", draft.closesAt), "decision-not-open");
    expect([isDue(opened(), last), isDue(opened(), draft.closesAt)]).to.deep.equal([false, true]);
    const scheduled = opened(simple, { ...draft, opensAt: "2026-09-02T09:00:00.000Z" });
    refused(() => cast(scheduled, "P1", "for", "2026-09-02T08:59:59.999Z"), "decision-not-open");
    expect(cast(scheduled, "P1", "for", "2026-09-02T09:00:00.000Z").record).to.have.length(2);
  });

  it("[DEC-19] keeps the order of ballots when the clock steps back", () => {
    const first = cast(opened(), "P1", "for", "2026-09-03T10:00:00.000Z");
    const second = cast(first, "P1", "against", "2026-09-03T09:00:00.000Z");
    expect(countedBallots(second).get("P1")?.choice).to.equal("against");
    expect(second.record.map((entry) => entry.at)).to.deep.equal(
      second.record.map((entry) => entry.at).toSorted(),
    );
  });

  it("[DEC-20] opens a vote no shorter than the rule asks for", () => {
    const long: RuleInput = { ...simple, timing: { minOpenDays: 14, zone: "Europe/Brussels" } };
    refused(() => opened(long), "conflict");
    const later = { ...draft, closesAt: "2026-09-15T22:00:00.000Z" };
    expect(opened(long, later).state).to.equal("open");
    refused(
      () =>
        openDecision(draft, { id: "o", at: draft.closesAt, rule: ruleSchema.parse(simple), roll }),
      "conflict",
    );
  });

  it("[DEC-21] is complete, where the rule closes early, once everybody who may vote has voted", () => {
    const early: RuleInput = { ...simple, ballot: { changeable: "never", earlyClose: true } };
    const at = "2026-09-03T10:00:00.000Z";
    const two = cast(cast(opened(early), "P1", "for", at), "P2", "for", at);
    expect(isComplete(two)).to.equal(false);
    const recusal = {
      id: "r",
      at,
      partner: "P3",
      person: "m-P3",
      salt: "00".repeat(32),
      ground: "",
    };
    expect(isComplete(declareRecusal(two, recusal))).to.equal(true);
    expect(isComplete(cast(two, "P3", "against", at))).to.equal(true);
    const patient = cast(cast(cast(opened(), "P1", "for", at), "P2", "for", at), "P3", "for", at);
    expect(isComplete(patient)).to.equal(false);
  });

  it("[DEC-9] never leaves closed or withdrawn", () => {
    const stamps = { closed: "c", final: "f", at: draft.closesAt };
    const closed = closeDecision(opened(), stamps);
    expect(closeDecision(closed, { ...stamps, at: "2027-01-01T00:00:00.000Z" })).to.equal(closed);
    refused(() => withdrawDecision(closed, { id: "w", at: draft.closesAt }), "conflict");
    const withdrawn = withdrawDecision(opened(), { id: "w", at: draft.closesAt });
    refused(() => closeDecision(withdrawn, stamps), "decision-not-open");
    refused(() => closeDecision(draft, stamps), "decision-not-open");
  });

  it("[DEC-22] writes log entries that name hashes, indices and the count", () => {
    const at = "2026-09-03T10:00:00.123Z";
    const voted = cast(cast(opened(), "P1", "for", at), "P2", "for", at);
    const logged = { ...voted, record: voted.record.map((entry, index) => ({ ...entry, index })) };
    const closed = closeDecision(logged, { closed: "c", final: "f", at: draft.closesAt });
    const parsed = closed.record
      .slice(0, 4)
      .map((entry) => JSON.parse(logEntryText(closed, entry)) as Record<string, unknown>);
    expect(parsed[0]).to.deep.include({
      event: "opened",
      rule_sha256: voted.frozen.ruleSha256,
      subject: { doc: "a1", version: 3, doc_sha256: "a".repeat(64) },
      closes: "2026-09-15T09:00:00Z",
    });
    expect(parsed[1]).to.have.all.keys(
      "type",
      "event",
      "decision",
      "at",
      "opened_index",
      "ballot_commit",
    );
    expect(parsed[1]).to.include({ at: "2026-09-03T10:00:00Z", opened_index: 0 });
    expect(parsed[3]).to.deep.include({
      outcome: "approved",
      tally: { for: "2", against: "0", abstain: "0" },
    });
    expect(tallyOf(logged).outcome).to.equal("approved");
    expect(() => logEntryText(closed, closed.record[4] ?? closed.record[0] ?? never())).to.throw(
      RangeError,
    );
  });
});

function never(): never {
  throw new Error("no record");
}
