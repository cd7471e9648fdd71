import { expect } from "chai";
import * as fc from "fast-check";
import { check } from "../../../domain/agreements/checks.ts";
import { clauseNumbers, conditionHolds } from "../../../domain/agreements/numbering.ts";
import { plainClauses, plainText } from "../../../domain/agreements/plain-text.ts";
import { resolve, showValue } from "../../../domain/agreements/resolve.ts";
import type { TextNode } from "../../../domain/agreements/schema.ts";
import { showTable } from "../../../domain/agreements/shown-table.ts";
import { instantiate } from "../../../domain/templates/parse.ts";
import { sampleFacts, sampleTemplate } from "../templates/sample.ts";

const template = sampleTemplate();
const { model } = template;
const started = instantiate(template, sampleFacts(), "fr");
const draft = { ...started, model, language: "fr" } as const;

/** Nodes of one type, in order. */
export function nodesOf(text: TextNode, type: string): readonly TextNode[] {
  const own = text.type === type ? [text] : [];
  return [...own, ...(text.content ?? []).flatMap((child) => nodesOf(child, type))];
}

function clause(id: string, ...content: TextNode[]): TextNode {
  return {
    type: "clause",
    attrs: { id, lib: null },
    content: [{ type: "clauseTitle" }, ...content],
  };
}

function doc(...content: TextNode[]): TextNode {
  return { type: "doc", content };
}

function paragraph(...content: TextNode[]): TextNode {
  return { type: "paragraph", content };
}

function reference(target: string): TextNode {
  return { type: "clauseRef", attrs: { target } };
}

describe("the text as it reads", () => {
  it("[RES-1] shows values, terms and references, and changes nothing else", () => {
    const resolved = resolve(draft);
    expect(nodesOf(resolved, "value").map((node) => node.attrs?.["shown"])).to.include.members([
      "125\u202F080,50\u202F€",
      "cent vingt-cinq mille quatre-vingts euros et cinquante centimes",
      "15\u202F%",
    ]);
    expect(nodesOf(resolved, "term")[0]?.attrs).to.deep.include({
      name: "Parties",
      shown: "Parties",
    });
    expect(nodesOf(resolved, "clauseRef").map((node) => node.attrs?.["shown"])).to.deep.equal([
      "article\u00A01",
      "article\u00A02",
    ]);
    expect(nodesOf(started.text, "value")[0]?.attrs).to.not.have.property("shown");
    expect(plainText(resolved)).to.contain("se tient à 14:30.");
  });

  it("[RES-2] keeps a conditional's content while its test holds and leaves no trace of it otherwise", () => {
    expect(nodesOf(resolve(draft), "clause").map((node) => node.attrs?.["id"])).to.deep.equal([
      "apports",
      "benefices",
    ]);
    const granted = { ...draft, facts: { ...draft.facts, has_grant: true, funder: "F" } };
    const resolved = resolve(granted);
    expect(nodesOf(resolved, "conditional")).to.deep.equal([]);
    expect(nodesOf(resolved, "clause").map((node) => node.attrs?.["number"])).to.deep.equal([
      "1",
      "2",
      "3",
    ]);
    expect(plainText(resolved)).to.contain("article\u00A03");
  });

  it("[RES-3] numbers clauses in order, nested ones below, annexes by letters", () => {
    const text = doc(
      clause(
        "a",
        clause("a1"),
        { type: "conditional", attrs: { test: "has_grant" }, content: [clause("a2")] },
        clause("a3"),
      ),
      clause("b"),
      { type: "annex", attrs: { id: "x" }, content: [clause("x1")] },
      { type: "annex", attrs: { id: "y" } },
    );
    expect(Object.fromEntries(clauseNumbers(text, draft.facts, model))).to.deep.equal({
      a: "1",
      a1: "1.1",
      a3: "1.2",
      b: "2",
      x: "A",
      x1: "A.1",
      y: "B",
    });
  });

  it("[RES-4] shows [?] for a reference that leads nowhere, and keeps a condition it cannot read", () => {
    const text = doc(paragraph(reference("gone")), {
      type: "conditional",
      attrs: { test: "what is this" },
      content: [paragraph({ type: "text", text: "kept" })],
    });
    const resolved = resolve({ ...draft, text });
    expect(plainText({ ...resolved })).to.equal("[?]\nkept\n");
    expect(conditionHolds("what is this", {}, model)).to.equal(true);
    expect(conditionHolds("has_grant", {}, model)).to.equal(false);
  });

  it("[RES-5] shows a data table with the model's labels, the parties' names and exact totals", () => {
    const table = showTable(
      { of: "contributions", columns: "party,kind,amount", total: "amount" },
      draft,
    );
    expect(table).to.deep.equal({
      columns: [
        { key: "party", label: "party", align: "left" },
        { key: "kind", label: "kind", align: "left" },
        { key: "amount", label: "amount", align: "right" },
      ],
      rows: [
        ["Association Passerelle", "skills", "40\u202F000,00\u202F€"],
        ["Société Boréal", "cash", "85\u202F080,50\u202F€"],
      ],
      total: ["Total", "", "125\u202F080,50\u202F€"],
    });
    expect(showTable({ of: "nothing", columns: "", total: null }, draft).columns).to.deep.equal([]);
  });

  it("[RES-6] gives the signature block its parties, in the order of the facts", () => {
    const resolved = resolve({
      ...draft,
      text: doc({ type: "signatures", attrs: { of: "parties" } }),
    });
    const [block] = nodesOf(resolved, "signatures");
    expect(block?.attrs?.["parties"]).to.deep.equal(draft.facts["parties"]);
  });

  it("[RES-7] is the same text for the same input, and one value at a time says the same", () => {
    expect(resolve(draft)).to.deep.equal(resolve(structuredClone(draft)));
    expect(showValue("money(budget_total)", draft.facts, model, "en")).to.equal("€125,080.50");
  });
});

describe("any text", () => {
  it("[RES-8] resolves, prints and is checked without a bug, and resolving twice changes nothing", () => {
    const inline = fc.oneof(
      fc.record({ type: fc.constant("text"), text: fc.string({ minLength: 1 }) }),
      fc.constantFrom("budget_total", "funder", "1 +", "parties[9].name").map((expr) => ({
        type: "value",
        attrs: { expr },
      })),
      fc.constantFrom("a", "b", "gone").map(reference),
    );
    const block: fc.Arbitrary<TextNode> = fc.letrec<{ node: TextNode }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.array(inline, { maxLength: 3 }).map((content) => ({ type: "paragraph", content })),
        fc
          .tuple(fc.constantFrom("a", "b", ""), fc.array(tie("node"), { maxLength: 3 }))
          .map(([id, content]) => clause(id, ...content)),
        fc
          .tuple(
            fc.constantFrom("has_grant", "true", "??"),
            fc.array(tie("node"), { maxLength: 3 }),
          )
          .map(([test, content]) => ({ type: "conditional", attrs: { test }, content })),
        fc.constantFrom("benefits", "none").map((of) => ({
          type: "dataTable",
          attrs: { id: "t", of, columns: "", total: "share" },
        })),
      ),
    })).node;
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), (content) => {
        const any = { ...draft, text: doc(...content) };
        const resolved = resolve(any);
        expect(nodesOf(resolved, "conditional")).to.deep.equal([]);
        expect(resolve({ ...any, text: resolved })).to.deep.equal(resolved);
        expect(plainText(resolved)).to.be.a("string");
        expect(check(any)).to.be.an("array");
      }),
      { numRuns: 100 },
    );
  });
});

describe("plain text", () => {
  it("[PLT-1] is NFC with LF ends, one line per block, tabs between cells, and a final LF", () => {
    const resolved = resolve(draft);
    const text = plainText(resolved);
    expect(text).to.equal(text.normalize("NFC"));
    expect(text.endsWith("\n")).to.equal(true);
    expect(text).to.not.match(/\r|\n\n/u);
    expect(text).to.contain("Société Boréal\tcash\t85\u202F080,50\u202F€");
    const decomposed = doc(paragraph({ type: "text", text: "e\u0301te\u0301" }));
    expect(plainText(decomposed)).to.equal("été\n");
    expect(plainText(doc())).to.equal("");
  });

  it("[PLT-2] gives each clause its own text, without the clauses inside it", () => {
    const text = resolve({
      ...draft,
      text: doc(
        clause(
          "a",
          paragraph({ type: "text", text: "outer" }),
          clause("b", paragraph({ type: "text", text: "inner" })),
        ),
      ),
    });
    const clauses = plainClauses(text);
    expect(clauses.map(({ id, number }) => [id, number])).to.deep.equal([
      ["a", "1"],
      ["b", "1.1"],
    ]);
    expect(clauses[0]?.text).to.contain("outer").and.not.contain("inner");
  });
});

describe("the checks", () => {
  const ids = (changes: Partial<typeof draft>): readonly string[] =>
    check({ ...draft, ...changes }).map((finding) => finding.id);

  it("[CHK-1] find the faults planted in the sample: shares of 99 %, a party that brings nothing", () => {
    const findings = check(draft);
    expect(findings.find(({ id }) => id === "MNY-01")).to.deep.include({
      level: "error",
      at: "benefits",
    });
    expect(findings.find(({ id }) => id === "MNY-05")).to.deep.include({ level: "warning" });
    expect(findings.some(({ id }) => id === "MNY-02")).to.equal(false);
  });

  it("[CHK-2] of the model stay silent while a value they need is missing", () => {
    const facts = { ...draft.facts, budget_total: null };
    expect(ids({ facts })).to.include("VAR-02").and.not.include("MNY-02");
  });

  it("[CHK-3] find terms undefined, defined twice or unused, in the singular as in the plural", () => {
    const term = (name: string, defines = false): TextNode => ({
      type: "term",
      attrs: { name, defines },
    });
    const found = ids({
      text: doc(paragraph(term("Parties", true), term("la partie", true), term("Partie"))),
    });
    expect(found).to.include("DEF-03").and.not.include("DEF-01");
    expect(ids({ text: doc(paragraph(term("Partie"))) })).to.include("DEF-01");
    expect(ids({ text: doc(paragraph(term("Partie", true), term("Parties", true))) })).to.include(
      "DEF-02",
    );
  });

  it("[CHK-4] find references to nothing, and to a clause that a condition leaves out", () => {
    const text = doc(paragraph(reference("gone"), reference("off")), {
      type: "conditional",
      attrs: { test: "has_grant" },
      content: [clause("off")],
    });
    expect(ids({ text })).to.include.members(["REF-01", "REF-02"]);
  });

  it("[CHK-5] find two clauses with one id, an unknown fact, a blank left in the text, no signatures", () => {
    const text = doc(
      clause("a", paragraph({ type: "text", text: "le [...] à compléter, voir article 3" })),
      clause("a", paragraph({ type: "value", attrs: { expr: "colour" } })),
      { type: "dataTable", attrs: { of: "none", columns: "", id: "", total: null } },
    );
    const found = ids({ text });
    expect(found).to.include.members(["NUM-01", "NUM-02", "VAR-01", "VAR-03", "SIG-06", "REF-03"]);
    expect(found.filter((id) => id === "VAR-01")).to.have.length(2);
  });

  it("[CHK-6] point at the row and the cell of a value that is missing or refers to nothing", () => {
    const benefits = [{ party: "nobody", share: 10000 }, { party: "ong" }];
    const findings = check({ ...draft, facts: { ...draft.facts, benefits } });
    const at = (id: string): readonly string[] =>
      findings.filter((finding) => finding.id === id).map((finding) => finding.at);
    expect(at("REF-05")).to.deep.equal(["benefits/0/party"]);
    expect(at("VAR-02")).to.deep.equal(["benefits/1/share"]);
  });

  it("[CHK-7] accept any facts and any text of the schema without a bug, errors first", () => {
    const odd = {
      parties: [null, 3, { id: 4 }],
      benefits: "no",
      contributions: { a: 1 },
      budget_total: "x",
    };
    const levels = check({ ...draft, facts: JSON.parse(JSON.stringify(odd)) }).map(
      ({ level }) => level,
    );
    const order = ["error", "warning", "hint"];
    expect(levels).to.deep.equal(levels.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
    expect(check({ ...draft, facts: {}, text: doc() })).to.not.deep.equal([]);
  });

  it("[CHK-8] find fewer than two parties, a party twice, and a wrong SIREN", () => {
    expect(ids({ facts: { ...draft.facts, parties: [{ id: "a", name: "A" }] } })).to.include(
      "PTY-01",
    );
    const parties = [
      { id: "a", name: "A", country: "FR", registration: "732 829 321" },
      { id: "b", name: "B", country: "FR", registration: "732 829 320" },
    ];
    const findings = check({ ...draft, facts: { ...draft.facts, parties } });
    expect(findings.filter(({ id }) => id === "PTY-02").map(({ at }) => at)).to.deep.equal([
      "parties/0/registration",
    ]);
  });
});
