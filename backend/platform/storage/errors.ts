/** Whether an error is a unique index speaking (MongoDB code E11000). */
export function isDuplicateKey(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === 11_000;
}
