import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Role } from "../../domain/partnerships/wire.ts";
import type { App } from "../app.ts";
import type { Actor } from "../platform/http/route.ts";
import { seedAgreements } from "./demo-agreements.ts";

/** Who can sign in to the demo. */
export interface DemoLogins {
  readonly password: string;
  readonly people: readonly { readonly email: string; readonly who: string }[];
}

interface DemoPerson {
  readonly key: string;
  readonly name: string;
  readonly who: string;
  /** Index of the partner, or null for nobody's. */
  readonly partner: number | null;
  readonly roles: readonly Role[];
}

const partners = [
  { name: "Association Passerelle", sector: "association", registration: "W691000001" },
  { name: "Société Boréal", sector: "company", registration: "732 829 320" },
  { name: "Métropole d’Exemple", sector: "local_authority", registration: "200 046 977" },
] as const;

const people: readonly DemoPerson[] = [
  {
    key: "sam",
    name: "Sam Opérateur",
    who: "opérateur : la boîte d’envoi",
    partner: null,
    roles: [],
  },
  {
    key: "eli",
    name: "Eli Marchand",
    who: "coordination du partenariat",
    partner: null,
    roles: ["coordinator"],
  },
  {
    key: "ada",
    name: "Ada Morel",
    who: "porteuse, Association Passerelle",
    partner: 0,
    roles: ["lead", "committee"],
  },
  {
    key: "ben",
    name: "Ben Castel",
    who: "porteur, Société Boréal",
    partner: 1,
    roles: ["lead", "committee"],
  },
  {
    key: "lina",
    name: "Lina Haddad",
    who: "juriste, Société Boréal",
    partner: 1,
    roles: ["lawyer"],
  },
  {
    key: "pia",
    name: "Pia Renaud",
    who: "porteuse, Métropole d’Exemple",
    partner: 2,
    roles: ["lead", "committee"],
  },
  {
    key: "cleo",
    name: "Cléo Martin",
    who: "comité, Association Passerelle",
    partner: 0,
    roles: ["committee"],
  },
  {
    key: "omar",
    name: "Omar Diallo",
    who: "comité, Métropole d’Exemple",
    partner: 2,
    roles: ["committee"],
  },
  {
    key: "noor",
    name: "Noor Bensaïd",
    who: "archiviste, Métropole d’Exemple",
    partner: 2,
    roles: ["archivist"],
  },
];

const emailOf = ({ key }: Pick<DemoPerson, "key">): string => `${key}@demo.example`;

/**
 * Seeds the fictional partnership into an empty instance, once; afterwards only tells the logins.
 * Nothing when the instance holds real accounts.
 */
export async function seedDemo(app: App, dataDir: string): Promise<DemoLogins | undefined> {
  const file = join(dataDir, "demo.json");
  const listed = people.map((person) => ({ email: emailOf(person), who: person.who }));
  if (existsSync(file)) {
    const { password } = JSON.parse(readFileSync(file, "utf8")) as { password: string };
    return { password, people: listed };
  }
  if (!(await app.features.identity.service.isEmpty())) return undefined;
  const password = newPassword();
  await seedPartnership(app, password);
  writeFileSync(file, JSON.stringify({ password }), { mode: 0o600, flush: true });
  return { password, people: listed };
}

/** Three words and a number: easy to type, another one on every instance. */
function newPassword(): string {
  const words = ["pont", "rivage", "cedre", "lisiere", "phare", "verger", "aube", "sillon"];
  const pick = (): string => words[randomInt(words.length)] ?? "pont";
  return `${pick()}-${pick()}-${randomInt(1000, 9999)}`;
}

async function seedPartnership(app: App, password: string): Promise<void> {
  const { identity, partnerships } = app.features;
  const actors = new Map<string, Actor>();
  for (const person of people) {
    const { name } = person;
    const signedIn = await identity.service.register({
      email: emailOf(person),
      password,
      name,
      locale: "fr",
    });
    actors.set(person.key, signedIn.actor);
  }
  const eli = actorOf(actors, "eli");
  const partnership = await partnerships.service.create(eli, {
    name: "Tremplin numérique",
    purpose:
      "Former et accompagner vers l’emploi les habitantes et habitants éloignés du numérique, dans trois quartiers.",
  });
  const added = [];
  for (const partner of partners) {
    added.push(
      await partnerships.service.addPartner(eli, partnership.id, {
        ...partner,
        country: "FR",
        actFor: false,
      }),
    );
  }
  const cast: Record<string, { actor: Actor; memberId: string }> = {
    eli: { actor: eli, memberId: partnership.me.id },
  };
  for (const person of people) {
    const partner = person.partner === null ? undefined : added[person.partner];
    if (!partner) continue;
    const actor = actorOf(actors, person.key);
    const member = await partnerships.invitations.admit(actor, {
      partnershipId: partnership.id,
      partnerId: partner.id,
      roles: person.roles,
    });
    cast[person.key] = { actor, memberId: member.id };
  }
  await seedAgreements(app, { partnershipId: partnership.id, partners: added, cast });
}

function actorOf(actors: ReadonlyMap<string, Actor>, key: string): Actor {
  const actor = actors.get(key);
  if (!actor) throw new Error(`nobody called ${key} in the demo`);
  return actor;
}
