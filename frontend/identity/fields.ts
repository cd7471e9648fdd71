/** Shortest password that the server takes. */
export const SHORTEST_PASSWORD = 8;

/** A quick look; the server decides. */
export function looksLikeEmail(text: string): boolean {
  return /^\S+@\S+\.\S+$/.test(text.trim());
}
