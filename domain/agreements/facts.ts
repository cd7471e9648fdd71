import type { Json, JsonObject } from "../kernel/canonical.ts";

/**
 * The facts of an agreement, keyed by parameter name. Money is an integer of minor units, a share
 * or percentage an integer of basis points (10000 = 100 %), a date `YYYY-MM-DD`, a duration ISO 8601.
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
