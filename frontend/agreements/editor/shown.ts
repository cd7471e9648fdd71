import type { Node } from "@tiptap/pm/model";
import {
  conditionHolds,
  numberClauses,
  showReference,
  type Numbered,
} from "../../../domain/agreements/numbering.ts";
import { showTable } from "../../../domain/agreements/shown-table.ts";
import type { ShownTable } from "../../../domain/agreements/version.ts";
import type { TextNode } from "../../../domain/kernel/text.ts";
import { namesRead } from "../../../domain/templates/expressions.ts";
import { partiesOf, type Facts, type Party } from "../../../domain/templates/facts.ts";
import { labelOf, type Model } from "../../../domain/templates/model.ts";
import { openScope } from "../../../domain/templates/scope.ts";
import type { LiveText } from "./live-text.ts";

/** A value as it stands in the text, and whether it still waits for a fact. */
export interface ShownValue {
  readonly text: string;
  readonly isMissing: boolean;
}

/** What a value node shows now. */
export function shownValue(expr: string, now: LiveText): ShownValue {
  const scope = openScope(now);
  return { text: scope.show(expr), isMissing: !scope.isComplete(expr) };
}

/** Whether a conditional part stands now. */
export function holds(test: string, now: LiveText): boolean {
  return conditionHolds(test, now.facts, now.model);
}

/** The facts that an expression reads: what to open when somebody clicks on it. */
export function factsIn(expr: string, model: Model): readonly string[] {
  return namesRead(expr, model).filter((name) => Object.hasOwn(model.parameters, name));
}

/** Why a condition holds or not, in words: the facts it reads and their values. */
export function reasonOf(test: string, now: LiveText): string {
  const scope = openScope(now);
  const told = factsIn(test, now.model).map((name) => {
    const parameter = now.model.parameters[name];
    const label = labelOf(name, parameter)[now.language].replace(/[\s\u202f\u00a0]*[?:]$/u, "");
    const quoted = now.language === "fr" ? `«\u202f${label}\u202f»` : `“${label}”`;
    return parameter?.type === "list" || !scope.isComplete(name)
      ? quoted
      : `${quoted} : ${scope.show(name)}`;
  });
  return told.length === 0 ? test : told.join(", ");
}

/** What a reference shows: its clause's kind and number now. */
export function shownReference(target: string, now: LiveText): string {
  return showReference(now.numbers.get(target), now.language);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The table of a list fact as it stands now. */
export function shownTable(attrs: Readonly<Record<string, unknown>>, now: LiveText): ShownTable {
  const total = textOf(attrs["total"]);
  const view = {
    of: textOf(attrs["of"]),
    columns: textOf(attrs["columns"]),
    total: total === "" ? null : total,
  };
  return showTable(view, now);
}

/** The parties who will sign. */
export function shownParties(of: string, now: LiveText): readonly Party[] {
  return of === "parties" || of === "" ? partiesOf(now.facts) : [];
}

/** The text as plain JSON, as the rules read it. */
export function textJson(doc: Node): TextNode {
  // A ProseMirror node's JSON is a TextNode by construction.
  return doc.toJSON() as TextNode;
}

/** Numbers of all clauses and annexes by id. */
export function numbersOf(
  text: TextNode,
  facts: Facts,
  model: Model,
): ReadonlyMap<string, Numbered> {
  return numberClauses({ text, facts, model }).byId;
}
