import { prosemirrorToYXmlFragment, updateYFragment } from "@tiptap/y-tiptap";
import { Fragment, type Mark, type Node, type NodeType } from "prosemirror-model";
import * as Y from "yjs";
import { agreementSchema, MAX_TEXT_DEPTH, type TextNode } from "../../domain/agreements/schema.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";

const MAX_ATTRIBUTE_LENGTH = 4_000;
const MAX_COLUMN_WIDTHS = 64;

interface Kept {
  readonly node: Node;
  /** Levels of nodes below and including this one. */
  readonly height: number;
}

/**
 * Reads a shared text as a ProseMirror document, strictly and without touching it. (The editor's own
 * binding deletes what it cannot read, through the browser of whoever reads it: y-prosemirror#39.)
 * Elements that did not change are not read again: one keystroke costs its paragraph and the path to it.
 */
export class TextReader {
  private kept = new WeakMap<Y.XmlElement, Kept>();
  private readonly maxSize: number;

  /** @param maxSize longest text, in ProseMirror positions */
  constructor(maxSize: number) {
    this.maxSize = maxSize;
  }

  /** Forgets what a transaction changed, up to the root. */
  forget(transaction: Y.Transaction): void {
    for (const type of transaction.changedParentTypes.keys()) {
      const changed: unknown = type;
      if (changed instanceof Y.XmlElement) this.kept.delete(changed);
    }
  }

  /**
   * The document, valid against the agreement's schema.
   * @throws {Refusal} update-invalid — a node, mark, attribute or place that the schema does not know;
   * document-too-large
   */
  read(text: Y.XmlFragment): Node {
    if (text._map.size > 0) throw invalid();
    const children = text.toArray().map((child) => this.readElement(child, 1).node);
    const document = build(agreementSchema.topNodeType, {}, children);
    if (document.content.size > this.maxSize) {
      throw new Refusal("document-too-large", "The text has reached its size limit.");
    }
    return document;
  }

  private readElement(element: unknown, depth: number): Kept {
    if (!(element instanceof Y.XmlElement) || element instanceof Y.XmlHook) throw invalid();
    const known = this.kept.get(element);
    if (known && depth + known.height - 1 <= MAX_TEXT_DEPTH) return known;
    if (depth > MAX_TEXT_DEPTH) throw invalid();
    const type = agreementSchema.nodes[element.nodeName];
    if (!type || type.isText || type === agreementSchema.topNodeType) throw invalid();
    let height = 1;
    const children = element.toArray().flatMap((child) => {
      if (child instanceof Y.XmlText && type.inlineContent) return readRuns(child);
      const kept = this.readElement(child, depth + 1);
      height = Math.max(height, kept.height + 1);
      return [kept.node];
    });
    const read = { node: build(type, element.getAttributes(), children), height };
    this.kept.set(element, read);
    return read;
  }
}

function build(type: NodeType, attributes: object, children: readonly Node[]): Node {
  const content = Fragment.fromArray([...children]);
  if (!type.validContent(content)) throw invalid();
  const attrs = readAttributes(type, attributes);
  try {
    type.create(attrs).check();
  } catch (error) {
    throw new Refusal("update-invalid", `A ${type.name} has a wrong attribute.`, { cause: error });
  }
  return type.create(attrs, content);
}

/** An attribute that the schema does not declare would be content that nobody reads. */
function readAttributes(type: NodeType, attributes: object): Record<string, unknown> {
  const declared = type.spec.attrs ?? {};
  const entries = Object.entries(attributes) as [string, unknown][];
  for (const [name, value] of entries) {
    if (!Object.hasOwn(declared, name) || !isAttributeValue(value)) throw invalid();
  }
  return Object.fromEntries(entries);
}

function isAttributeValue(value: unknown): boolean {
  if (typeof value === "string") return value.length <= MAX_ATTRIBUTE_LENGTH;
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (value === null || typeof value === "boolean") return true;
  return (
    Array.isArray(value) &&
    value.length <= MAX_COLUMN_WIDTHS &&
    value.every((item) => Number.isSafeInteger(item))
  );
}

function readRuns(text: Y.XmlText): Node[] {
  if (hasLive(text._map)) throw invalid();
  const runs = text.toDelta() as { insert: unknown; attributes?: Record<string, unknown> }[];
  let length = 0;
  const nodes = runs.map(({ insert, attributes }) => {
    if (typeof insert !== "string") throw invalid();
    length += insert.length;
    return agreementSchema.text(insert, readMarks(attributes ?? {}));
  });
  if (length !== text.length) throw invalid();
  return nodes;
}

function hasLive(entries: Map<string, Y.Item>): boolean {
  return [...entries.values()].some((item) => !item.deleted);
}

function readMarks(attributes: Record<string, unknown>): Mark[] {
  return Object.keys(attributes).map((name) => {
    const type = agreementSchema.marks[name];
    if (!type) throw invalid();
    return type.create();
  });
}

function invalid(): Refusal {
  return new Refusal("update-invalid", "The update would make the text invalid.");
}

/**
 * Parses an agreement's text.
 * @throws {Refusal} update-invalid — it is not valid against the schema
 */
export function parseText(text: TextNode): Node {
  try {
    const node = agreementSchema.nodeFromJSON(text);
    node.check();
    if (node.type === agreementSchema.topNodeType) return node;
  } catch (error) {
    throw new Refusal("update-invalid", "The text does not follow the schema.", { cause: error });
  }
  throw invalid();
}

/** Fills an empty shared text. */
export function fillText(fragment: Y.XmlFragment, text: Node): void {
  prosemirrorToYXmlFragment(text, fragment);
}

/** Makes the shared text say `text`, touching only what differs; call inside a transaction. */
export function writeText(doc: Y.Doc, fragment: Y.XmlFragment, text: Node): void {
  updateYFragment(doc, fragment, text, { mapping: new Map(), isOMark: new Map() });
}
