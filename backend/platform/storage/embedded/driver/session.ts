import { EventEmitter } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import {
  MongoCompatibilityError,
  MongoError,
  MongoErrorLabel,
  MongoExpiredSessionError,
  MongoInvalidArgumentError,
  MongoTransactionError,
  UUID,
} from "mongodb";
import type { Change, Engine, Snapshot } from "../store/engine.ts";
import { serverError } from "../values/errors.ts";
import type { Options } from "./options.ts";
import type { Put } from "../store/overlay.ts";
import { catalogKey, isCatalogKey } from "../store/layout.ts";
import type { View } from "../store/view.ts";

/** The driver's names for where a transaction stands. */
type TransactionState =
  | "NO_TRANSACTION"
  | "STARTING_TRANSACTION"
  | "TRANSACTION_IN_PROGRESS"
  | "TRANSACTION_COMMITTED"
  | "TRANSACTION_ABORTED";

/** As MongoDB's transactionLifetimeLimitSeconds: an abandoned transaction would hold LMDB's pages for ever. */
const lifetimeMs = 60_000;
/** The driver's own limits for `withTransaction`. */
const retryForMs = 120_000;
const firstPauseMs = 5;
const longestPauseMs = 500;

function transient(code: number, message: string): MongoError {
  const error = serverError(code, message);
  error.addErrorLabel(MongoErrorLabel.TransientTransactionError);
  return error;
}

function writeConflict(): MongoError {
  return transient(
    112,
    "Caused by :: Write conflict during plan execution and yielding is disabled. :: Please retry your operation or multi-document transaction.",
  );
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}

function isTransient(error: unknown): boolean {
  return (
    error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError)
  );
}

/** Which transaction changes which key; the first to change one wins. */
const claimsOf = new WeakMap<Engine, Map<string, Transaction>>();

/** One try: a state of the collections, and changes above it that nobody else sees. */
class Transaction {
  readonly #engine: Engine;
  readonly #snapshot: Snapshot;
  readonly #claims: Map<string, Transaction>;
  readonly #told: Change[] = [];
  readonly #lifetime: NodeJS.Timeout;
  readonly #readOnly: boolean;
  /** Settles when it is over and holds nothing any more. */
  readonly ended: Promise<void>;
  #tellEnd: () => void = () => {};
  isOver = false;

  constructor(engine: Engine, readOnly: boolean) {
    this.#engine = engine;
    this.#readOnly = readOnly;
    this.ended = new Promise((resolve) => (this.#tellEnd = resolve));
    this.#snapshot = engine.snapshot();
    const claims = claimsOf.get(engine) ?? new Map<string, Transaction>();
    claimsOf.set(engine, claims);
    this.#claims = claims;
    this.#lifetime = setTimeout(() => this.end(), lifetimeMs).unref();
  }

  /** The collections as the transaction sees them. */
  get view(): View {
    this.#assertGoingOn();
    return this.#snapshot.view;
  }

  #assertGoingOn(): void {
    if (this.isOver) throw transient(251, "The transaction has been aborted.");
  }

  /** Runs a step; as in MongoDB, one that fails ends the transaction. */
  run<T>(step: (work: { view: View; changes: Change[] }) => T): T {
    this.#assertGoingOn();
    if (this.#readOnly) throw serverError(72, "writes do not support read concern snapshot");
    try {
      const work = { view: this.#snapshot.view, changes: this.#told };
      const { result, puts } = this.#snapshot.changes.attempt(() => step(work));
      for (const put of puts) this.#claim(put);
      return result;
    } catch (error) {
      this.end();
      throw error;
    }
  }

  #claim({ key }: Put): void {
    const name = key.toString("latin1");
    const holder = this.#claims.get(name);
    if (holder !== undefined && holder !== this) throw writeConflict();
    this.#claims.set(name, this);
    this.#assertUnchanged(key, this.#snapshot.latest);
  }

  #assertUnchanged(key: Buffer, latest: View["kv"]): void {
    if (!isSame(this.#snapshot.changes.below(key), latest.get(key))) throw writeConflict();
  }

  /** Makes its changes everybody's, durably, or none of them. */
  async commit(): Promise<void> {
    this.#assertGoingOn();
    const { changes, view } = this.#snapshot;
    const puts = [...changes.puts()];
    try {
      if (puts.length > 0) await this.#engine.write((latest) => this.#apply(puts, view, latest));
    } finally {
      this.end();
    }
    this.#engine.announce(this.#told);
  }

  #apply(puts: readonly Put[], view: View, latest: View): void {
    // A collection that got an index meanwhile would miss the keys of these documents.
    for (const name of view.loaded()) this.#assertUnchanged(catalogKey(name), latest.kv);
    for (const { key } of puts) this.#assertUnchanged(key, latest.kv);
    for (const { key, value } of puts) {
      if (value === undefined) latest.kv.remove(key);
      else latest.kv.put(key, value);
    }
    if (puts.some(({ key }) => isCatalogKey(key))) latest.reload();
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.#lifetime);
    this.#snapshot.release();
    for (const [key, holder] of this.#claims) if (holder === this) this.#claims.delete(key);
    this.#tellEnd();
  }
}

/**
 * Runs a write outside transactions. One that meets what transactions hold is undone, and run again after them; as it
 * holds nothing itself meanwhile, no two can wait for each other.
 * @throws {MongoServerError} 50 — when it waited longer than it may
 */
export async function writeAlone<T>(
  engine: Engine,
  { maxTimeMS }: Options,
  action: (view: View) => T,
): Promise<T> {
  const until = typeof maxTimeMS === "number" && maxTimeMS > 0 ? Date.now() + maxTimeMS : Infinity;
  for (;;) {
    const met = new Set<Transaction>();
    const accept = (puts: readonly Put[]) => {
      const claims = claimsOf.get(engine);
      for (const { key } of claims?.size ? puts : []) {
        const holder = claims?.get(key.toString("latin1"));
        if (holder !== undefined) met.add(holder);
      }
      if (met.size > 0) throw new Error("A transaction holds what the write would change.");
    };
    try {
      return await engine.write(action, accept);
    } catch (error) {
      if (met.size === 0) throw error;
    }
    const ended = Promise.all([...met].map((transaction) => transaction.ended));
    if (until === Infinity) await ended;
    else await Promise.race([ended, wait(until - Date.now(), undefined, { ref: false })]);
    if (Date.now() >= until) throw serverError(50, "operation exceeded time limit");
  }
}

interface SessionOptions {
  causalConsistency?: boolean;
  snapshot?: boolean;
  defaultTransactionOptions?: object;
}

/** The driver's session: operations that name it share its transaction. Named as mongoose looks for it. */
export class ClientSession extends EventEmitter {
  readonly id = { id: new UUID().toBinary() };
  readonly explicit = true;
  /** The driver's record of the session: when it was last used, in milliseconds of the process. */
  readonly serverSession = { id: this.id, lastUse: performance.now(), isDirty: false };
  readonly #engine: Engine;
  #state: TransactionState = "NO_TRANSACTION";
  #running: Transaction | undefined;
  readonly supports: { readonly causalConsistency: boolean };
  readonly snapshotEnabled: boolean;
  readonly defaultTransactionOptions: object;
  readonly clientOptions: object;
  hasEnded = false;

  /** @throws {MongoInvalidArgumentError} for options that exclude each other */
  constructor(engine: Engine, options: SessionOptions = {}, clientOptions: object = {}) {
    super();
    const { causalConsistency, snapshot = false, defaultTransactionOptions } = options;
    if (causalConsistency === true && snapshot)
      throw new MongoInvalidArgumentError(
        'Properties "causalConsistency" and "snapshot" are mutually exclusive',
      );
    this.#engine = engine;
    this.supports = { causalConsistency: causalConsistency ?? !snapshot };
    this.snapshotEnabled = snapshot;
    this.defaultTransactionOptions = { ...defaultTransactionOptions };
    this.clientOptions = clientOptions;
  }

  equals(other: unknown): boolean {
    return other === this;
  }

  /** Where its transaction stands, as the driver shows it. */
  get transaction(): { state: TransactionState; isActive: boolean; isCommitted: boolean } {
    return {
      state: this.#state,
      isActive: this.inTransaction(),
      isCommitted: this.#state === "TRANSACTION_COMMITTED",
    };
  }

  inTransaction(): boolean {
    return this.#state === "STARTING_TRANSACTION" || this.#state === "TRANSACTION_IN_PROGRESS";
  }

  /** The running transaction for an operation, or what stands for one in a snapshot session; its state is the first operation's. */
  enter(engine: Engine): Transaction | undefined {
    if (this.hasEnded) throw new MongoExpiredSessionError();
    if (engine !== this.#engine)
      throw new MongoInvalidArgumentError("ClientSession must be from the same MongoClient");
    this.serverSession.lastUse = performance.now();
    if (this.snapshotEnabled) return (this.#running ??= new Transaction(engine, true));
    if (!this.inTransaction()) {
      this.#state = "NO_TRANSACTION";
      return undefined;
    }
    this.#state = "TRANSACTION_IN_PROGRESS";
    return (this.#running ??= new Transaction(engine, false));
  }

  startTransaction(): void {
    if (this.hasEnded) throw new MongoExpiredSessionError();
    if (this.snapshotEnabled)
      throw new MongoCompatibilityError("Transactions are not supported in snapshot sessions");
    if (this.inTransaction()) throw new MongoTransactionError("Transaction already in progress");
    this.#running = undefined;
    this.#state = "STARTING_TRANSACTION";
  }

  /** @throws {MongoServerError} 112 or 251, labelled transient — when another write came first; nothing is kept */
  async commitTransaction(): Promise<void> {
    if (this.#state === "NO_TRANSACTION") throw new MongoTransactionError("No transaction started");
    if (this.#state === "TRANSACTION_ABORTED")
      throw new MongoTransactionError(
        "Cannot call commitTransaction after calling abortTransaction",
      );
    if (this.#state === "TRANSACTION_COMMITTED") return;
    this.#state = "TRANSACTION_COMMITTED";
    await this.#running?.commit();
  }

  async abortTransaction(): Promise<void> {
    if (this.#state === "NO_TRANSACTION") throw new MongoTransactionError("No transaction started");
    if (this.#state === "TRANSACTION_ABORTED")
      throw new MongoTransactionError("Cannot call abortTransaction twice");
    if (this.#state === "TRANSACTION_COMMITTED")
      throw new MongoTransactionError(
        "Cannot call abortTransaction after calling commitTransaction",
      );
    this.#state = "TRANSACTION_ABORTED";
    this.#running?.end();
  }

  /** Runs and commits; tries again, with pauses, when another write came first. */
  async withTransaction<T>(action: (session: this) => Promise<T>): Promise<T> {
    const deadline = Date.now() + retryForMs;
    for (let attempt = 1; ; attempt++) {
      this.startTransaction();
      try {
        const result = await action(this);
        if (this.inTransaction()) await this.commitTransaction();
        return result;
      } catch (error) {
        if (this.inTransaction()) await this.abortTransaction();
        if (!isTransient(error) || Date.now() >= deadline) throw error;
      }
      await wait(Math.random() * Math.min(firstPauseMs * 1.5 ** attempt, longestPauseMs));
    }
  }

  async endSession(): Promise<void> {
    if (this.hasEnded) return;
    if (this.inTransaction()) await this.abortTransaction();
    this.#running?.end();
    this.hasEnded = true;
    this.emit("ended", this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endSession();
  }
}

/** The transaction an operation's options put it in. */
export function transactionOf(
  engine: Engine,
  options: { session?: unknown },
): Transaction | undefined {
  const { session } = options;
  if (session === undefined || session === null) return undefined;
  if (!(session instanceof ClientSession))
    throw new MongoInvalidArgumentError("The session is not one of this connection");
  return session.enter(engine);
}
