import { createElement, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isShownTable } from "../../domain/agreements/plain-text.ts";
import type { ShownTable } from "../../domain/agreements/version.ts";
import type { TextNode } from "../../domain/kernel/text.ts";
import { partiesOf } from "../../domain/templates/facts.ts";
import type { Json } from "../../domain/kernel/canonical.ts";
import "./paper.css";

interface PaperProps {
  /** A resolved text (see VersionContent.text). */
  readonly text: TextNode;
  readonly language: "fr" | "en";
  /** What the paper is, for screen readers. */
  readonly label: string;
}

/** A resolved text as a sheet of paper, to read: versions, previews, decisions, archive. */
export function Paper({ text, language, label }: PaperProps) {
  return (
    <article className="paper-sheet">
      <div className="paper-text" lang={language} role="document" aria-label={label}>
        <Children of={text} level={2} />
      </div>
    </article>
  );
}

interface Place {
  /** Heading level of the next clause title: 2 to 6. */
  readonly level: number;
}

function Children({ of, level }: { readonly of: TextNode } & Place) {
  return (of.content ?? []).map((node, index) => (
    // The text is immutable: a node's place is its identity.
    // oxlint-disable-next-line react/no-array-index-key
    <Part key={index} node={node} level={level} />
  ));
}

function attr(node: TextNode, name: string): string {
  const value = node.attrs?.[name];
  return typeof value === "string" ? value : "";
}

const plainTags: Readonly<Record<string, string>> = {
  paragraph: "p",
  bulletList: "ul",
  orderedList: "ol",
  listItem: "li",
  tableRow: "tr",
  hardBreak: "br",
};

function Part({ node, level }: { readonly node: TextNode } & Place): ReactNode {
  switch (node.type) {
    case "text":
      return <Words node={node} />;
    case "clause":
    case "annex":
      return <Unit node={node} level={level} />;
    case "clauseTitle":
      return createElement(
        `h${String(Math.min(level, 6))}`,
        { className: "paper-heading" },
        <Children of={node} level={level} />,
      );
    case "title":
      // The page around the paper has its own first-level heading.
      return (
        <h2 className="paper-title">
          <Children of={node} level={level} />
        </h2>
      );
    case "value":
      return <span className="paper-value paper-value--still">{attr(node, "shown")}</span>;
    case "term":
      return node.attrs?.["defines"] === true ? (
        <dfn className="paper-term">{attr(node, "shown")}</dfn>
      ) : (
        <span className="paper-term">{attr(node, "shown")}</span>
      );
    case "clauseRef":
      return <a href={`#clause-${attr(node, "target")}`}>{attr(node, "shown")}</a>;
    case "dataTable":
      return <DataTable table={node.attrs?.["table"]} />;
    case "signatures":
      return <Signatures parties={node.attrs?.["parties"]} />;
    case "table":
      return (
        <div className="paper-scroll">
          <table>
            <tbody>
              <Children of={node} level={level} />
            </tbody>
          </table>
        </div>
      );
    case "tableCell":
    case "tableHeader":
      return <Cell node={node} level={level} />;
    case "hardBreak":
      return <br />;
    default: {
      const tag = plainTags[node.type];
      const children = <Children of={node} level={level} />;
      return tag === undefined ? children : createElement(tag, null, children);
    }
  }
}

function Words({ node }: { readonly node: TextNode }): ReactNode {
  return (node.marks ?? []).reduce<ReactNode>(
    (inner, { type }) => (type === "bold" ? <strong>{inner}</strong> : <em>{inner}</em>),
    node.text ?? "",
  );
}

function Unit({ node, level }: { readonly node: TextNode } & Place) {
  const { t } = useTranslation("agreements");
  const number = attr(node, "number");
  const shown = node.type === "annex" ? `${t("paper.annex")} ${number}` : number;
  return (
    <section id={`clause-${attr(node, "id")}`} className={`paper-unit paper-${node.type}`}>
      <div className={`${node.type}-margin`}>
        <span className="unit-number">{shown}</span>
      </div>
      <div className={`${node.type}-body`}>
        <Children of={node} level={node.type === "annex" ? level : level + 1} />
      </div>
    </section>
  );
}

function Cell({ node, level }: { readonly node: TextNode } & Place) {
  const span = (name: string): number => {
    const value = node.attrs?.[name];
    return typeof value === "number" ? value : 1;
  };
  const spans = { colSpan: span("colspan"), rowSpan: span("rowspan") };
  const children = <Children of={node} level={level} />;
  return node.type === "tableHeader" ? (
    <th scope="col" {...spans}>
      {children}
    </th>
  ) : (
    <td {...spans}>{children}</td>
  );
}

function DataTable({ table }: { readonly table: unknown }) {
  return isShownTable(table) ? <ShownRows table={table} /> : null;
}

function ShownRows({ table }: { readonly table: ShownTable }) {
  const { columns, rows, total } = table;
  const line = (cells: readonly string[]) =>
    cells.map((text, index) => {
      const column = columns[index];
      return (
        <td key={column?.key ?? index} className={`is-${column?.align ?? "left"}`}>
          {text}
        </td>
      );
    });
  return (
    // A table wider than the paper scrolls, so the keyboard must reach it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className="paper-data paper-scroll" tabIndex={0}>
      <table className="paper-data-table">
        <thead>
          <tr>
            {columns.map(({ key, label, align }) => (
              <th key={key} scope="col" className={`is-${align}`}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // oxlint-disable-next-line react/no-array-index-key
            <tr key={index}>{line(row)}</tr>
          ))}
        </tbody>
        {total !== null && (
          <tfoot>
            <tr>{line(total)}</tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Signatures({ parties }: { readonly parties: unknown }) {
  const { t } = useTranslation("agreements");
  // A resolved text is our own product: its attribute is JSON by construction.
  const rows = partiesOf({ parties: Array.isArray(parties) ? (parties as Json[]) : [] });
  return (
    <section className="paper-signatures" aria-label={t("paper.signatures")}>
      {rows.map(({ id, name, signatory }) => (
        <div key={id} className="paper-signature">
          <span className="paper-signature-for">{t("paper.signatureOf")}</span>
          <strong>{name}</strong>
          <span>{signatory}</span>
        </div>
      ))}
    </section>
  );
}
