import type { Locale } from "../../domain/identity/wire.ts";
import type { Message } from "../platform/mail.ts";

/** What the mail of an invitation says. */
export interface InvitationMail {
  readonly to: string;
  readonly locale: Locale;
  readonly inviter: string;
  readonly partnership: string;
  readonly partner: string;
  readonly link: string;
  readonly days: number;
}

/** The mail that carries an invitation's link, in the invited person's language. */
export function invitationMail(mail: InvitationMail): Message {
  const { subject, lines } = mail.locale === "fr" ? french(mail) : english(mail);
  return { to: mail.to, subject, text: `${lines.join("\n\n")}\n` };
}

function french({ inviter, partnership, partner, link, days }: InvitationMail) {
  return {
    subject: `${inviter} vous invite au partenariat « ${partnership} »`,
    lines: [
      "Bonjour,",
      `${inviter} vous invite à rejoindre le partenariat « ${partnership} » pour ${partner}.`,
      `Pour accepter, ouvrez ce lien dans les ${days} jours :\n${link}`,
      "Si vous n’attendiez pas cette invitation, ignorez ce message : rien ne se passera.",
    ],
  };
}

function english({ inviter, partnership, partner, link, days }: InvitationMail) {
  return {
    subject: `${inviter} invites you to the partnership “${partnership}”`,
    lines: [
      "Hello,",
      `${inviter} invites you to join the partnership “${partnership}” for ${partner}.`,
      `To accept, open this link within ${days} days:\n${link}`,
      "If you did not expect this invitation, ignore this message: nothing will happen.",
    ],
  };
}
