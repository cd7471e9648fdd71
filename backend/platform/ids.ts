import { randomBytes } from "node:crypto";

/** Where ids come from: 32 lower-case hexadecimal digits, sortable by time of creation. */
export interface Ids {
  next(): string;
}

/** 48 bits of milliseconds, then 80 random bits. */
export const randomIds: Ids = {
  next: () => Date.now().toString(16).padStart(12, "0") + randomBytes(10).toString("hex"),
};

/** 256 random bits in base64url, for tickets, tokens and invitation links. */
export function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}
