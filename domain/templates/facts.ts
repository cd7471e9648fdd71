import type { Json, JsonObject } from "../kernel/canonical.ts";

/**
 * The facts of an agreement, keyed by parameter name. Money is an integer of minor units, a share
 * or percentage an integer of basis points (10000 = 100 %), a date `YYYY-MM-DD`, a duration ISO 8601,
 * a ratio `n/d`. `null` and an absent key both mean: not filled yet.
 */
export type Facts = JsonObject;

/** A party as it stands in the fact `parties`. */
export interface Party {
  readonly id: string;
  readonly name: string;
  readonly sector?: string;
  readonly legal_form?: string;
  readonly registration?: string;
  readonly address?: string;
  readonly country?: string;
  readonly signatory?: string;
}

/** Reads the fact `parties`; rows that are not objects with an id are left out. */
export function partiesOf(facts: Facts): readonly Party[] {
  const rows = facts["parties"];
  return Array.isArray(rows) ? rows.filter(isParty) : [];
}

function isParty(row: Json): row is Json & Party {
  return typeof row === "object" && row !== null && "id" in row && typeof row["id"] === "string";
}

/** The rows of a list fact; anything that is not an object is left out. */
export function rowsOf(facts: Facts, name: string): readonly JsonObject[] {
  const rows = facts[name];
  return Array.isArray(rows) ? rows.filter(isRow) : [];
}

function isRow(row: Json): row is JsonObject {
  return typeof row === "object" && row !== null && !Array.isArray(row);
}

/** Whether a fact still waits for its value. */
export function isUnfilled(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "";
}
