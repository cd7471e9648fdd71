import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Role } from "../../domain/partnerships/wire.ts";
import { Person } from "./person.ts";

/** A running instance, seen from outside: its URL and its data folder. */
export class Instance {
  readonly url: string;
  readonly dataDir: string;

  constructor(url: string, dataDir: string) {
    this.url = url;
    this.dataDir = dataDir;
  }

  /** Nobody in particular: no token. */
  stranger(): Person {
    return new Person(this.url, { id: "", name: "", email: "" }, "");
  }

  /** The same person with the same token, on this instance. */
  as(person: Person): Person {
    return new Person(this.url, person, person.token);
  }

  /** A new account, signed in. */
  async person(name: string): Promise<Person> {
    const email = `${name.toLowerCase()}.${Math.random().toString(36).slice(2, 8)}@example.org`;
    const reply = await this.stranger().post("/auth/register", {
      email,
      password: passwordOf(name),
      name,
      locale: "fr",
    });
    const { account, accessToken } = reply.ok<{ account: { id: string }; accessToken: string }>();
    return new Person(this.url, { id: account.id, name, email }, accessToken);
  }

  /** Invites a person by mail and accepts for them, as the link in the outbox says. */
  async join(
    coordinator: Person,
    guest: Person,
    as: { partnershipId: string; partnerId: string; roles: readonly Role[] },
  ): Promise<{ id: string }> {
    const { partnershipId, partnerId, roles } = as;
    const invited = await coordinator.post(`/partnerships/${partnershipId}/invitations`, {
      email: guest.email,
      partnerId,
      roles,
    });
    invited.ok();
    const token = await this.invitationTokenFor(guest.email);
    return (await guest.post(`/invitations/${token}/accept`, {})).ok<{ id: string }>();
  }

  /** The newest invitation token mailed to an address. */
  async invitationTokenFor(email: string): Promise<string> {
    const outbox = join(this.dataDir, "outbox");
    const names = (await readdir(outbox))
      .filter((name) => name.endsWith(".json"))
      .sort()
      .reverse();
    for (const name of names) {
      const text = await readFile(join(outbox, name), "utf8");
      const message = JSON.parse(text) as { to: string; text: string };
      const token = /\/invitations\/(\S+)/.exec(message.text)?.[1];
      if (message.to === email && token) return token;
    }
    throw new Error("no invitation in the outbox");
  }
}

/** The password of a person made by `Instance.person`. */
export function passwordOf(name: string): string {
  return `${name.toLowerCase()}-has-a-long-password`;
}
