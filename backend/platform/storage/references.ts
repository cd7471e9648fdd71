/** A field that names blobs by their SHA-256; a path through an array means each of its elements. */
export interface BlobReference {
  /** Collection as stored, such as `versions`. */
  readonly collection: string;
  /** Dotted path, such as `revisions.sha256`. */
  readonly path: string;
}

/** Values at a dotted path, arrays opened on the way. */
function* valuesAt(value: unknown, names: readonly string[]): Generator {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) yield* valuesAt(item, names);
    return;
  }
  const [name, ...rest] = names;
  if (name === undefined) yield value;
  else if (typeof value === "object" && value !== null && Object.hasOwn(value, name))
    yield* valuesAt((value as Record<string, unknown>)[name], rest);
}

const hash = /^[0-9a-f]{64}$/;

/** The blobs that a document of a collection names, each once. */
export function blobsNamedIn(
  references: readonly BlobReference[],
  collection: string,
  document: unknown,
): ReadonlySet<string> {
  const named = new Set<string>();
  for (const reference of references) {
    if (reference.collection !== collection) continue;
    for (const value of valuesAt(document, reference.path.split("."))) {
      if (typeof value === "string" && hash.test(value)) named.add(value);
    }
  }
  return named;
}
