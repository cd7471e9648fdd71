import * as Y from "yjs";
import { sharedTypes, type CollaborationLimits } from "../../domain/collaboration/protocol.ts";
import type { Facts } from "../../domain/agreements/facts.ts";
import type { TextNode } from "../../domain/agreements/schema.ts";
import { contentHash } from "../../domain/kernel/canonical.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { fillText, parseText, TextReader, writeText } from "./text.ts";
import { readFacts, writeFacts } from "./facts.ts";
import { readUpdate, type ReadUpdate } from "./update.ts";

/** An agreement's working state; `revision` is the SHA-256 of the canonical `{text, facts}`. */
export interface DraftState {
  readonly text: TextNode;
  readonly facts: Facts;
  readonly revision: string;
}

/** An edit that was let in: exactly what became part of the text, in Yjs v1. */
export interface Admitted {
  readonly update: Uint8Array;
  /** Client ids that this edit carries new content of. */
  readonly clientIds: readonly number[];
}

/** Who a client id belongs to: an account's id, or this for the server's own edits. */
export const SERVER = "server";

/** The update refers to content that the server does not have: the client must send it first. */
export class MissingDependency extends Error {}

/**
 * One agreement as a pair of Yjs documents: `durable` holds what is on disk and is all that anyone is
 * ever shown; `ahead` also holds what was let in and is being written. An update cannot be taken back out of
 * a Yjs document, so it is tried on `ahead`, which is rebuilt from `durable` if the result is refused.
 */
export class SharedDocument {
  readonly owners: Map<number, string>;
  private readonly limits: CollaborationLimits;
  private readonly durable: Y.Doc;
  private ahead: Y.Doc;
  private reader: TextReader;
  private unsettled: Uint8Array[] = [];
  private emitted: Uint8Array[] = [];
  private readonly changedRoots = new Set<string>();
  private stateBytes: number;
  private readonly serverClientId: number;

  /** @param state what is on disk; `owners` says whose each client id in it is */
  constructor(
    limits: CollaborationLimits,
    state: { readonly updates: readonly Uint8Array[]; readonly owners: Map<number, string> },
  ) {
    this.limits = limits;
    this.owners = state.owners;
    this.durable = newDoc();
    this.durable.transact(() => {
      for (const update of state.updates) Y.applyUpdate(this.durable, update);
    });
    this.stateBytes = Y.encodeStateAsUpdate(this.durable).length;
    this.serverClientId = new Y.Doc().clientID;
    this.owners.set(this.serverClientId, SERVER);
    this.reader = new TextReader(limits.maxTextSize);
    this.ahead = this.rebuild();
  }

  /** A document's first update, from its text and facts. */
  static initialUpdate(text: TextNode, facts: Facts): Admitted {
    const doc = newDoc();
    const node = parseText(text);
    doc.transact(() => {
      fillText(doc.getXmlFragment(sharedTypes.text), node);
      writeFacts(doc.getMap(sharedTypes.facts), facts);
    });
    const update = Y.encodeStateAsUpdate(doc);
    doc.destroy();
    return { update, clientIds: [doc.clientID] };
  }

  /** State vector of everything let in. */
  get stateVector(): Uint8Array {
    return Y.encodeStateVector(this.ahead);
  }

  /** State vector of what is on disk. */
  get durableVector(): Uint8Array {
    return Y.encodeStateVector(this.durable);
  }

  /**
   * What is on disk and not in `stateVector`, as a v1 update.
   * @throws {Refusal} update-malformed — `stateVector` cannot be read
   */
  since(stateVector?: Uint8Array): Uint8Array {
    try {
      return Y.encodeStateAsUpdate(this.durable, stateVector);
    } catch (error) {
      throw new Refusal("update-malformed", "The state vector cannot be read.", { cause: error });
    }
  }

  /** Text and facts as they are on disk. */
  read(): DraftState {
    const reader = new TextReader(this.limits.maxTextSize);
    const text = reader.read(this.durable.getXmlFragment(sharedTypes.text)).toJSON() as TextNode;
    const facts = readFacts(this.durable.getMap(sharedTypes.facts), this.limits.maxFactsBytes);
    return { text, facts, revision: contentHash({ text, facts }) };
  }

  /** Whether an update carries nothing that the server lacks. */
  isKnown(update: Uint8Array): boolean {
    const read = readUpdate(update);
    const known = Y.decodeStateVector(this.stateVector);
    if ([...read.ranges].some(([client, range]) => range.to > (known.get(client) ?? 0)))
      return false;
    return read.deletes.length === 0 || Y.snapshotContainsUpdate(Y.snapshot(this.ahead), update);
  }

  /**
   * Lets an update in, or refuses it leaving no trace.
   * @returns undefined when it brings nothing new
   * @throws {Refusal} update-malformed; update-invalid — not a text of the schema; not-allowed — it
   * writes under a client id of somebody else; document-too-large
   * @throws {MissingDependency} it builds on content that is not here
   */
  admit(
    update: Uint8Array,
    author: { readonly accountId: string; readonly mayBind: (clientId: number) => boolean },
  ): Admitted | undefined {
    const read = readUpdate(update);
    const clientIds = this.checkOrigin(read, author);
    if (this.stateBytes + update.length > this.limits.maxStateBytes) this.measure(update.length);
    return this.change(
      () => Y.applyUpdate(this.ahead, update),
      clientIds,
      () => {
        for (const clientId of clientIds) this.owners.set(clientId, author.accountId);
      },
    );
  }

  /**
   * An edit by the server itself, of text or facts.
   * @throws {Refusal} update-invalid, document-too-large — what `next` says cannot be stored
   */
  edit(next: { readonly text?: TextNode; readonly facts?: Facts }): Admitted | undefined {
    const text = next.text && parseText(next.text);
    const write = (): void => {
      if (text) writeText(this.ahead, this.ahead.getXmlFragment(sharedTypes.text), text);
      if (next.facts) writeFacts(this.ahead.getMap(sharedTypes.facts), next.facts);
    };
    return this.change(() => this.ahead.transact(write), [this.serverClientId]);
  }

  /** Takes over an edit that has reached the disk. */
  settle(update: Uint8Array): void {
    if (this.unsettled[0] === update) this.unsettled.shift();
    Y.applyUpdate(this.durable, update);
  }

  /** Frees both documents. */
  destroy(): void {
    this.durable.destroy();
    this.ahead.destroy();
  }

  private change(
    apply: () => void,
    clientIds: readonly number[],
    keep: () => void = () => {},
  ): Admitted | undefined {
    this.emitted = [];
    this.changedRoots.clear();
    try {
      apply();
      this.check();
    } catch (error) {
      this.ahead = this.rebuild();
      if (error instanceof Refusal) throw error;
      throw new Refusal("update-invalid", "The update cannot be applied.", { cause: error });
    }
    const [first, ...more] = this.emitted;
    if (!first) return undefined;
    const update = more.length > 0 ? Y.mergeUpdates(this.emitted) : first;
    keep();
    this.unsettled.push(update);
    this.stateBytes += update.length;
    return { update, clientIds };
  }

  private check(): void {
    if (
      this.ahead.store.pendingStructs ||
      this.ahead.store.pendingDs ||
      this.ahead.share.size > 2
    ) {
      throw new Refusal("update-invalid", "The update is incomplete.");
    }
    if (this.changedRoots.has(sharedTypes.text)) {
      this.reader.read(this.ahead.getXmlFragment(sharedTypes.text));
    }
    if (this.changedRoots.has(sharedTypes.facts)) {
      readFacts(this.ahead.getMap(sharedTypes.facts), this.limits.maxFactsBytes);
    }
  }

  private note(transaction: Y.Transaction): void {
    this.reader.forget(transaction);
    for (const [name, type] of this.ahead.share) {
      if (transaction.changedParentTypes.has(type)) this.changedRoots.add(name);
    }
  }

  /** Stops equivocation, writing in another's name, and content that appears only later. */
  private checkOrigin(
    read: ReadUpdate,
    author: { readonly accountId: string; readonly mayBind: (clientId: number) => boolean },
  ): number[] {
    const { store } = this.ahead;
    const fresh: number[] = [];
    for (const [client, { from, to }] of read.ranges) {
      const known = Y.getState(store, client);
      if (from > known) throw new MissingDependency();
      if (to <= known) continue;
      const owner = this.owners.get(client);
      const isTheirs = owner === undefined ? author.mayBind(client) : owner === author.accountId;
      if (!isTheirs) throw new Refusal("not-allowed", "The update is written in another's name.");
      fresh.push(client);
    }
    const end = (client: number): number =>
      Math.max(Y.getState(store, client), read.ranges.get(client)?.to ?? 0);
    const isHere =
      read.anchors.every(({ client, clock }) => clock < end(client)) &&
      read.deletes.every((range) => range.end <= end(range.client));
    if (!isHere) throw new MissingDependency();
    return fresh;
  }

  private measure(more: number): void {
    this.stateBytes = Y.encodeStateAsUpdate(this.ahead).length;
    if (this.stateBytes + more > this.limits.maxStateBytes) {
      throw new Refusal("document-too-large", "The agreement has reached its size limit.");
    }
  }

  private rebuild(): Y.Doc {
    this.ahead?.destroy();
    this.reader = new TextReader(this.limits.maxTextSize);
    const doc = newDoc();
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(this.durable));
    for (const update of this.unsettled) Y.applyUpdate(doc, update);
    doc.clientID = this.serverClientId;
    doc.on("update", (update: Uint8Array) => this.emitted.push(update));
    doc.on("afterTransaction", (transaction: Y.Transaction) => this.note(transaction));
    return doc;
  }
}

function newDoc(): Y.Doc {
  const doc = new Y.Doc();
  doc.getXmlFragment(sharedTypes.text);
  doc.getMap(sharedTypes.facts);
  return doc;
}
