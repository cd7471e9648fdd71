import { z } from "zod";

/** What hides, reorders or breaks a line: controls, line separators, bidirectional overrides, zero widths. */
const unseen = /[\p{Cc}\u2028\u2029\u200b\u202a-\u202e\u2060-\u2069\ufeff]/u;
/** What a mail reader would turn into a link. */
const link = /:\/\/|\bwww\./iu;

/** One line of text as a title: nothing in it can break out of a mail's or a file's header, or fake its order. */
export function lineSchema(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine((text) => !unseen.test(text), "one line of visible characters is expected");
}

/** A name of a person, partner or partnership: one line, and no address, since our mails to strangers quote it. */
export function nameSchema(maxLength: number) {
  return lineSchema(maxLength).refine((text) => !link.test(text), "a name holds no link");
}
