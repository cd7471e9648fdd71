import type { Root } from "mdast";
import { directiveFromMarkdown } from "mdast-util-directive";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { directive } from "micromark-extension-directive";
import { gfmTable } from "micromark-extension-gfm-table";

/** A problem of a template: where (`fr.md:31`) and what, starting with the rule's id. */
export interface SourceFault {
  readonly pointer: string;
  readonly detail: string;
}

/** A placeholder of the prose, taken out before Markdown is read. */
export type Token =
  | { readonly kind: "value"; readonly expr: string }
  | { readonly kind: "term"; readonly name: string; readonly defines: boolean }
  | { readonly kind: "clauseRef"; readonly target: string };

/** Prose as a tree; the private characters U+E000 n U+E001 in its texts stand for `tokens[n]`. */
export interface Prose {
  readonly tree: Root;
  readonly tokens: readonly Token[];
  readonly faults: readonly SourceFault[];
}

/** Finds the stand-in of a token in a text; its first group is the token's index. */
export const tokenPattern = /\uE000(\d+)\uE001/u;

/** Reads one language's prose: YAML front matter dropped, line numbers kept. */
export function readProse(source: string, file: string): Prose {
  const tokens: Token[] = [];
  const faults: SourceFault[] = [];
  const lines = withoutFrontMatter(source.replace(/\r\n?/g, "\n")).split("\n");
  const safe = lines.map((line) => takeTokens(line, tokens));
  const nested = nestFences(safe, file, faults);
  return { tree: readMarkdown(nested.join("\n")), tokens, faults };
}

/** Blank lines in place of the front matter, so that every later line keeps its number. */
function withoutFrontMatter(source: string): string {
  const match = /^---\n[\s\S]*?\n---(?=\n|$)/.exec(source);
  return match === null ? source : match[0].replace(/[^\n]/g, "") + source.slice(match[0].length);
}

/** Markdown would read `*` and `|` inside an expression: each placeholder becomes private characters. */
function takeTokens(line: string, tokens: Token[]): string {
  return line.replace(/\{\{(.+?)\}\}|\[\[(.+?)\]\]/g, (_all, expr?: string, link?: string) => {
    tokens.push(expr === undefined ? linkToken(link ?? "") : { kind: "value", expr: expr.trim() });
    return `\uE000${tokens.length - 1}\uE001`;
  });
}

function linkToken(link: string): Token {
  if (link.startsWith("#")) return { kind: "clauseRef", target: link.slice(1).trim() };
  const defines = link.startsWith("=");
  return { kind: "term", name: link.slice(defines ? 1 : 0).trim(), defines };
}

/**
 * Authors may close every container with `:::`; the Markdown extension wants an outer fence longer
 * than its inner ones, so each fence is given the length of its depth.
 */
function nestFences(lines: readonly string[], file: string, faults: SourceFault[]): string[] {
  const depths = new Map<number, number>();
  const open: number[] = [];
  lines.forEach((line, index) => {
    if (/^:{3,}[a-zA-Z]/.test(line)) {
      depths.set(index, open.length);
      open.push(index);
    } else if (/^:{3,}\s*$/.test(line)) {
      const start = open.pop();
      if (start === undefined) {
        faults.push({ pointer: `${file}:${index + 1}`, detail: "SYN-01: nothing is open here" });
      } else depths.set(index, depths.get(start) ?? 0);
    }
  });
  for (const index of open) {
    faults.push({ pointer: `${file}:${index + 1}`, detail: "SYN-01: this block is never closed" });
  }
  const deepest = Math.max(0, ...depths.values());
  return lines.map((line, index) => {
    const depth = depths.get(index);
    return depth === undefined ? line : line.replace(/^:+/, ":".repeat(3 + deepest - depth));
  });
}

/**
 * CommonMark with tables and block directives only. Inline `:text` directives are off: "12:30" and
 * "SIRET:FR123" would lose their end. Links, HTML, code and rules have no place in an agreement.
 */
function readMarkdown(source: string): Root {
  const { flow = {} } = directive();
  return fromMarkdown(source, {
    extensions: [
      { flow },
      gfmTable(),
      {
        disable: {
          null: [
            "autolink",
            "codeIndented",
            "codeText",
            "codeFenced",
            "definition",
            "htmlFlow",
            "htmlText",
            "labelStartImage",
            "labelStartLink",
            "setextUnderline",
            "thematicBreak",
          ],
        },
      },
    ],
    mdastExtensions: [directiveFromMarkdown(), gfmTableFromMarkdown()],
  });
}
