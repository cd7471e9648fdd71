import { readFileSync } from "node:fs";
import { expect } from "chai";
import * as fc from "fast-check";
import { z } from "zod";
import type { Ballot, TallyEvent } from "../../../domain/decisions/ballots.ts";
import {
  ruleSchema,
  type RollEntry,
  type RuleInput,
  type Test,
} from "../../../domain/decisions/rule.ts";
import { tally, type Tally } from "../../../domain/decisions/tally.ts";
import { runTallyVector, tallyOfVector } from "../../support/decision-vectors.ts";

const vectorsSchema = z.looseObject({
  tally: z.array(
    z.looseObject({
      id: z.string(),
      note: z.string(),
      expected: z.string(),
      trace: z.looseObject({
        quorum: z.array(z.boolean()),
        approval: z.array(z.boolean()).optional(),
      }),
    }),
  ),
});
const vectors = vectorsSchema.parse(
  JSON.parse(readFileSync(new URL("../../fixtures/decisions.json", import.meta.url), "utf8")),
);

const seats = (...weights: string[]): RollEntry[] =>
  weights.map((weight, i) => ({ partner: `P${i + 1}`, weight, delegates: [] }));
const votes = (marks: string): Ballot[] =>
  Array.from(marks).flatMap((mark, i): Ballot[] => {
    const partner = `P${i + 1}`;
    if (mark === "+") return [{ partner, choice: "for" }];
    if (mark === "-") return [{ partner, choice: "against" }];
    return mark === "0" ? [{ partner, choice: "abstain" }] : [];
  });
const test = (text: string): Test => {
  const [of, base, cmp, ratio, unit = "partner"] = text.split(" ");
  return z.custom<Test>((value) => value !== undefined).parse({ of, base, cmp, ratio, unit });
};
const rule = (input: RuleInput) => ruleSchema.parse(input);
const simple = rule({ approval: [test("for cast gt 1/2")] });
const three = seats("1", "1", "1");
const at = (hour: string): string => `2026-09-01T${hour}:00Z`;

function holds(result: Tally, kind: string): boolean[] {
  return result.tests.filter((t) => t.kind === kind).map((t) => t.holds);
}

describe("tally", () => {
  for (const vector of vectors.tally) {
    it(`[TAL-1] counts ${vector.id} as its source does: ${vector.note || vector.expected}`, () => {
      expect(runTallyVector(vector)).to.equal(vector.expected);
      const result = tallyOfVector(vector);
      expect(holds(result, "quorum")).to.deep.equal(vector.trace.quorum);
      const approval = [...holds(result, "approval"), ...holds(result, "unanimity")];
      if (vector.trace.approval) expect(approval).to.deep.equal(vector.trace.approval);
    });
  }

  it("[TAL-1] reads every vector of the published file", () => {
    expect(vectors.tally).to.have.length(46);
  });

  it("[TAL-2] never rounds: 2^128 − 1 votes and one more vote against differ", () => {
    const big = (2n ** 128n - 1n).toString();
    const bigger = (2n ** 128n).toString();
    const byWeight = rule({ approval: [test("for cast gt 1/2 weight")] });
    expect(tally(byWeight, seats(bigger, big), votes("+-")).outcome).to.equal("approved");
    expect(tally(byWeight, seats(big, bigger), votes("+-")).outcome).to.equal("rejected");
    expect(tally(byWeight, seats(big, big), votes("+-")).outcome).to.equal("rejected");
  });

  it("[TAL-3] counts an abstention only through the base that the rule names", () => {
    const outcome = (base: string) =>
      tally(
        rule({ approval: [test(`for ${base} gt 1/2`)] }),
        seats("1", "1", "1", "1", "1"),
        votes("++-00"),
      ).outcome;
    expect(outcome("cast")).to.equal("approved");
    expect(outcome("expressed")).to.equal("rejected");
    expect(outcome("voting_minus_abstain")).to.equal("approved");
    expect(outcome("voting")).to.equal("rejected");
  });

  it("[TAL-4] approves nothing without one vote for, whatever the thresholds", () => {
    const lax = rule({ approval: [test("for cast gte 0/1")] });
    expect(tally(lax, three, votes("000")).outcome).to.equal("rejected");
    expect(tally(lax, three, []).outcome).to.equal("rejected");
    expect(tally(lax, three, votes("+--")).outcome).to.equal("approved");
  });

  it("[TAL-5] voids a ballot at or after the closing instant and before the opening", () => {
    const window: TallyEvent = { kind: "window", opensAt: at("09:00"), closesAt: at("12:00") };
    const cast = (time: string): Ballot => ({ partner: "P1", choice: "for", at: time });
    const reasons = (time: string) =>
      tally(simple, three, [cast(time)], [window]).counts.voided.map((v) => v.reason);
    expect(reasons(at("09:00"))).to.deep.equal([]);
    expect(reasons("2026-09-01T11:59:59.999Z")).to.deep.equal([]);
    expect(reasons(at("12:00"))).to.deep.equal(["late"]);
    expect(reasons("2026-09-01T08:59:59.999Z")).to.deep.equal(["early"]);
  });

  it("[TAL-6] takes a partner's last ballot, and the first when the rule lets nobody change", () => {
    const ballots: Ballot[] = [
      { partner: "P1", choice: "against", at: at("10:00") },
      { partner: "P1", choice: "for", at: at("11:00") },
    ];
    expect(tally(simple, three, ballots).outcome).to.equal("approved");
    expect(tally(simple, three, ballots.toReversed()).outcome).to.equal("approved");
    const fixed = rule({ approval: [test("for cast gt 1/2")], ballot: { changeable: "never" } });
    expect(tally(fixed, three, ballots).outcome).to.equal("rejected");
  });

  it("[TAL-7] lets a higher-ranked delegate override a lower one, never the reverse", () => {
    const roll: RollEntry[] = [{ partner: "P1", weight: "1", delegates: ["head", "deputy"] }];
    const head: Ballot = { partner: "P1", by: "head", choice: "for", at: at("10:00") };
    const deputy: Ballot = { partner: "P1", by: "deputy", choice: "against", at: at("11:00") };
    expect(tally(simple, roll, [head, deputy]).outcome).to.equal("approved");
    expect(tally(simple, roll, [{ ...deputy, at: at("09:00") }, head]).outcome).to.equal(
      "approved",
    );
    const stranger = tally(simple, roll, [{ ...head, by: "stranger" }]);
    expect(stranger.counts.voided).to.deep.equal([{ partner: "P1", reason: "not-a-delegate" }]);
  });

  it("[TAL-8] voids the ballot of a recused partner, even one cast before, and keeps it among the members", () => {
    const result = tally(simple, three, votes("+--"), [
      { kind: "recused", partner: "P2" },
      { kind: "recused", partner: "P3" },
    ]);
    expect(result.outcome).to.equal("approved");
    expect(result.counts.partner).to.include({ members: "3", voting: "1", present: "1" });
  });

  it("[TAL-9] voids ballot and veto of a suspended partner", () => {
    const vetoable = rule({ approval: [test("for cast gt 1/2")], veto: {} });
    const veto: TallyEvent = { kind: "veto", partner: "P3", ground: "our budget doubles" };
    expect(tally(vetoable, three, votes("++-"), [veto]).outcome).to.equal("vetoed");
    const suspended = three.map((e) => (e.partner === "P3" ? { ...e, suspended: true } : e));
    expect(tally(vetoable, suspended, votes("++-"), [veto]).outcome).to.equal("approved");
  });

  it("[TAL-10] ignores a veto without ground, about one's own default, by nobody entitled, or out of its window", () => {
    const input: RuleInput = { approval: [test("for cast gt 1/2")], veto: { by: ["P3"] } };
    const window: TallyEvent = { kind: "window", opensAt: at("09:00"), closesAt: at("12:00") };
    const outcome = (
      veto: Partial<Extract<TallyEvent, { kind: "veto" }>>,
      more: TallyEvent[] = [],
    ) =>
      tally(rule(input), three, votes("++-"), [
        window,
        { kind: "veto", partner: "P3", ground: "harm", at: at("10:00"), ...veto },
        ...more,
      ]).outcome;
    expect(outcome({})).to.equal("vetoed");
    expect(outcome({ ground: "  " })).to.equal("approved");
    expect(outcome({ subject: "own_default" })).to.equal("approved");
    expect(outcome({ partner: "P1" })).to.equal("approved");
    expect(outcome({ at: at("12:00") })).to.equal("approved");
    expect(outcome({ at: at("12:00") }, [{ kind: "vetoWindow", closesAt: at("13:00") }])).to.equal(
      "vetoed",
    );
    expect(outcome({ at: at("13:00") }, [{ kind: "vetoWindow", closesAt: at("13:00") }])).to.equal(
      "approved",
    );
  });

  it("[TAL-10] leaves a motion that fails anyway rejected: there is nothing to veto", () => {
    const vetoable = rule({ approval: [test("for cast gt 1/2")], veto: {} });
    const veto: TallyEvent = { kind: "veto", partner: "P3", ground: "harm" };
    expect(tally(vetoable, three, votes("+--"), [veto]).outcome).to.equal("rejected");
  });

  it("[TAL-11] lets the chair break a tie of a simple majority, and only that", () => {
    const chaired = rule({ approval: [test("for cast gt 1/2")], tie: "chair" });
    const two = seats("1", "1");
    expect(tally(chaired, two, votes("+-"), [{ kind: "chair", choice: "for" }]).outcome).to.equal(
      "approved",
    );
    expect(
      tally(chaired, two, votes("+-"), [{ kind: "chair", choice: "against" }]).outcome,
    ).to.equal("rejected");
    expect(tally(chaired, two, votes("--"), [{ kind: "chair", choice: "for" }]).outcome).to.equal(
      "rejected",
    );
    expect(tally(simple, two, votes("+-"), [{ kind: "chair", choice: "for" }]).outcome).to.equal(
      "rejected",
    );
    const other: RuleInput = { approval: [test("for cast gte 2/3")], tie: "chair" };
    expect(ruleSchema.safeParse(other).success).to.equal(false);
  });

  it("[TAL-12] approves in silence only when everyone was told and nobody objects", () => {
    const silent = rule({ procedure: "silence", approval: [] });
    const told = three.map((e): TallyEvent => ({ kind: "notified", partner: e.partner }));
    expect(tally(silent, three, [], told).outcome).to.equal("approved");
    expect(tally(silent, three, votes("--0").slice(2), told).outcome).to.equal("approved");
    expect(tally(silent, three, votes("..-"), told).outcome).to.equal("rejected");
    expect(tally(silent, three, [], told.slice(1)).outcome).to.equal("rejected");
  });

  it("[TAL-13] uses the quorum of the convening that was reached", () => {
    const desca = rule({
      quorum: [test("present members gte 2/3")],
      approval: [test("for cast gte 2/3")],
      onNoQuorum: {
        reconvene: [
          { withinDays: 15, quorum: [test("present members gte 2/3")] },
          { withinDays: 15, quorum: [] },
        ],
      },
    });
    const outcome = (convened: number) =>
      tally(desca, three, votes("+"), [
        { kind: "attendance", partners: ["P1"] },
        { kind: "convened", number: convened },
      ]).outcome;
    expect([1, 2, 3].map(outcome)).to.deep.equal(["no_quorum", "no_quorum", "approved"]);
  });

  it("[TAL-14] counts a proxy only when the rule allows it, its holder is there and holds not too many", () => {
    const proxied = (partner: string): Ballot => ({ partner, choice: "for", proxyHolder: "P1" });
    const allowed = rule({ approval: [test("for members gt 1/2")], proxy: { allowed: true } });
    const outcome = (r: typeof allowed, here: string[], ballots: Ballot[]) =>
      tally(r, three, ballots, [{ kind: "attendance", partners: here }]);
    const own: Ballot = { partner: "P1", choice: "for" };
    expect(outcome(allowed, ["P1"], [own, proxied("P2")]).outcome).to.equal("approved");
    expect(outcome(allowed, ["P1"], [own, proxied("P2")]).counts.partner.present).to.equal("2");
    expect(outcome(allowed, ["P3"], [own, proxied("P2")]).counts.voided[0]?.reason).to.equal(
      "proxy-holder-absent",
    );
    expect(
      outcome(allowed, ["P1"], [own, proxied("P2"), proxied("P3")]).counts.voided[0]?.reason,
    ).to.equal("too-many-proxies");
    const none = rule({ approval: [test("for members gt 1/2")] });
    expect(outcome(none, ["P1"], [own, proxied("P2")]).outcome).to.equal("rejected");
  });

  it("[TAL-14] lets the principal's own ballot win over its proxy's, whichever came last", () => {
    const allowed = rule({ approval: [test("for cast gt 1/2")], proxy: { allowed: true } });
    const own: Ballot = { partner: "P2", choice: "against", at: at("10:00") };
    const proxy: Ballot = { partner: "P2", choice: "for", proxyHolder: "P1", at: at("11:00") };
    expect(tally(allowed, three, [own, proxy]).outcome).to.equal("rejected");
    expect(tally(allowed, three, [{ ...proxy, at: at("09:00") }, own]).outcome).to.equal(
      "rejected",
    );
  });

  it("[TAL-15] says with every test how many were needed", () => {
    const desca = rule({
      quorum: [test("present members gte 2/3")],
      approval: [test("for cast gte 2/3")],
    });
    const [quorum, approval] = tally(
      desca,
      seats(...Array<string>(9).fill("1")),
      votes("++++--"),
    ).tests;
    expect(quorum).to.include({
      kind: "quorum",
      measured: "6",
      total: "9",
      needed: "6",
      holds: true,
    });
    expect(approval).to.include({
      kind: "approval",
      measured: "4",
      total: "6",
      needed: "4",
      holds: true,
    });
  });

  it("[TAL-16] refuses a rule whose parts contradict each other", () => {
    const valid = (input: RuleInput) => ruleSchema.safeParse(input).success;
    const approval = [test("for cast gt 1/2")];
    expect(valid({ approval })).to.equal(true);
    expect(valid({})).to.equal(false);
    expect(valid({ unanimity: true })).to.equal(true);
    expect(valid({ approval, ballot: { earlyClose: true } })).to.equal(false);
    expect(valid({ approval, ballot: { earlyClose: true, changeable: "never" } })).to.equal(true);
    for (const ratio of ["66.7%", "2/0", "-1/2", "1/2/3", "0.5", "2/00"])
      expect(valid({ approval: [{ ...test("for cast gt 1/2"), ratio }] }), ratio).to.equal(false);
  });
});

describe("tally, for any rule", () => {
  const ratio = fc
    .tuple(fc.nat(9), fc.integer({ min: 1, max: 9 }))
    .map(([n, d]) => `${Math.min(n, d)}/${d}`);
  const anyTest = fc.record({
    of: fc.constantFrom(
      "for" as const,
      "for_abstain" as const,
      "expressed" as const,
      "present" as const,
    ),
    base: fc.constantFrom(
      "cast" as const,
      "expressed" as const,
      "present" as const,
      "voting" as const,
      "voting_minus_abstain" as const,
      "members" as const,
    ),
    unit: fc.constantFrom("partner" as const, "weight" as const),
    cmp: fc.constantFrom("gte" as const, "gt" as const),
    ratio,
  });
  /** Approval compares support with a base; other measures may fall when support grows. */
  const approvalTest = anyTest.map((t) => ({ ...t, of: "for" as const }));
  const anyCase = fc.record({
    quorum: fc.array(anyTest, { maxLength: 2 }),
    approval: fc.array(approvalTest, { minLength: 1, maxLength: 2 }),
    weights: fc.array(fc.nat(20), { minLength: 1, maxLength: 7 }),
    marks: fc.array(fc.constantFrom("+", "-", "0", "."), { minLength: 7, maxLength: 7 }),
    shuffle: fc.nat(),
  });
  const parts = ({ weights, marks }: { weights: number[]; marks: string[] }) => ({
    roll: seats(...weights.map(String)),
    ballots: votes(marks.slice(0, weights.length).join("")),
  });

  it("[TAL-17] never turns approved into rejected when an opponent turns supporter", () => {
    fc.assert(
      fc.property(anyCase, (c) => {
        const { roll, ballots } = parts(c);
        const before = tally(c, roll, ballots).outcome;
        const more = ballots.map((b) =>
          b.choice === "against" ? { ...b, choice: "for" as const } : b,
        );
        if (before === "approved") expect(tally(c, roll, more).outcome).to.equal("approved");
      }),
    );
  });

  it("[TAL-18] does not depend on the order of the ballots", () => {
    fc.assert(
      fc.property(anyCase, (c) => {
        const { roll, ballots } = parts(c);
        const turn = ballots.length === 0 ? 0 : c.shuffle % ballots.length;
        const turned = [...ballots.slice(turn), ...ballots.slice(0, turn)].toReversed();
        expect(tally(c, roll, turned)).to.deep.equal(tally(c, roll, ballots));
      }),
    );
  });

  it("[TAL-18] does not depend on the scale of the weights", () => {
    fc.assert(
      fc.property(anyCase, fc.bigInt({ min: 1n, max: 10n ** 40n }), (c, scale) => {
        const { roll, ballots } = parts(c);
        const scaled = roll.map((e) => ({ ...e, weight: String(BigInt(e.weight) * scale) }));
        expect(tally(c, scaled, ballots).outcome).to.equal(tally(c, roll, ballots).outcome);
      }),
    );
  });

  it("[TAL-19] is harder to satisfy with a higher ratio, and an approval always has a supporter", () => {
    fc.assert(
      fc.property(anyCase, (c) => {
        const { roll, ballots } = parts(c);
        const raised = c.approval.map((t) => ({ ...t, ratio: "1/1" }));
        const result = tally(c, roll, ballots);
        if (tally({ ...c, approval: raised }, roll, ballots).outcome === "approved") {
          const gte = c.approval.every((t) => t.cmp === "gte");
          if (gte) expect(result.outcome).to.equal("approved");
        }
        if (result.outcome === "approved")
          expect(Number(result.counts.partner.for)).to.be.greaterThan(0);
      }),
    );
  });

  it("[TAL-19] keeps a quorum of presence when one more partner comes", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(6), ratio, (c, who, share) => {
        const { roll } = parts(c);
        const needs = {
          approval: [],
          quorum: [
            { of: "present", base: "members", unit: "partner", cmp: "gte", ratio: share } as const,
          ],
        };
        const here = roll.filter((_, i) => c.marks[i] === "+").map((e) => e.partner);
        const more = [...here, roll[who % roll.length]?.partner ?? ""];
        const quorate = (partners: string[]) =>
          tally(needs, roll, [], [{ kind: "attendance", partners }]).outcome !== "no_quorum";
        if (quorate(here)) expect(quorate(more)).to.equal(true);
      }),
    );
  });
});
