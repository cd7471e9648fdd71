import { expect } from "chai";
import * as fc from "fast-check";
import { ruleSchema } from "../../../domain/decisions/rule.ts";
import { expressionFaults, namesRead } from "../../../domain/templates/expressions.ts";
import { governanceRule, governanceWeights } from "../../../domain/templates/governance-rule.ts";
import { openScope } from "../../../domain/templates/scope.ts";
import { sampleFacts, sampleTemplate } from "./sample.ts";

const { model } = sampleTemplate();

function show(expression: string, facts = sampleFacts()): string {
  return openScope({ facts, model, language: "fr" }).show(expression);
}

describe("expressions over the facts", () => {
  it("[EXP-1] show a fact by its type, and functions by their names", () => {
    expect(show("budget_total")).to.equal("125\u202F080,50\u202F€");
    expect(show("money(sum(contributions.map(c, c.amount)))")).to.equal("125\u202F080,50\u202F€");
    expect(show("rebalance_gap")).to.equal("15\u202F%");
    expect(show("has_grant")).to.equal("non");
    expect(show("party('ong')")).to.equal("Association Passerelle");
    expect(show("list(parties.map(p, p.name))")).to.equal(
      "Association Passerelle, Société Boréal et Métropole d'Exemple",
    );
    expect(show("label('contributions.kind', 'cash')")).to.equal("cash");
    expect(show("size(parties) * 2")).to.equal("6");
    expect(show("at_least('2/3', size(parties))")).to.equal("2");
    expect(show("compare('2/3', '4/6')")).to.equal("0");
  });

  it("[EXP-2] show the label of the missing fact in brackets, and [?] for what cannot be read", () => {
    expect(show("money(budget_total)", {})).to.equal("[Budget total]");
    expect(show("funder", { funder: "" })).to.equal("[Financeur]");
    expect(show("party('nobody')")).to.equal("[?]");
    expect(show("1 +")).to.equal("[?]");
    expect(show("unknown_thing")).to.equal("[?]");
  });

  it("[EXP-3] see only facts: nothing of the runtime can be reached", () => {
    for (const expression of [
      "constructor",
      "parties.constructor",
      "process.exit()",
      "parties[0].__proto__",
      "this",
      "globalThis",
    ]) {
      expect(show(expression), expression).to.match(/^\[(\?|Parties)\]$/u);
    }
  });

  it("[EXP-4] never throw, whatever people type", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" })), (expression) => {
        expect(show(expression)).to.be.a("string");
        expect(expressionFaults(expression, model)).to.be.an("array");
      }),
      { numRuns: 150 },
    );
    expect(show(`${"(".repeat(1500)}1${")".repeat(499)}`)).to.equal("[?]");
    expect(show("1+".repeat(2000))).to.equal("[?]");
  });

  it("[EXP-7] of a text have no value when they would take long; the model's own have no such bound", () => {
    const rows = Array.from({ length: 400 }, (_, index) => ({ id: `p${index}`, name: "P" }));
    const facts = { ...sampleFacts(), parties: rows, contributions: [] };
    const scope = openScope({ facts, model, language: "fr" });
    const nested = "parties.all(a, parties.exists(b, a.id == b.id))";
    expect(scope.evaluate(nested)).to.deep.equal({ ok: true, value: true });
    for (const expression of [
      nested,
      "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')",
      "[parties].all(x, x.all(y, x.all(z, x.all(w, true))))",
      "[parties].all(contributions, contributions.all(a, contributions.all(b, true)))",
    ]) {
      expect(scope.evaluateText(expression), expression).to.deep.equal({ ok: false });
    }
    expect(scope.evaluateText("parties.all(a, a.name == 'P')")).to.deep.equal({
      ok: true,
      value: true,
    });
  });

  it("[EXP-5] keep whole numbers exact, however large", () => {
    const facts = { ...sampleFacts(), budget_total: Number.MAX_SAFE_INTEGER };
    expect(show("money(budget_total * 10)", facts)).to.equal(
      "900\u202F719\u202F925\u202F474\u202F099,10\u202F€",
    );
  });

  it("[EXP-6] say which facts they read", () => {
    expect(
      namesRead("contributions.filter(c, c.amount > budget_total).map(c, c.party)", model),
    ).to.deep.equal(["contributions", "budget_total"]);
  });
});

describe("the rule that a governance text states", () => {
  const facts = {
    parties: [{ id: "a" }, { id: "b" }],
    quorum_first: "2/3",
    quorum_second: "1/2",
    majority: "1/2",
    majority_base: "cast",
    second_call_days: 15,
    written_days: 10,
    proxy_max: 1,
    has_veto: true,
    veto_days: 10,
    vote_unit: "partner",
    decision_matrix: [
      { id: "accord", matter: "Revision", quorum: "1/1", base: "voting", majority: "2/3" },
    ],
  };

  it("[GVR-1] is a voting rule that decisions accept, for running matters and for each matter of the matrix", () => {
    const ordinary = ruleSchema.parse(governanceRule(facts));
    expect(ordinary.approval).to.deep.equal([
      { of: "for", base: "cast", unit: "partner", cmp: "gt", ratio: "1/2" },
    ]);
    expect(ordinary.quorum[0]?.ratio).to.equal("2/3");
    expect(ordinary.veto?.afterDays).to.equal(10);
    const revision = ruleSchema.parse(governanceRule(facts, "accord"));
    expect(revision.approval[0]).to.include({ base: "voting", cmp: "gte", ratio: "2/3" });
    expect(revision.quorum[0]?.ratio).to.equal("1/1");
  });

  it("[GVR-2] is not given while the facts do not say enough", () => {
    expect(governanceRule({})).to.equal(undefined);
  });

  it("[GVR-3] weighs parties as the table of votes does, and equally when each has one vote", () => {
    expect(governanceWeights(facts)).to.deep.equal({ a: "1", b: "1" });
    const weighted = { ...facts, vote_unit: "weight", votes: [{ party: "a", votes: 3 }] };
    expect(governanceWeights(weighted)).to.deep.equal({ a: "3", b: "0" });
  });
});
