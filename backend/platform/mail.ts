import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport, type Transporter } from "nodemailer";
import type { Clock } from "./clock.ts";
import type { Ids } from "./ids.ts";

/** A message to one person, in plain text. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A message that lies in the outbox folder. */
export type StoredMessage = Message & { readonly id: string; readonly at: string };

/** Sends mail: by SMTP when configured, else into the outbox folder (`DATA_DIR/outbox/*.eml`). */
export interface Mail {
  send(message: Message): Promise<void>;
  /** The newest messages of the outbox folder; empty when mail leaves by SMTP. */
  listOutbox(limit: number): Promise<readonly StoredMessage[]>;
}

/** What mail needs. */
export interface MailDeps {
  readonly smtpUrl: string | undefined;
  readonly from: string;
  readonly outboxDir: string;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Mail by SMTP, or into the outbox folder. */
export function createMail(deps: MailDeps): Mail {
  return deps.smtpUrl ? smtpMail(createTransport(deps.smtpUrl), deps.from) : outboxMail(deps);
}

function smtpMail(transport: Transporter, from: string): Mail {
  return {
    async send(message) {
      await transport.sendMail({ from, ...message });
    },
    listOutbox: () => Promise.resolve([]),
  };
}

function outboxMail({ from, outboxDir, clock, ids }: MailDeps): Mail {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  return {
    async send(message) {
      await mkdir(outboxDir, { recursive: true, mode: 0o700 });
      const id = ids.next();
      const at = clock.now();
      const { message: eml } = await composer.sendMail({ from, date: at, ...message });
      const stored: StoredMessage = { id, at: at.toISOString(), ...message };
      await writeFile(join(outboxDir, `${id}.eml`), eml as Buffer, { mode: 0o600, flush: true });
      await writeFile(join(outboxDir, `${id}.json`), JSON.stringify(stored), { mode: 0o600 });
    },
    async listOutbox(limit) {
      const names = await readdir(outboxDir).catch(() => []);
      const newest = names
        .filter((name) => name.endsWith(".json"))
        .sort()
        .reverse()
        .slice(0, limit);
      const texts = await Promise.all(
        newest.map((name) => readFile(join(outboxDir, name), "utf8")),
      );
      return texts.map((text) => JSON.parse(text) as StoredMessage);
    },
  };
}
