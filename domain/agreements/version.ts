import { canonicalJson, contentHash } from "../kernel/canonical.ts";
import type { Facts } from "./facts.ts";
import type { TextNode } from "./schema.ts";

/**
 * A version: what is voted, rendered and signed. `text` is resolved — every node that depended on
 * facts carries what it showed — so that the record reads without the template:
 * `value|term|clauseRef` have `attrs.shown`; `clause|annex` have `attrs.number` ("3.1", "A"); `dataTable` has
 * `attrs.table` (ShownTable); `signatures` has `attrs.parties` (Party[]); `conditional` is gone.
 */
export interface VersionContent {
  readonly format: "entente-version/1";
  readonly agreement: string;
  readonly number: number;
  readonly title: string;
  readonly language: "fr" | "en";
  readonly template: { readonly id: string; readonly version: string; readonly sha256: string };
  readonly facts: Facts;
  readonly text: TextNode;
}

/** A data table as it was shown: every cell a string. */
export interface ShownTable {
  readonly columns: readonly {
    readonly key: string;
    readonly label: string;
    readonly align: "left" | "right";
  }[];
  readonly rows: readonly (readonly string[])[];
  /** Same length as `columns`; empty strings where there is no total. */
  readonly total: readonly string[] | null;
}

/** The bytes of a version: RFC 8785 JSON. */
export function versionBytes(content: VersionContent): string {
  return canonicalJson(content);
}

/** SHA-256 of the version's bytes: the hash that ballot, PDF, log and archive carry. */
export function versionHash(content: VersionContent): string {
  return contentHash(content);
}
