function hasCode(error: unknown, code: number): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

/** Whether an error is a unique index speaking (MongoDB code E11000). */
export function isDuplicateKey(error: unknown): boolean {
  return hasCode(error, 11_000);
}

/** Whether a write was refused because the disk is full (MongoDB code OutOfDiskSpace); nothing was written. */
export function isOutOfDiskSpace(error: unknown): boolean {
  return hasCode(error, 14_031);
}
