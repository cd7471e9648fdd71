import type { TextNode } from "../../../domain/agreements/schema.ts";

/** A cell's place in its table, from 0. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly colspan: number;
  readonly rowspan: number;
  readonly header: boolean;
}

interface Grid {
  readonly columns: number;
  readonly cells: readonly (Placed & { readonly node: TextNode })[];
}

const MAX_COLUMNS = 20;

/**
 * Gives every cell of a text table its place, as HTML's table model does, but so that spans never
 * overlap, never leave the table and never leave the head row: a broken table is printed, not refused.
 */
export function placeCells(rows: readonly (readonly TextNode[])[]): Grid {
  const taken = new Set<string>();
  const cells: (Placed & { node: TextNode })[] = [];
  rows.forEach((row, y) => {
    let x = 0;
    const isHeadRow = y === 0 && row.every((node) => node.type === "tableHeader");
    for (const node of row) {
      while (taken.has(`${x},${y}`)) x += 1;
      if (x >= MAX_COLUMNS) break;
      const colspan = freeWidth(taken, { x, y, wanted: span(node, "colspan") });
      const rowspan = isHeadRow ? 1 : Math.min(span(node, "rowspan"), rows.length - y);
      take(taken, { x, y, colspan, rowspan });
      cells.push({ x, y, colspan, rowspan, header: node.type === "tableHeader", node });
      x += colspan;
    }
  });
  return { columns: Math.max(0, ...cells.map((cell) => cell.x + cell.colspan)), cells };
}

function span(node: TextNode, name: "colspan" | "rowspan"): number {
  const value = node.attrs?.[name];
  return typeof value === "number" && Number.isInteger(value) && value >= 1 ? value : 1;
}

function freeWidth(taken: Set<string>, at: { x: number; y: number; wanted: number }): number {
  let width = 1;
  while (width < at.wanted && at.x + width < MAX_COLUMNS && !taken.has(`${at.x + width},${at.y}`)) {
    width += 1;
  }
  return width;
}

function take(taken: Set<string>, area: Omit<Placed, "header">): void {
  for (let y = area.y; y < area.y + area.rowspan; y += 1) {
    for (let x = area.x; x < area.x + area.colspan; x += 1) taken.add(`${x},${y}`);
  }
}
