import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp, type App } from "../../backend/app.ts";
import { readConfig } from "../../backend/config.ts";
import { createLog } from "../../backend/platform/log.ts";
import type { Clock } from "../../backend/platform/clock.ts";
import type { Role } from "../../domain/partnerships/wire.ts";
import { Person, type Reply } from "./person.ts";

/** A clock that a test moves. */
export class MovableClock implements Clock {
  private offsetMs = 0;

  now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  advance(ms: number): void {
    this.offsetMs += ms;
  }
}

/** A running instance on a folder of its own: real storage, real sockets, a clock that moves. */
export class World {
  readonly app: App;
  readonly url: string;
  readonly clock: MovableClock;
  readonly dataDir: string;
  private readonly isKept: boolean;

  private constructor(parts: {
    app: App;
    url: string;
    clock: MovableClock;
    dataDir: string;
    isKept: boolean;
  }) {
    this.app = parts.app;
    this.url = parts.url;
    this.clock = parts.clock;
    this.dataDir = parts.dataDir;
    this.isKept = parts.isKept;
  }

  /** Starts an instance, on a fresh folder unless one is given. */
  static async start(dataDir?: string): Promise<World> {
    const dir = dataDir ?? (await mkdtemp(join(tmpdir(), "entente-test-")));
    const config = readConfig({
      PORT: "0",
      DATA_DIR: dir,
      ...(process.env["TEMPLATES_DIR"] ? { TEMPLATES_DIR: process.env["TEMPLATES_DIR"] } : {}),
      LOG_LEVEL: process.env["TEST_LOG_LEVEL"] ?? "silent",
      LOGIN_ATTEMPTS_PER_MINUTE: "1000",
    });
    const clock = new MovableClock();
    const app = await createApp({ config, log: createLog(config.logLevel), clock });
    const url = await app.listen();
    return new World({ app, url, clock, dataDir: dir, isKept: dataDir !== undefined });
  }

  async stop(): Promise<void> {
    await this.app.close();
    if (!this.isKept) await rm(this.dataDir, { recursive: true, force: true });
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
      const message = JSON.parse(await readFile(join(outbox, name), "utf8")) as {
        to: string;
        text: string;
      };
      const token = /\/invitations\/(\S+)/.exec(message.text)?.[1];
      if (message.to === email && token) return token;
    }
    throw new Error("no invitation in the outbox");
  }
}

/** The password of a person made by `World.person`. */
export function passwordOf(name: string): string {
  return `${name.toLowerCase()}-has-a-long-password`;
}

/** Waits until a condition holds, without sleeping longer than needed. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 5_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("the condition did not come true in time");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export { Person, type Reply };
