import type { TextNode } from "../kernel/text.ts";
import type { Facts } from "../templates/facts.ts";
import type { Model } from "../templates/model.ts";
import { conditionHolds, textAttr } from "./numbering.ts";

/** A node of a draft with where it stands. */
export interface Placed {
  readonly node: TextNode;
  /** `#id` of the innermost clause or annex; `#` outside any. */
  readonly at: string;
  /** Whether every condition around it holds. */
  readonly isShown: boolean;
}

/** Every node of a draft in the order of the text, those under conditions that do not hold included. */
export function placedNodes(text: TextNode, facts: Facts, model: Model): readonly Placed[] {
  const all: Placed[] = [];
  const visit = (node: TextNode, around: Pick<Placed, "at" | "isShown">): void => {
    const at =
      node.type === "clause" || node.type === "annex" ? `#${textAttr(node, "id")}` : around.at;
    const isShown =
      around.isShown &&
      (node.type !== "conditional" || conditionHolds(textAttr(node, "test"), facts, model));
    all.push({ node, at, isShown });
    for (const child of node.content ?? []) visit(child, { at, isShown });
  };
  visit(text, { at: "#", isShown: true });
  return all;
}
