import { partiesOf, type Facts } from "../../domain/agreements/facts.ts";
import { mayDo } from "../../domain/partnerships/access.ts";
import type { Member, Partner } from "../../domain/partnerships/wire.ts";

/** Who signs for a party, while it is chosen. */
export interface Choice {
  readonly partnerId: string;
  /** "" until somebody is chosen. */
  readonly memberId: string;
  /** By what right, in their own words. */
  readonly authority: string;
  /** Whom the text itself names as the party's signatory, with their capacity; "" when nobody. */
  readonly named: string;
}

/** The people who may sign for a partner, its leads first. */
export function signersOf(members: readonly Member[], partnerId: string): readonly Member[] {
  const rank = ({ roles }: Member): number => (roles.includes("lead") ? 0 : 1);
  return members
    .filter((one) => one.partnerId === partnerId && mayDo(one.roles, "signature.apply"))
    .toSorted((a, b) => rank(a) - rank(b));
}

interface ChoiceInput {
  readonly facts: Facts;
  readonly partners: readonly Partner[];
  readonly members: readonly Member[];
}

/** One choice for each party of the text, or for each partner when the text's parties are not partners here. */
export function firstChoices({ facts, partners, members }: ChoiceInput): readonly Choice[] {
  const known = new Set(partners.map(({ id }) => id));
  const parties = partiesOf(facts);
  const areKnown = parties.length > 0 && parties.every(({ id }) => known.has(id));
  const signing: readonly { id: string; signatory?: string }[] = areKnown ? parties : partners;
  return signing.map(({ id, signatory = "" }) => ({
    partnerId: id,
    memberId: signersOf(members, id)[0]?.id ?? "",
    authority: "",
    named: signatory,
  }));
}
