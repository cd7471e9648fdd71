import { Refusal } from "../../../domain/kernel/refusal.ts";

/** Deepest nesting of a body: twice what the deepest body of ours needs. */
const MAX_DEPTH = 64;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * Refuses bodies that would break those who read them later: nested so deeply that recursion ends
 * the stack, or text that no file name, mail or PDF can carry (half characters, control characters).
 * Walks without recursion.
 * @throws {Refusal} malformed-body
 */
export function assertPlainBody(body: unknown): void {
  let level: unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new Refusal("malformed-body", "The body is nested too deeply.");
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === "string") assertPlainText(value);
      if (typeof value !== "object" || value === null) continue;
      for (const [key, item] of Object.entries(value)) {
        if (!Array.isArray(value)) assertPlainText(key);
        next.push(item);
      }
    }
    level = next;
  }
}

function assertPlainText(text: string): void {
  if (loneSurrogate.test(text) || /\p{Cc}/u.test(text.replace(/[\t\n\r]/g, ""))) {
    throw new Refusal("malformed-body", "The body holds characters that are no text.");
  }
}
