import { Refusal } from "../kernel/refusal.ts";
import { agreementSchema, MAX_TEXT_DEPTH, type TextNode } from "./schema.ts";

/** Most nodes of one agreement's text. */
export const MAX_TEXT_NODES = 50_000;
/** Most characters of one agreement's text, over all its nodes. */
export const MAX_TEXT_CHARACTERS = 2_000_000;
/** Most characters of one attribute (an expression, a term, an id). */
export const MAX_ATTRIBUTE_LENGTH = 2_000;

/**
 * Accepts a text only if the schema does: known nodes, marks and attributes of the right types,
 * content in its place; and if it is not too deep or too large. A clause id used twice is accepted:
 * two people who move the same clause at once produce one, and the check NUM-01 asks to mend it.
 *
 * @throws {Refusal} update-invalid — with the first fault
 */
export function validateText(json: unknown): void {
  const budget = { nodes: 0, characters: 0 };
  const root = readNode(json, 0, budget);
  if (root.type !== "doc") refuse("the text's root is a doc");
  try {
    agreementSchema.nodeFromJSON(root).check();
  } catch (error) {
    // The schema reports a fault by RangeError or SyntaxError; their text names nodes, not content.
    if (error instanceof RangeError || error instanceof SyntaxError)
      refuse("not in the schema", error);
    throw error;
  }
}

interface Budget {
  nodes: number;
  characters: number;
}

function refuse(detail: string, cause?: unknown): never {
  throw new Refusal("update-invalid", detail, { cause });
}

/** Checks the outline before the schema sees it: its readers recurse, and trust the shape of JSON. */
function readNode(json: unknown, depth: number, budget: Budget): TextNode {
  if (depth > MAX_TEXT_DEPTH) refuse("nested too deeply");
  if (!isNode(json)) refuse("a node is an object with a type");
  budget.nodes += 1;
  budget.characters += json.text?.length ?? 0;
  if (budget.nodes > MAX_TEXT_NODES || budget.characters > MAX_TEXT_CHARACTERS) refuse("too long");
  readAttributes(json);
  for (const child of json.content ?? []) readNode(child, depth + 1, budget);
  return json;
}

function readAttributes(node: TextNode): void {
  const known = agreementSchema.nodes[node.type]?.spec.attrs ?? {};
  for (const [name, value] of Object.entries(node.attrs ?? {})) {
    if (!Object.hasOwn(known, name)) refuse(`${node.type} has no attribute ${name}`);
    if (typeof value === "string" && value.length > MAX_ATTRIBUTE_LENGTH) {
      refuse(`the attribute ${name} is too long`);
    }
  }
}

function isNode(json: unknown): json is TextNode {
  if (typeof json !== "object" || json === null) return false;
  if (!("type" in json) || typeof json.type !== "string") return false;
  return (
    isAbsentOr(json, "content", Array.isArray) &&
    isAbsentOr(json, "marks", Array.isArray) &&
    isAbsentOr(json, "text", (value) => typeof value === "string") &&
    isAbsentOr(json, "attrs", (value) => typeof value === "object" && value !== null)
  );
}

function isAbsentOr(json: object, key: string, test: (value: unknown) => boolean): boolean {
  if (!Object.hasOwn(json, key)) return true;
  const value: unknown = Reflect.get(json, key);
  return value === undefined || test(value);
}
