import type { Language, TextNode } from "../kernel/text.ts";
import type { Facts } from "../templates/facts.ts";
import type { Model } from "../templates/model.ts";
import { openScope } from "../templates/scope.ts";

/** What the numbers depend on, beside the text: which conditions hold. */
export interface NumberingInput {
  readonly text: TextNode;
  readonly facts: Facts;
  readonly model: Model;
}

/** A numbered part of the text. */
export interface Numbered {
  /** "3", "3.1"; "A", "A.1" in an annex. */
  readonly number: string;
  readonly kind: "clause" | "annex";
}

/** Numbers by node (each clause and annex that is shown) and by id (the first of that id). */
export interface Numbering {
  readonly byNode: ReadonlyMap<TextNode, Numbered>;
  readonly byId: ReadonlyMap<string, Numbered>;
}

/**
 * Whether a condition holds. One that cannot be evaluated (a fact is missing, the text is wrong)
 * holds: a clause must never vanish silently; the checks report it.
 */
export function conditionHolds(test: string, facts: Facts, model: Model): boolean {
  const result = openScope({ facts, model, language: "fr" }).evaluateText(test);
  return !result.ok || result.value !== false;
}

/** Numbers every clause and annex that is shown, in the order of the text. */
export function numberClauses({ text, facts, model }: NumberingInput): Numbering {
  const byNode = new Map<TextNode, Numbered>();
  const byId = new Map<string, Numbered>();
  const visit = (node: TextNode, counter: Counter): void => {
    if (node.type === "conditional" && !conditionHolds(textAttr(node, "test"), facts, model))
      return;
    let inner = counter;
    if (node.type === "clause" || node.type === "annex") {
      const numbered = { kind: node.type, number: next(node.type, counter) } as const;
      byNode.set(node, numbered);
      const id = textAttr(node, "id");
      if (id !== "" && !byId.has(id)) byId.set(id, numbered);
      inner = { prefix: `${numbered.number}.`, clauses: 0, annexes: 0 };
    }
    for (const child of node.content ?? []) visit(child, inner);
  };
  visit(text, { prefix: "", clauses: 0, annexes: 0 });
  return { byNode, byId };
}

/** The number of every clause and annex that is shown, by id: "3.1", "A". */
export function clauseNumbers(
  text: TextNode,
  facts: Facts,
  model: Model,
): ReadonlyMap<string, string> {
  const { byId } = numberClauses({ text, facts, model });
  return new Map([...byId].map(([id, { number }]) => [id, number]));
}

/** How a reference reads: `article 3`, `annexe A`; `Article 3`, `Annex A`; `[?]` if it leads nowhere. */
export function showReference(target: Numbered | undefined, language: Language): string {
  if (target === undefined) return "[?]";
  const noun =
    language === "fr"
      ? { clause: "article", annex: "annexe" }
      : { clause: "Article", annex: "Annex" };
  return `${noun[target.kind]}\u00A0${target.number}`;
}

/** A text attribute of a node; "" if it has none of that name. */
export function textAttr(node: TextNode, name: string): string {
  const value = node.attrs?.[name];
  return typeof value === "string" ? value : "";
}

interface Counter {
  readonly prefix: string;
  clauses: number;
  annexes: number;
}

function next(kind: "clause" | "annex", counter: Counter): string {
  if (kind === "clause") return counter.prefix + String(++counter.clauses);
  return counter.prefix + letters(++counter.annexes);
}

/** 1 → A, 26 → Z, 27 → AA. */
function letters(index: number): string {
  const rest = Math.floor((index - 1) / 26);
  const letter = String.fromCodePoint(65 + ((index - 1) % 26));
  return rest === 0 ? letter : letters(rest) + letter;
}
