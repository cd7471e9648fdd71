import { isRefusal } from "../../../../domain/kernel/refusal.ts";
import { blobsNamedIn, type BlobReference } from "../references.ts";
import { DatabaseDamaged } from "../embedded/store/folder.ts";
import type { Doc } from "../embedded/values/values.ts";
import { decoded } from "./bson.ts";
import type { Source } from "./source.ts";

/** What a check found: damage, or something worth knowing that is none. */
export interface Finding {
  readonly kind: "damage" | "note";
  readonly text: string;
}

/** A damage. */
export function damage(text: string): Finding {
  return { kind: "damage", text };
}

/** Something worth knowing. */
export function note(text: string): Finding {
  return { kind: "note", text };
}

/** A collection's documents as plain values, binary as `Buffer`; what cannot be decoded is left out (see {@link checkStorage}). */
export async function* decodedDocuments(source: Source, collection: string): AsyncGenerator<Doc> {
  try {
    for await (const bytes of source.documents(collection)) {
      const doc = decoded(bytes);
      if (doc) yield doc;
    }
  } catch (error) {
    // A source that cannot go on has said why: checkStorage reports it.
    if (!(error instanceof Error)) throw error;
  }
}

/**
 * Checks what every engine can: its own structures, that each document can be read, and every blob against its hash.
 * @throws {DatabaseDamaged} when the database file cannot be read at all
 */
export async function* checkStorage(
  source: Source,
  references: readonly BlobReference[],
): AsyncGenerator<Finding> {
  try {
    for await (const problem of source.problems()) yield damage(problem);
  } catch (error) {
    // Reading on would end the process: LMDB trusts its pages.
    if (error instanceof DatabaseDamaged) throw error;
    yield damage(`the engine cannot read what it stored: ${wordsOf(error)}`);
  }
  const named = new Map<string, string>();
  let documents = 0;
  for (const { name } of await source.collections()) {
    try {
      for await (const bytes of source.documents(name)) {
        documents++;
        const doc = decoded(bytes);
        if (!doc)
          yield damage(`${name}: document number ${documents} in order of _id cannot be read`);
        for (const hash of blobsNamedIn(references, name, doc))
          if (!named.has(hash)) named.set(hash, `${name} ${JSON.stringify(doc?.["_id"])}`);
      }
    } catch (error) {
      yield damage(`${name}: ${wordsOf(error)}`);
    }
  }
  yield note(`${documents} documents`);
  yield* checkBlobs(source, named);
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Every blob that is named or kept; `named` tells who names it. */
async function* checkBlobs(
  source: Source,
  named: ReadonlyMap<string, string>,
): AsyncGenerator<Finding> {
  for (const [hash, by] of named) {
    const wrong = await wrongWith(source, hash);
    if (wrong) yield damage(`blob ${hash}, named in ${by}, ${wrong}`);
  }
  let strangers = 0;
  for await (const hash of source.listBlobs()) {
    if (named.has(hash)) continue;
    strangers++;
    const wrong = await wrongWith(source, hash);
    if (wrong) yield damage(`blob ${hash}, which nothing names, ${wrong}`);
  }
  yield note(`${named.size} blobs that documents name, ${strangers} that none does`);
}

async function wrongWith(source: Source, hash: string): Promise<string | undefined> {
  try {
    await source.readBlob(hash);
    return undefined;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return error.code === "not-found" ? "is missing" : "is damaged";
  }
}
