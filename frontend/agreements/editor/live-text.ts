import type { Node } from "@tiptap/pm/model";
import type { Facts } from "../../../domain/templates/facts.ts";
import type { Model } from "../../../domain/templates/model.ts";
import type { Numbered } from "../../../domain/agreements/numbering.ts";
import type { Language } from "../../../domain/kernel/text.ts";
import type { LiveCell } from "../../platform/live.ts";

/** What the shown parts of a text depend on besides themselves. */
export interface LiveText {
  readonly facts: Facts;
  readonly model: Model;
  readonly language: Language;
  /** Number of each clause and annex, by id; those in a hidden part have none. */
  readonly numbers: ReadonlyMap<string, Numbered>;
  /** Title of each clause and annex, by id. */
  readonly titles: ReadonlyMap<string, string>;
}

/** One line of the outline. */
export interface OutlineEntry {
  readonly id: string;
  readonly number: string;
  readonly title: string;
  readonly depth: number;
  readonly kind: "clause" | "annex";
}

/** Text of a clause's first title. */
export function titleOf(clause: Node): string {
  let title = "";
  clause.forEach((child) => {
    if (title === "" && child.type.name === "clauseTitle") title = plainText(child);
  });
  return title;
}

function plainText(block: Node): string {
  return block
    .textBetween(0, block.content.size, " ", (leaf) =>
      leaf.type.name === "term"
        ? String(leaf.attrs["name"])
        : leaf.type.name === "hardBreak"
          ? " "
          : "",
    )
    .trim();
}

/** Whether a node is a clause or an annex: the units that have an id. */
export function isUnit(node: Node): boolean {
  return node.type.name === "clause" || node.type.name === "annex";
}

/** The id of a clause or annex. */
export function idOf(unit: Node): string {
  const id: unknown = unit.attrs["id"];
  return typeof id === "string" ? id : "";
}

/** Every clause and annex of a text in order, with its depth. */
export function unitsOf(
  doc: Node,
): { readonly node: Node; readonly pos: number; readonly depth: number }[] {
  const units: { node: Node; pos: number; depth: number }[] = [];
  const visit = (parent: Node, start: number, depth: number): void => {
    parent.forEach((node, offset) => {
      const pos = start + offset;
      if (isUnit(node)) units.push({ node, pos, depth });
      if (node.isBlock && !node.isTextblock && !node.isLeaf) {
        visit(node, pos + 1, isUnit(node) ? depth + 1 : depth);
      }
    });
  };
  visit(doc, 0, 0);
  return units;
}

function sameTitles(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([id, title]) => b.get(id) === title);
}

function sameNumbers(a: ReadonlyMap<string, Numbered>, b: ReadonlyMap<string, Numbered>): boolean {
  return a.size === b.size && [...a].every(([id, { number }]) => b.get(id)?.number === number);
}

/** Brings numbers and titles up to date; a text whose units did not change wakes nobody. */
export function setUnits(
  live: LiveCell<LiveText>,
  numbers: ReadonlyMap<string, Numbered>,
  titles: ReadonlyMap<string, string>,
): void {
  const now = live.get();
  if (sameNumbers(now.numbers, numbers) && sameTitles(now.titles, titles)) return;
  live.set({ ...now, numbers, titles });
}

/** The outline: what has a number, in order. */
export function outlineOf(
  doc: Node,
  numbers: ReadonlyMap<string, Numbered>,
): readonly OutlineEntry[] {
  return unitsOf(doc).flatMap(({ node, depth }) => {
    const id = idOf(node);
    const numbered = numbers.get(id);
    return numbered === undefined ? [] : [{ ...numbered, id, title: titleOf(node), depth }];
  });
}
