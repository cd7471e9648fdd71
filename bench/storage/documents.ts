/** A document as the product stores many of: two references, a unique code, a time, small values. About 200 bytes of BSON. */
export interface Entry {
  readonly _id: string;
  readonly agreement: string;
  readonly author: string;
  readonly code: string;
  readonly at: Date;
  readonly number: number;
  readonly weight: number;
  readonly choice: string;
}

/** The indexes beside `_id` that a store may have; the same for each contestant. */
export const indexes = {
  code: { fields: ["code"], unique: true },
  agreement: { fields: ["agreement"], unique: false },
  at: { fields: ["at"], unique: false },
  authorAt: { fields: ["author", "at"], unique: false },
} as const;

/** Name of an index. */
export type IndexName = keyof typeof indexes;

/** Documents that share an agreement, so that equality on it finds about ten. */
export const perAgreement = 10;
/** Documents that share an author, over which a compound range selects. */
export const perAuthor = 100;

const seed = 20_261_122;
const startMs = Date.UTC(2026, 0, 1);
const stepMs = 1_000;

/** mulberry32: a small seeded generator of numbers in [0, 1). */
export function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function hex(random: () => number, digits: number): string {
  let out = "";
  while (out.length < digits)
    out += Math.floor(random() * 0x1000000)
      .toString(16)
      .padStart(6, "0");
  return out.slice(0, digits);
}

/** An id shaped as the product's: 48 bits of milliseconds and 80 random bits, in hexadecimal. */
function idAt(kind: number, i: number): string {
  const random = randomFrom(seed + kind * 7_919 + Math.imul(i, 2_654_435_761));
  return (startMs + i * stepMs).toString(16).padStart(12, "0") + hex(random, 20);
}

/** The `_id` of document `i`. */
export const idOf = (i: number): string => idAt(1, i);
/** The unique code of document `i`. */
export const codeOf = (i: number): string =>
  `D-${(Math.imul(i + 1, 0x9e3779b1) >>> 0).toString(36).padStart(7, "0")}-${i.toString(36)}`;
/** The agreement of document `i`. */
export const agreementOf = (i: number): string => idAt(2, Math.floor(i / perAgreement));
/** The author of document `i` among `count`: each has {@link perAuthor}, spread over time. */
export const authorOf = (i: number, count: number): string =>
  idAt(3, i % Math.max(1, Math.floor(count / perAuthor)));
/** The time of document `i`: one a second. */
export const timeOf = (i: number): Date => new Date(startMs + i * stepMs);

/** Values of `choice`. */
export const choices = ["for", "against", "abstain"] as const;

/** Document `i` of a store of `count`. */
export function entry(i: number, count: number): Entry {
  return {
    _id: idOf(i),
    agreement: agreementOf(i),
    author: authorOf(i, count),
    code: codeOf(i),
    at: timeOf(i),
    number: i,
    weight: ((i * 7) % 1_000) / 8,
    choice: choices[i % 3] ?? "for",
  };
}

/** Documents `from` … `from + howMany - 1`. */
export function entries(from: number, howMany: number, count: number): Entry[] {
  return Array.from({ length: howMany }, (_, i) => entry(from + i, count));
}
