import { expect } from "chai";
import * as fc from "fast-check";
import {
  agreementStates,
  isEditable,
  stateAfter,
  type AgreementEvent,
} from "../../../domain/agreements/lifecycle.ts";
import { MAX_TEXT_DEPTH } from "../../../domain/agreements/schema.ts";
import {
  MAX_TEXT_CHARACTERS,
  MAX_TEXT_NODES,
  validateText,
} from "../../../domain/agreements/validate.ts";
import { isRefusal } from "../../../domain/kernel/refusal.ts";

function isRefused(json: unknown): boolean {
  try {
    validateText(json);
    return false;
  } catch (error) {
    if (isRefusal(error) && error.code === "update-invalid") return true;
    throw error;
  }
}

const paragraph = (text: string): object => ({
  type: "paragraph",
  content: [{ type: "text", text }],
});

describe("the text's validation", () => {
  it("[TXT-1] accepts what the schema accepts, a clause id used twice included", () => {
    const clause = { type: "clause", attrs: { id: "a", lib: null }, content: [paragraph("x")] };
    expect(isRefused({ type: "doc", content: [clause, clause] })).to.equal(false);
    expect(isRefused({ type: "doc" })).to.equal(false);
  });

  it("[TXT-2] refuses unknown nodes, marks and attributes, wrong types and misplaced content", () => {
    const bad: readonly unknown[] = [
      null,
      "doc",
      [],
      { type: "paragraph" },
      { type: "doc", content: [{ type: "script" }] },
      { type: "doc", content: [{ type: "__proto__" }] },
      { type: "doc", content: [{ type: "tableRow" }] },
      { type: "doc", content: { 0: paragraph("x") } },
      { type: "doc", content: [{ type: "clause", attrs: { id: 7 } }] },
      { type: "doc", content: [{ type: "clause", attrs: { id: "a", onclick: "x" } }] },
      {
        type: "doc",
        content: [
          { type: "paragraph", content: [{ type: "value", attrs: { expr: "x".repeat(3000) } }] },
        ],
      },
      {
        type: "doc",
        content: [
          { type: "paragraph", content: [{ type: "text", text: "x", marks: [{ type: "link" }] }] },
        ],
      },
      { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: 5 }] }] },
      { type: "doc", content: [{ type: "text", text: "loose" }] },
    ];
    for (const json of bad) expect(isRefused(json), JSON.stringify(json)).to.equal(true);
  });

  it("[TXT-3] refuses a text that is too deep, has too many nodes or too many characters", () => {
    let deep: object = paragraph("x");
    for (let level = 0; level < MAX_TEXT_DEPTH; level++) {
      deep = { type: "conditional", attrs: { test: "" }, content: [deep] };
    }
    expect(isRefused({ type: "doc", content: [deep] })).to.equal(true);
    const many = Array.from({ length: MAX_TEXT_NODES }, () => ({ type: "paragraph" }));
    expect(isRefused({ type: "doc", content: many })).to.equal(true);
    expect(
      isRefused({ type: "doc", content: [paragraph("x".repeat(MAX_TEXT_CHARACTERS + 1))] }),
    ).to.equal(true);
  });

  it("[TXT-4] answers any JSON with acceptance or update-invalid, never with a bug", () => {
    const names = fc.constantFrom(
      "doc",
      "paragraph",
      "clause",
      "table",
      "tableRow",
      "text",
      "value",
      "nope",
    );
    const { node } = fc.letrec((tie) => ({
      node: fc.record(
        {
          type: names,
          attrs: fc.oneof(
            fc.constant({}),
            fc.dictionary(fc.constantFrom("id", "expr", "colspan"), fc.jsonValue()),
          ),
          content: fc.oneof(
            { maxDepth: 4 },
            fc.constant([]),
            fc.array(tie("node"), { maxLength: 3 }),
          ),
          text: fc.string(),
        },
        { requiredKeys: ["type"] },
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(node, fc.jsonValue()), (json) => {
        expect(isRefused(json)).to.be.a("boolean");
      }),
      { numRuns: 300 },
    );
  });
});

describe("the life of an agreement", () => {
  it("[LIF-1] goes from drafting to sealed by freezing, approval and signatures, and back only before sealing", () => {
    const walk = (events: readonly AgreementEvent[]) =>
      events.reduce<ReturnType<typeof stateAfter>>(
        (state, event) => state && stateAfter(state, event),
        "drafting",
      );
    expect(walk(["freeze", "approve", "request-signatures", "seal"])).to.equal("sealed");
    expect(walk(["freeze", "reject"])).to.equal("drafting");
    expect(walk(["freeze", "approve", "request-signatures", "cancel-signatures"])).to.equal(
      "approved",
    );
    expect(walk(["freeze", "approve", "request-signatures", "seal", "supersede"])).to.equal(
      "superseded",
    );
    for (const event of ["reopen", "withdraw", "freeze", "approve"] as const) {
      expect(stateAfter("sealed", event)).to.equal(undefined);
    }
  });

  it("[LIF-2] lets text and facts change while drafting only", () => {
    expect(agreementStates.filter(isEditable)).to.deep.equal(["drafting"]);
  });
});
