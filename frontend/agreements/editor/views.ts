import type { Node } from "@tiptap/pm/model";
import type { NodeView, ViewMutationRecord } from "@tiptap/pm/view";
import type { Live } from "../../platform/live.ts";
import { idOf, type LiveText } from "./live-text.ts";
import {
  factsIn,
  holds,
  reasonOf,
  shownParties,
  shownReference,
  shownTable,
  shownValue,
} from "./shown.ts";

/** Words of the interface that appear inside the paper. */
export interface PaperWords {
  readonly annex: string;
  readonly article: string;
  readonly changeFact: string;
  readonly goTo: string;
  readonly hiddenBecause: string;
  readonly noRows: string;
  readonly shownBecause: string;
  readonly signatureOf: string;
  readonly signatures: string;
  readonly total: string;
  readonly whyThis: string;
}

/** What node views need of the page around them. */
export interface PaperContext {
  readonly live: Live<LiveText>;
  readonly words: PaperWords;
  readonly openFact: (name: string) => void;
  readonly goTo: (clauseId: string) => void;
  /** Opens the guidance of a clause; undefined where there is none. */
  readonly explain: (clauseId: string) => (() => void) | undefined;
}

type Draw = (dom: HTMLElement, node: Node, now: LiveText) => void;

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== "") made.textContent = text;
  return made;
}

/** Keeps what a view shows in step with the node and with the live facts. */
abstract class LiveView implements NodeView {
  readonly dom: HTMLElement;
  protected node: Node;
  protected readonly context: PaperContext;
  private readonly stop: () => void;

  constructor(node: Node, context: PaperContext, dom: HTMLElement) {
    this.node = node;
    this.context = context;
    this.dom = dom;
    this.stop = context.live.subscribe(() => this.draw());
  }

  protected abstract draw(): void;

  update(node: Node): boolean {
    if (node.type !== this.node.type) return false;
    this.node = node;
    this.draw();
    return true;
  }

  destroy(): void {
    this.stop();
  }
}

/** A node without own text: everything it shows is computed. */
class AtomView extends LiveView {
  private readonly drawInto: Draw;

  constructor(node: Node, context: PaperContext, parts: { dom: HTMLElement; draw: Draw }) {
    super(node, context, parts.dom);
    this.drawInto = parts.draw;
    this.draw();
  }

  protected draw(): void {
    this.drawInto(this.dom, this.node, this.context.live.get());
  }

  ignoreMutation(): boolean {
    return true;
  }
}

/** A node with text inside and a computed part in its margin. */
class FrameView extends LiveView {
  readonly contentDOM: HTMLElement;
  private readonly margin: HTMLElement;
  private readonly drawMargin: (margin: HTMLElement, dom: HTMLElement, node: Node) => void;

  constructor(
    node: Node,
    context: PaperContext,
    parts: {
      dom: HTMLElement;
      drawMargin: (margin: HTMLElement, dom: HTMLElement, node: Node) => void;
    },
  ) {
    super(node, context, parts.dom);
    this.drawMargin = parts.drawMargin;
    this.margin = element("div", `${node.type.name}-margin`);
    this.margin.contentEditable = "false";
    this.contentDOM = element("div", `${node.type.name}-body`);
    this.dom.append(this.margin, this.contentDOM);
    this.draw();
  }

  protected draw(): void {
    this.drawMargin(this.margin, this.dom, this.node);
  }

  ignoreMutation(mutation: ViewMutationRecord): boolean {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }
}

function setText(dom: HTMLElement, text: string): void {
  if (dom.textContent !== text) dom.textContent = text;
}

/** A fact in the text; clicking it opens the fact. */
export function valueView(node: Node, context: PaperContext): NodeView {
  const dom = element("span", "paper-value");
  dom.addEventListener("click", () => {
    const [name] = factsIn(String(node.attrs["expr"]), context.live.get().model);
    if (name !== undefined) context.openFact(name);
  });
  return new AtomView(node, context, {
    dom,
    draw: (dom, { attrs }, now) => {
      const shown = shownValue(String(attrs["expr"]), now);
      setText(dom, shown.text);
      dom.classList.toggle("is-missing", shown.isMissing);
      dom.title = context.words.changeFact;
    },
  });
}

/** A defined term. */
export function termView(node: Node, context: PaperContext): NodeView {
  return new AtomView(node, context, {
    dom: element(node.attrs["defines"] === true ? "dfn" : "span", "paper-term"),
    draw: (dom, { attrs }) => setText(dom, String(attrs["name"])),
  });
}

/** A reference to a clause: its number now; clicking it goes there, hovering shows its title. */
export function clauseRefView(node: Node, context: PaperContext): NodeView {
  const dom = element("span", "paper-ref");
  dom.addEventListener("click", () => context.goTo(String(node.attrs["target"])));
  return new AtomView(node, context, {
    dom,
    draw: (dom, { attrs }, now) => {
      const target = String(attrs["target"]);
      const number = now.numbers.get(target);
      setText(dom, shownReference(target, now));
      dom.classList.toggle("is-missing", number === undefined);
      dom.title = now.titles.get(target) ?? target;
    },
  });
}

/** A clause or annex with its number in the margin. */
export function unitView(node: Node, context: PaperContext): NodeView {
  const number = element("span", "unit-number");
  const why = document.createElement("button");
  why.type = "button";
  why.className = "unit-why";
  why.textContent = "?";
  why.title = context.words.whyThis;
  why.setAttribute("aria-label", context.words.whyThis);
  let explain: (() => void) | undefined;
  why.addEventListener("click", () => explain?.());
  return new FrameView(node, context, {
    dom: element("section", `paper-unit paper-${node.type.name}`),
    drawMargin: (margin, dom, node) => {
      const id = idOf(node);
      const { numbers } = context.live.get();
      const isAnnex = node.type.name === "annex";
      const shown = numbers.get(id)?.number ?? "";
      dom.id = `clause-${id}`;
      dom.dataset["clauseId"] = id;
      setText(number, isAnnex && shown !== "" ? `${context.words.annex} ${shown}` : shown);
      if (!margin.contains(number)) margin.append(number);
      explain = context.explain(id);
      if (explain === undefined) why.remove();
      else if (!margin.contains(why)) margin.append(why);
    },
  });
}

/** A part that stands only while its condition holds, with the reason in words. */
export function conditionalView(node: Node, context: PaperContext): NodeView {
  let test = "";
  const dom = element("div", "paper-conditional");
  dom.addEventListener("click", (event) => {
    const isReason =
      event.target instanceof Element && event.target.classList.contains("conditional-margin");
    const [name] = factsIn(test, context.live.get().model);
    if (isReason && name !== undefined) context.openFact(name);
  });
  return new FrameView(node, context, {
    dom,
    drawMargin: (margin, dom, { attrs }) => {
      const now = context.live.get();
      test = String(attrs["test"]);
      const isShown = holds(test, now);
      const lead = isShown ? context.words.shownBecause : context.words.hiddenBecause;
      setText(margin, `${lead} ${reasonOf(test, now)}`);
      dom.dataset["holds"] = String(isShown);
    },
  });
}

function cell(tag: "td" | "th", text: string, align: string): HTMLElement {
  const made = element(tag, `is-${align}`, text);
  if (tag === "th") made.setAttribute("scope", "col");
  return made;
}

function drawTable(dom: HTMLElement, node: Node, context: PaperContext): void {
  const { columns, rows, total } = shownTable(node.attrs, context.live.get());
  const table = element("table", "paper-data-table");
  const line = (tag: "td" | "th", cells: readonly string[], className = ""): HTMLElement => {
    const row = element("tr", className);
    row.append(...cells.map((text, index) => cell(tag, text, columns[index]?.align ?? "left")));
    return row;
  };
  const head = element("thead", "");
  head.append(
    line(
      "th",
      columns.map(({ label }) => label),
    ),
  );
  const body = element("tbody", "");
  body.append(...rows.map((row) => line("td", row)));
  if (rows.length === 0) {
    const empty = cell("td", context.words.noRows, "left");
    empty.setAttribute("colspan", String(Math.max(columns.length, 1)));
    empty.classList.add("is-missing");
    const row = element("tr", "");
    row.append(empty);
    body.append(row);
  }
  table.append(head, body);
  if (total !== null) {
    const foot = element("tfoot", "");
    foot.append(line("td", total));
    table.append(foot);
  }
  dom.replaceChildren(table);
}

/** A table of facts, as it stands now; clicking it opens the facts. */
export function dataTableView(node: Node, context: PaperContext): NodeView {
  const dom = element("div", "paper-data");
  dom.title = context.words.changeFact;
  // A table wider than the paper scrolls, so the keyboard must reach it.
  dom.tabIndex = 0;
  dom.addEventListener("click", () => context.openFact(String(node.attrs["of"])));
  return new AtomView(node, context, { dom, draw: (dom, node) => drawTable(dom, node, context) });
}

/** The places where parties will sign. */
export function signaturesView(node: Node, context: PaperContext): NodeView {
  return new AtomView(node, context, {
    dom: element("div", "paper-signatures"),
    draw: (dom, { attrs }, now) => {
      const boxes = shownParties(String(attrs["of"]), now).map(({ name, signatory }) => {
        const box = element("div", "paper-signature");
        box.append(
          element("span", "paper-signature-for", context.words.signatureOf),
          element("strong", "", name),
          element("span", "", signatory ?? ""),
        );
        return box;
      });
      dom.setAttribute("aria-label", context.words.signatures);
      dom.replaceChildren(...boxes);
    },
  });
}
