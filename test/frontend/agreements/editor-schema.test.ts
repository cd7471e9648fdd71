import { getSchema } from "@tiptap/core";
import { expect } from "chai";
import type { Schema } from "prosemirror-model";
import { agreementSchema } from "../../../domain/agreements/schema.ts";
import { schemaExtensions } from "../../../frontend/agreements/editor/schema-extensions.ts";

/** What two programs must agree on to read each other's documents. */
function describeSchema(schema: Schema): object {
  return {
    top: schema.topNodeType.name,
    nodes: Object.entries(schema.nodes).map(([name, { spec }]) => ({
      name,
      content: spec.content ?? "",
      group: spec.group ?? "",
      inline: spec.inline ?? false,
      atom: spec.atom ?? false,
      isolating: spec.isolating ?? false,
      defining: spec.defining ?? false,
      marks: spec.marks ?? "default",
      tableRole: (spec["tableRole"] as string | undefined) ?? null,
      attrs: Object.entries(spec.attrs ?? {}).map(([attr, { default: value, validate }]) => ({
        attr,
        value: value as unknown,
        validate,
      })),
    })),
    marks: Object.entries(schema.marks).map(([name, { spec }]) => ({
      name,
      attrs: Object.keys(spec.attrs ?? {}),
      excludes: spec.excludes ?? null,
    })),
  };
}

describe("the editor's schema", () => {
  it("[EDT-1] has the nodes, order, content, marks and attributes of the agreement schema", () => {
    const editor = getSchema(schemaExtensions());
    expect(describeSchema(editor)).to.deep.equal(describeSchema(agreementSchema));
  });

  it("[EDT-2] splits and pastes into paragraphs wherever blocks may stand", () => {
    for (const name of ["doc", "clause", "annex", "conditional", "listItem", "tableCell"]) {
      const type = agreementSchema.nodes[name];
      expect(type?.contentMatch.defaultType?.name, name).to.equal("paragraph");
    }
  });
});
