import type { Role } from "../../domain/partnerships/wire.ts";
import type { Instance } from "./instance.ts";
import type { Person } from "./person.ts";

/** A partnership of three partners with people in every role. */
export interface Cast {
  readonly partnershipId: string;
  /** Passerelle (association), Boréal (company), Exemple (public authority). */
  readonly partnerIds: readonly [string, string, string];
  /** Coordinator, of no partner. */
  readonly eli: Person;
  /** Leads and committee members of the three partners. */
  readonly ada: Person;
  readonly ben: Person;
  readonly pia: Person;
  readonly lina: Person;
  readonly noor: Person;
  readonly olga: Person;
  /** Committee only. */
  readonly cleo: Person;
  readonly memberIds: Readonly<Record<string, string>>;
}

const partners = [
  { name: "Association Passerelle", sector: "association" },
  { name: "Société Boréal", sector: "company" },
  { name: "Métropole d’Exemple", sector: "local_authority" },
] as const;

const castList: readonly (readonly [string, 0 | 1 | 2, readonly Role[]])[] = [
  ["Ada", 0, ["lead", "committee"]],
  ["Ben", 1, ["lead", "committee"]],
  ["Pia", 2, ["lead", "committee"]],
  ["Lina", 1, ["lawyer"]],
  ["Noor", 2, ["archivist"]],
  ["Olga", 2, ["observer"]],
  ["Cleo", 0, ["committee"]],
];

/** Opens a partnership and brings the cast in, through the doors a person would use. */
export async function assemble(world: Instance): Promise<Cast> {
  const eli = await world.person("Eli");
  const partnership = (await eli.post("/partnerships", { name: "Tremplin" })).ok<{
    id: string;
    me: { id: string };
  }>();
  const partnershipId = partnership.id;
  const partnerIds: string[] = [];
  for (const partner of partners) {
    const reply = await eli.post(`/partnerships/${partnershipId}/partners`, partner);
    partnerIds.push(reply.ok<{ id: string }>().id);
  }
  const people: Record<string, Person> = {};
  const memberIds: Record<string, string> = { eli: partnership.me.id };
  for (const [name, partner, roles] of castList) {
    const guest = await world.person(name);
    const partnerId = partnerIds[partner] ?? "";
    const member = await world.join(eli, guest, { partnershipId, partnerId, roles });
    people[name.toLowerCase()] = guest;
    memberIds[name.toLowerCase()] = member.id;
  }
  return { partnershipId, partnerIds, eli, memberIds, ...people } as unknown as Cast;
}
