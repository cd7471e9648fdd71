import { expect } from "chai";
import * as fc from "fast-check";
import { agreementSchema } from "../../../domain/agreements/schema.ts";
import { isRefusal, type InputProblem, type RefusalCode } from "../../../domain/kernel/refusal.ts";
import { instantiate, parseTemplate } from "../../../domain/templates/parse.ts";
import { mendedFiles, sampleFacts, sampleFiles, sampleTemplate, tinyTemplate } from "./sample.ts";

function refusalOf(act: () => unknown): { code: RefusalCode; problems: readonly InputProblem[] } {
  try {
    act();
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

function faultsOf(files: Record<string, string>): readonly string[] {
  const { code, problems } = refusalOf(() => parseTemplate(files));
  expect(code).to.equal("template-invalid");
  return problems.map(({ pointer, detail }) => `${pointer} ${detail}`);
}

const parties = "parties:\n  type: list\n  of: { id: { type: text }, name: { type: text } }";

describe("reading a template", () => {
  it("[TPL-10] reports every fault of every file at its line, and nothing else", () => {
    expect(faultsOf(sampleFiles())).to.deep.equal([
      "fr.md:31 REF-01: there is no clause #gouvernance",
      "en.md:26 REF-01: there is no clause #gouvernance",
      "en.md:1 LNG-01: clause#subvention is missing",
    ]);
  });

  it("[TPL-11] keeps text that looks like a directive: times, identifiers, ratios", () => {
    const { text } = tinyTemplate(
      parties,
      "At 12:30, SIRET:FR123, ratio 1:a, L.123:alinea, a_b_c <b>.",
    );
    expect(JSON.stringify(text.en)).to.contain(
      "At 12:30, SIRET:FR123, ratio 1:a, L.123:alinea, a_b_c <b>.",
    );
  });

  it("[TPL-12] turns each construct into its node, in the schema of agreements", () => {
    const template = tinyTemplate(
      parties,
      '**Bold** {{ size(parties) * 2 }} [[=Term]] [[Term]] [[#a]]\n\n1. one\n2. two\n\n- x\n\n| a | b |\n|---|---|\n| {{ size(parties) }} | c |\n\n::table{of="parties" columns="name"}\n\n:::if{test="size(parties) > 1"}\nyes\n:::\n\n::signatures',
    );
    const node = agreementSchema.nodeFromJSON(template.text.en);
    node.check();
    const names = new Set<string>();
    node.descendants((child) => void names.add(child.type.name));
    expect([...names].sort()).to.deep.equal(
      "bulletList clause clauseRef clauseTitle conditional dataTable listItem orderedList paragraph signatures table tableCell tableHeader tableRow term text title value".split(
        " ",
      ),
    );
  });

  it("[TPL-13] refuses unknown variables, columns, functions' syntax, blocks, ids and headings", () => {
    const bodyFaults = (body: string): readonly string[] => {
      const { problems } = refusalOf(() => tinyTemplate(parties, body));
      return problems.map(({ detail }) => detail);
    };
    expect(bodyFaults("{{ nobody }}")).to.deep.equal(['VAR-01: unknown variable "nobody"']);
    expect(bodyFaults("{{ list(parties.map(p, p.age)) }}")).to.deep.equal([
      'VAR-01: "parties" has no column "age"',
    ]);
    expect(bodyFaults("{{ 1 + }}")[0]).to.match(/^EXP-01/);
    expect(bodyFaults('::table{of="none" columns=""}')[0]).to.match(/^VAR-01/);
    expect(bodyFaults('::table{of="parties" columns="name" total="name"}')[0]).to.match(/^VAR-01/);
    expect(bodyFaults("::video")[0]).to.match(/^SYN-03/);
    expect(bodyFaults(":::magic\n:::")[0]).to.match(/^SYN-03/);
    expect(bodyFaults("> quoted")[0]).to.match(/^SYN-02/);
    expect(bodyFaults(':::if{test="true"}\nopen')[0]).to.match(/^SYN-01/);
    expect(bodyFaults(":::\n\n:::")[0]).to.match(/^SYN-01/);
    expect(bodyFaults("### Deep")[0]).to.match(/^NUM-01/);
    expect(bodyFaults(":::clause{#a}\n### Again\n:::")[0]).to.equal(
      "NUM-01: the id #a is used twice",
    );
  });

  it("[TPL-14] reports a fault of the model at its line", () => {
    const files = mendedFiles();
    const model = files["model.yaml"] ?? "";
    const faults = faultsOf({
      ...files,
      "model.yaml": model.replace("type: percent", "type: colour"),
    });
    expect(faults[0]).to.match(/^model\.yaml:12 MOD-01: parameters\.rebalance_gap/);
    expect(faultsOf({ ...files, "model.yaml": "a: [" })[0]).to.match(/^model\.yaml:\d+ MOD-01/);
    expect(faultsOf({})).to.have.length(2);
  });

  it("[TPL-15] reports what one language says and the other does not", () => {
    const files = mendedFiles();
    const english = (files["en.md"] ?? "").replace("{{ words(budget_total) }}", "a lot");
    const faults = faultsOf({ ...files, "en.md": english });
    expect(faults).to.have.length(1);
    expect(faults[0]).to.contain('LNG-02: clause#apports: "words(budget_total)"');
  });

  it("[TPL-16] refuses any text as a template with a template-invalid, never with a bug", () => {
    const files = mendedFiles();
    fc.assert(
      fc.property(
        fc.constantFrom("model.yaml", "fr.md", "en.md"),
        fc.array(
          fc.oneof(
            fc.string(),
            fc.constantFrom(
              "{{",
              "}}",
              "[[#",
              "]]",
              ":::clause{#x}",
              ":::",
              "::table{of=benefits}",
              "# ",
              "|",
              "\n",
              "---\n",
            ),
          ),
        ),
        (file, parts) => {
          try {
            parseTemplate({ ...files, [file]: parts.join("") });
          } catch (error) {
            if (!isRefusal(error) || error.code !== "template-invalid") throw error;
          }
        },
      ),
      { numRuns: 60, examples: [["model.yaml", ["*!"]]] },
    );
  });
});

describe("starting an agreement", () => {
  it("[TPL-20] fills the model's defaults and keeps what is given", () => {
    const { facts } = instantiate(sampleTemplate(), sampleFacts(), "fr");
    expect(facts["currency"]).to.equal("EUR");
    expect(facts["budget_total"]).to.equal(12508050);
  });

  it("[TPL-21] refuses every unknown parameter and column at once, with its pointer", () => {
    const facts = { colour: "red", benefits: [{ party: "x", share: 1, size: 3 }], "a/b": 1 };
    const { code, problems } = refusalOf(() => instantiate(sampleTemplate(), facts, "fr"));
    expect(code).to.equal("unknown-parameter");
    expect(problems.map(({ pointer }) => pointer)).to.deep.equal([
      "/colour",
      "/benefits/0/size",
      "/a~1b",
    ]);
  });

  it("[TPL-22] refuses every value of the wrong type at once, with its pointer", () => {
    const facts = {
      currency: "BTC",
      budget_total: 12.5,
      has_grant: "yes",
      rebalance_gap: -1,
      contributions: { party: "x" },
      benefits: [{ share: 10001 }, "row", { party: 7 }],
      funder: "a\u0000b",
    };
    const { code, problems } = refusalOf(() => instantiate(sampleTemplate(), facts, "fr"));
    expect(code).to.equal("invalid-input");
    expect(problems.map(({ pointer }) => pointer)).to.deep.equal([
      "/currency",
      "/budget_total",
      "/has_grant",
      "/rebalance_gap",
      "/contributions",
      "/benefits/0/share",
      "/benefits/1",
      "/benefits/2/party",
      "/funder",
    ]);
  });

  it("[TPL-23] refuses a language that the template does not have", () => {
    const template = tinyTemplate(parties, "text");
    expect(refusalOf(() => instantiate(template, {}, "fr")).code).to.equal("unknown-template");
  });

  it("[TPL-24] is not fooled by names that every object has", () => {
    const facts = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}');
    const { code } = refusalOf(() => instantiate(sampleTemplate(), facts, "fr"));
    expect(code).to.equal("unknown-parameter");
  });
});
