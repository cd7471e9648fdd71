import type { Language, TextNode } from "../kernel/text.ts";
import { partiesOf, rowsOf, type Facts } from "../templates/facts.ts";
import type { Model } from "../templates/model.ts";
import { openScope } from "../templates/scope.ts";
import {
  conditionHolds,
  numberClauses,
  showReference,
  textAttr,
  type Numbering,
} from "./numbering.ts";
import { showTable } from "./shown-table.ts";

/** A draft, with what gives its text a meaning. */
export interface Draft {
  readonly text: TextNode;
  readonly facts: Facts;
  readonly model: Model;
  readonly language: Language;
}

/**
 * The text as it reads with these facts (see VersionContent): values, terms, references, numbers
 * and tables carry what they show; conditions are gone, with their content where they do not hold.
 * The input may be any text of the schema: what cannot be resolved shows as `[label]` or `[?]`.
 */
export function resolve(draft: Draft): TextNode {
  const numbering = numberClauses(draft);
  const [resolved] = resolveNode(draft.text, draft, numbering);
  return resolved ?? { type: "doc", content: [] };
}

/** The printed value of an expression: what a `value` node shows. */
export function showValue(expr: string, facts: Facts, model: Model, language: Language): string {
  return openScope({ facts, model, language }).show(expr);
}

function resolveNode(node: TextNode, draft: Draft, numbering: Numbering): readonly TextNode[] {
  if (node.type === "text") return [node];
  const content = (): readonly TextNode[] =>
    (node.content ?? []).flatMap((child) => resolveNode(child, draft, numbering));
  if (node.type === "conditional") {
    return conditionHolds(textAttr(node, "test"), draft.facts, draft.model) ? content() : [];
  }
  const attrs = { ...node.attrs, ...shownAttrs(node, draft, numbering) };
  return [
    {
      type: node.type,
      ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
      ...(node.content === undefined ? {} : { content: content() }),
      ...(node.marks === undefined ? {} : { marks: node.marks }),
    },
  ];
}

function shownAttrs(
  node: TextNode,
  draft: Draft,
  numbering: Numbering,
): Readonly<Record<string, unknown>> {
  switch (node.type) {
    case "value":
      return { shown: openScope(draft).show(textAttr(node, "expr")) };
    case "term":
      return { shown: textAttr(node, "name") };
    case "clauseRef":
      return {
        shown: showReference(numbering.byId.get(textAttr(node, "target")), draft.language),
      };
    case "clause":
    case "annex":
      return { number: numbering.byNode.get(node)?.number ?? "" };
    case "dataTable":
      return { table: tableOf(node, draft) };
    case "signatures":
      return { parties: signing(node, draft.facts) };
    default:
      return {};
  }
}

function tableOf(node: TextNode, draft: Draft): unknown {
  const total = node.attrs?.["total"];
  return showTable(
    {
      of: textAttr(node, "of"),
      columns: textAttr(node, "columns"),
      total: typeof total === "string" ? total : null,
    },
    draft,
  );
}

function signing(node: TextNode, facts: Facts): unknown {
  const of = textAttr(node, "of");
  return of === "parties" || of === "" ? partiesOf(facts) : rowsOf(facts, of);
}
