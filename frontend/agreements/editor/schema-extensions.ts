import type { AnyExtension } from "@tiptap/core";
import type { TextNodeName } from "../../../domain/agreements/schema.ts";
import { markOf, nodeNames, nodeOf, type Behaviour } from "./nodes.ts";

/** Extra behaviour per node: views, keys. */
export type Behaviours = Readonly<Partial<Record<TextNodeName, Behaviour>>>;

/** Extensions that make exactly the agreement schema. */
export function schemaExtensions(behaviours: Behaviours = {}): AnyExtension[] {
  return [
    ...nodeNames.map((name) => nodeOf(name, behaviours[name])),
    markOf("bold", "Mod-b"),
    markOf("italic", "Mod-i"),
  ];
}
