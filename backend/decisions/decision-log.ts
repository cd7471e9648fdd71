import {
  bundleBytes,
  formatCheckpoint,
  formatTlogProof,
  growTree,
  leafHash,
  MAX_ENTRY_BYTES,
  parseTilePath,
  TILE_WIDTH,
  tileBytes,
} from "../../domain/decisions/log.ts";
import { toBase64 } from "../../domain/decisions/encoding.ts";
import type { MerkleTree } from "../../domain/decisions/merkle.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { LogKey } from "./log-key.ts";
import type { LogStore } from "./log-store.ts";
import { createTurns } from "../platform/turns.ts";

/** Most entries in one answer. */
export const MAX_ENTRIES = 1_000;
const MAX_TREES = 200;
const MAX_RACES = 50;

/** A consistency proof as answered: hashes in base64. */
export interface Consistency {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly proof: readonly string[];
}

/** The decision logs, one per partnership: append-only, each state signed on demand. */
export interface DecisionLog {
  /** Name of a partnership's log and of its key. */
  key(partnershipId: string): { readonly origin: string; readonly vkey: string };
  /** Appends an entry once per `ref` and answers its index; durable on return. */
  append(partnershipId: string, entry: { ref: string; text: string; at: Date }): Promise<number>;
  size(partnershipId: string): Promise<number>;
  /** Signed checkpoint of the present state. */
  checkpoint(partnershipId: string): Promise<string>;
  /** `.tlog-proof` text of an entry, against the present checkpoint. @throws {Refusal} not-found */
  proof(partnershipId: string, index: number): Promise<string>;
  /** The entry's exact text. @throws {Refusal} not-found */
  entry(partnershipId: string, index: number): Promise<string>;
  /** Entries with from ≤ index < to, at most `MAX_ENTRIES`. */
  entries(partnershipId: string, from: number, to?: number): Promise<readonly string[]>;
  /** @throws {Refusal} invalid-input — unless 1 ≤ from ≤ to ≤ size */
  consistency(partnershipId: string, from: number, to?: number): Promise<Consistency>;
  /** Bytes of a tile by its tlog-tiles path. @throws {Refusal} log-malformed, not-found */
  tile(partnershipId: string, path: string): Promise<Uint8Array>;
}

interface LogDeps {
  readonly store: LogStore;
  readonly key: LogKey;
  /** Name of the instance, the first part of every origin. */
  readonly instance: string;
}

/** Decision logs over their store. Trees are kept in memory and grow by what was appended since. */
export function createDecisionLog(deps: LogDeps): DecisionLog {
  const { store } = deps;
  const trees = createTrees(store);
  const origin = (partnershipId: string): string => `${deps.instance}/partnership/${partnershipId}`;
  const sign = (partnershipId: string, tree: MerkleTree): string => {
    const name = origin(partnershipId);
    const size = tree.size();
    return formatCheckpoint(
      { origin: name, size, root: tree.root(size) },
      deps.key.signerFor(name),
    );
  };
  return {
    key: (id) => ({ origin: origin(id), vkey: deps.key.vkeyFor(origin(id)) }),
    append: (id, entry) => append(store, id, entry),
    size: (id) => store.size(id),
    checkpoint: async (id) => sign(id, await trees.of(id)),
    async proof(id, index) {
      const tree = await trees.of(id);
      if (index >= tree.size()) throw noEntry();
      const hashes = tree.inclusionProof(index, tree.size());
      return formatTlogProof({ index, hashes, checkpoint: sign(id, tree) });
    },
    async entry(id, index) {
      const [found] = await store.list(id, index, index + 1);
      if (!found) throw noEntry();
      return found.text;
    },
    async entries(id, from, to = Number.MAX_SAFE_INTEGER) {
      const found = await store.list(id, from, Math.min(to, from + MAX_ENTRIES));
      return found.map((entry) => entry.text);
    },
    async consistency(id, from, to) {
      return consistency(await trees.of(id), from, to);
    },
    tile: async (id, path) => tile({ store, id, tree: await trees.of(id) }, path),
  };
}

async function append(
  store: LogStore,
  partnershipId: string,
  { ref, text, at }: { ref: string; text: string; at: Date },
): Promise<number> {
  if (new TextEncoder().encode(text).length > MAX_ENTRY_BYTES)
    throw new RangeError("entry too long");
  for (let race = 0; race < MAX_RACES; race++) {
    const known = await store.findByRef(partnershipId, ref);
    if (known) return known.index;
    const index = await store.size(partnershipId);
    if (await store.insert({ partnershipId, index, ref, text, at })) return index;
  }
  throw new Refusal("too-busy", "The decision log is busy; try again.");
}

interface Trees {
  of(partnershipId: string): Promise<MerkleTree>;
}

function createTrees(store: LogStore): Trees {
  const trees = new Map<string, MerkleTree>();
  const turns = createTurns();
  return {
    of: (partnershipId) =>
      turns.take(partnershipId, async () => {
        const tree = trees.get(partnershipId) ?? growTree();
        await grow(store, partnershipId, tree);
        trees.delete(partnershipId);
        trees.set(partnershipId, tree);
        const [oldest] = trees.keys();
        if (trees.size > MAX_TREES && oldest !== undefined) trees.delete(oldest);
        return tree;
      }),
  };
}

async function grow(store: LogStore, partnershipId: string, tree: MerkleTree): Promise<void> {
  for (;;) {
    const from = tree.size();
    const more = await store.list(partnershipId, from, from + MAX_ENTRIES);
    more.forEach((entry, i) => {
      if (entry.index !== from + i) throw new Error("the decision log has a gap");
      tree.append(leafHash(entry.text));
    });
    if (more.length < MAX_ENTRIES) return;
  }
}

function consistency(tree: MerkleTree, from: number, to: number = tree.size()): Consistency {
  if (from < 1 || from > to || to > tree.size())
    throw new Refusal("invalid-input", "Ask for 1 ≤ from ≤ to ≤ size of the log.");
  return {
    from,
    to,
    fromRoot: toBase64(tree.root(from)),
    toRoot: toBase64(tree.root(to)),
    proof: tree.consistencyProof(from, to).map(toBase64),
  };
}

async function tile(
  { store, id, tree }: { store: LogStore; id: string; tree: MerkleTree },
  path: string,
): Promise<Uint8Array> {
  const wanted = parseTilePath(path);
  if (wanted.level !== "entries") {
    const bytes = tileBytes(tree, wanted);
    if (!bytes) throw noEntry();
    return bytes;
  }
  const from = wanted.index * TILE_WIDTH;
  const entries = await store.list(id, from, from + wanted.width);
  if (entries.length < wanted.width) throw noEntry();
  return bundleBytes(entries.map((entry) => entry.text));
}

function noEntry(): Refusal {
  return new Refusal("not-found", "The decision log does not reach that far.");
}
