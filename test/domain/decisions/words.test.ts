import { expect } from "chai";
import { endOfDays } from "../../../domain/decisions/calendar.ts";
import { lintAbstention, lintRule, smallestBinding } from "../../../domain/decisions/lint.ts";
import {
  ruleSchema,
  type RollEntry,
  type RuleInput,
  type Test,
} from "../../../domain/decisions/rule.ts";
import { tally } from "../../../domain/decisions/tally.ts";
import { ruleInWords, tallyInWords, thresholdInWords } from "../../../domain/decisions/words.ts";

const rule = (input: RuleInput) => ruleSchema.parse(input);
const seats = (...weights: string[]): RollEntry[] =>
  weights.map((weight, i) => ({ partner: `P${i + 1}`, weight, delegates: [] }));
const nine = seats(...Array<string>(9).fill("1"));
const majority: Test = { of: "for", base: "cast", unit: "partner", cmp: "gt", ratio: "1/2" };
const present: Test = { of: "present", base: "members", unit: "partner", cmp: "gte", ratio: "2/3" };
const desca = rule({
  procedure: "meeting",
  quorum: [present],
  approval: [{ ...majority, cmp: "gte", ratio: "2/3" }],
  veto: {},
});
const idsOf = (input: RuleInput, roll: readonly RollEntry[]): string[] =>
  lintRule({ rule: rule(input), roll }).map((finding) => finding.id);

describe("rule in words", () => {
  it("[WRD-1] prints the clause in English and in French", () => {
    expect(ruleInWords(desca, "en")).to.deep.equal([
      "The committee decides in a meeting.",
      "Quorum: the committee decides only if the partners present or represented make up at least two thirds of all partners, each partner counting as one.",
      "A motion passes if the votes for make up at least two thirds of the votes for and against, each partner counting as one.",
      "An abstention counts neither for nor against.",
      "A partner who does not vote counts neither for nor against.",
      "Any partner may veto stating a ground, except about its own default or exit.",
      "A vote can be changed until the close.",
      "Votes are visible as they are cast.",
    ]);
    const french = ruleInWords(desca, "fr");
    expect(french).to.have.length(8);
    expect(french[2]).to.equal(
      "Une proposition est adoptée si les voix pour forment au moins deux tiers des voix pour et contre, chaque partenaire comptant pour un.",
    );
  });

  it("[WRD-2] says what an abstention does under each base", () => {
    const said = (base: Test["base"]) =>
      ruleInWords(rule({ approval: [{ ...majority, base }] }), "en").filter((s) =>
        s.includes("abstention counts"),
      );
    expect(said("cast")).to.deep.equal(["An abstention counts neither for nor against."]);
    expect(said("members")).to.deep.equal(["An abstention counts as a vote against."]);
  });

  it("[WRD-3] writes thresholds as people say them, and never rounds one", () => {
    const said = (cmp: Test["cmp"], ratio: string) => thresholdInWords({ cmp, ratio }, "en");
    expect(said("gt", "1/2")).to.equal("more than half");
    expect(said("gte", "51/100")).to.equal("at least 51\u00a0%");
    expect(said("gte", "1/1")).to.equal("all");
    expect(said("gte", "5/9")).to.equal("at least 5/9");
    expect(thresholdInWords({ cmp: "gte", ratio: "51/100" }, "fr")).to.equal("au moins 51\u202f%");
  });

  it("[WRD-4] prints the outcome with its arithmetic", () => {
    const ballots = nine
      .slice(0, 6)
      .map((e, i) => ({ partner: e.partner, choice: i < 4 ? "for" : "against" }) as const);
    expect(tallyInWords(tally(desca, nine, ballots), "en")).to.deep.equal([
      "Approved.",
      "Quorum: 6 of 9 partners; 6 needed (at least two thirds of all partners). Reached.",
      "Majority: 4 of 6 votes; 4 needed (at least two thirds of the votes for and against). Reached.",
    ]);
    expect(tallyInWords(tally(desca, nine, []), "fr").slice(0, 2)).to.deep.equal([
      "Quorum non atteint.",
      "Quorum\u00a0: 0 sur 9 partenaires\u202f; il en faut 6 (au moins deux tiers de tous les partenaires). Non atteint.",
    ]);
  });
});

describe("rule linter", () => {
  it("[LNT-1] finds a tie that passes", () => {
    expect(idsOf({ approval: [{ ...majority, cmp: "gte" }] }, nine)).to.include("tie-passes");
    expect(idsOf({ approval: [majority] }, nine)).to.not.include("tie-passes");
  });

  it("[LNT-2] finds a threshold that nobody can reach", () => {
    expect(idsOf({ approval: [{ ...majority, cmp: "gt", ratio: "1/1" }] }, nine)).to.include(
      "unreachable",
    );
    const suspended = nine.map((e, i) => (i < 4 ? { ...e, suspended: true } : e));
    expect(idsOf({ approval: [majority], quorum: [present] }, suspended)).to.include("unreachable");
    expect(idsOf({ approval: [majority], quorum: [present] }, nine)).to.not.include("unreachable");
  });

  it("[LNT-3] finds the no-show paradox of a quorum counted on ballots", () => {
    const quorum: Test = { ...present, of: "expressed" };
    expect(idsOf({ approval: [majority], quorum: [quorum] }, nine)).to.include("no-show-paradox");
    const written: RuleInput = { approval: [majority], quorum: [present] };
    expect(idsOf(written, nine)).to.include("no-show-paradox");
    expect(idsOf({ ...written, procedure: "meeting" }, nine)).to.not.include("no-show-paradox");
    const guarded: RuleInput = {
      approval: [{ ...majority, base: "members", ratio: "2/3" }],
      quorum: [quorum],
    };
    expect(idsOf(guarded, nine)).to.not.include("no-show-paradox");
  });

  it("[LNT-4] finds how few can bind all: 4 of 9 at two thirds of two thirds", () => {
    expect(smallestBinding(desca, nine)).to.equal(4);
    const { quorum, approval } = desca;
    expect(idsOf({ quorum, approval }, nine)).to.include("minority-binds");
    expect(smallestBinding(rule({ approval: [{ ...majority, base: "members" }] }), nine)).to.equal(
      5,
    );
    expect(idsOf({ approval: [{ ...majority, base: "members" }] }, nine)).to.not.include(
      "minority-binds",
    );
  });

  it("[LNT-5] names the dictator, the partner without effect and the undeclared veto", () => {
    const byWeight: Test = { ...majority, base: "members", unit: "weight" };
    const name = (partner: string) => `Commune ${partner}`;
    const found = lintRule({
      rule: rule({ approval: [byWeight] }),
      roll: seats("55", "25", "20"),
      nameOf: name,
    });
    expect(found.map((f) => f.id))
      .to.include("dictator")
      .and.not.include("dummy");
    expect(found.find((f) => f.id === "dictator")?.message.en).to.include(
      "Commune P1 decides alone",
    );
    expect(idsOf({ approval: [byWeight] }, seats("50", "49", "1"))).to.include("veto-player");
    expect(
      idsOf({ approval: [byWeight], veto: { by: ["P1"] } }, seats("50", "49", "1")),
    ).to.not.include("veto-player");
    expect(
      idsOf(
        { approval: [{ ...byWeight, ratio: "58/100", cmp: "gte" }] },
        seats("40", "40", "40", "2"),
      ),
    ).to.include("dummy");
    expect(idsOf({ unanimity: true }, nine)).to.not.include("veto-player");
  });

  it("[LNT-6] finds rules of one agreement that treat abstention differently", () => {
    const other = rule({ approval: [{ ...majority, base: "expressed" }] });
    expect(lintAbstention([desca, other]).map((f) => f.id)).to.deep.equal(["abstention-differs"]);
    expect(lintAbstention([desca, desca])).to.deep.equal([]);
  });
});

describe("calendar days", () => {
  it("[CAL-1] leaves out the day of the event and ends at midnight in the named zone, across a change of clocks", () => {
    expect(endOfDays("2026-09-01T14:00:00Z", 15, "Europe/Brussels")).to.equal(
      "2026-09-16T22:00:00.000Z",
    );
    expect(endOfDays("2026-10-20T10:00:00Z", 10, "Europe/Brussels")).to.equal(
      "2026-10-30T23:00:00.000Z",
    );
    expect(endOfDays("2026-09-01T22:30:00Z", 10, "Europe/Brussels")).to.equal(
      "2026-09-12T22:00:00.000Z",
    );
  });
});
