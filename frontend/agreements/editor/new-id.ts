/** An id for a new clause or row: short enough to read, long enough never to meet another. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `c-${Array.from(bytes, (byte) => byte.toString(36).padStart(2, "0")).join("")}`;
}
