const NARROW_NO_BREAK = "\u202f";
const NO_BREAK = "\u00a0";

/** French spacing: no line may break before ; : ? ! » % € or after «. */
export function frenchSpaces(text: string): string {
  return text
    .replace(/ ([;?!»])/g, `${NARROW_NO_BREAK}$1`)
    .replace(/« /g, `«${NARROW_NO_BREAK}`)
    .replace(/ ([:%€])/g, `${NO_BREAK}$1`);
}

/** A catalogue in which every string has its French spaces. */
export function withFrenchSpaces<Tree extends object>(tree: Tree): Tree {
  const entries = Object.entries(tree).map(([key, value]: [string, unknown]) => [
    key,
    typeof value === "string"
      ? frenchSpaces(value)
      : typeof value === "object" && value !== null
        ? withFrenchSpaces(value)
        : value,
  ]);
  // Same keys, same shape: only the spaces inside the strings differ.
  return Object.fromEntries(entries) as Tree;
}
