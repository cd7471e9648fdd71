import { createHash } from "node:crypto";
import { randomFrom } from "../../../support/random.ts";

/** How many writers one process has at once; each owns its documents, and writes one operation after the other. */
export const laneCount = 16;
const keyCount = 24;
const codeCount = 30;
const slotCount = 6;

/** A document of the collection that every kind of operation changes. */
export interface Entry {
  readonly _id: string;
  readonly lane: number;
  /** Unique, so that some operations must be refused. */
  readonly code: number;
  readonly count: number;
  readonly tags: string[];
  readonly text: string;
}

/** One operation of one lane; seed, lane and number decide all of it. */
export type Operation =
  | { readonly kind: "insert"; readonly entry: Entry }
  | { readonly kind: "insertMany"; readonly entries: readonly Entry[] }
  | { readonly kind: "add"; readonly id: string; readonly by: number; readonly text: string }
  | { readonly kind: "tag"; readonly id: string; readonly tag: string }
  | { readonly kind: "code"; readonly id: string; readonly code: number }
  | { readonly kind: "replace"; readonly entry: Entry }
  | { readonly kind: "take"; readonly id: string; readonly by: number }
  | { readonly kind: "delete"; readonly id: string }
  | { readonly kind: "addAll"; readonly lane: number; readonly below: number }
  | { readonly kind: "deleteFrom"; readonly lane: number; readonly count: number }
  | { readonly kind: "bulk"; readonly steps: readonly Step[] }
  | { readonly kind: "tally"; readonly lane: number }
  | { readonly kind: "together"; readonly entry: Entry }
  | { readonly kind: "seat"; readonly seat: string; readonly lane: number; readonly n: number }
  | { readonly kind: "file"; readonly id: string; readonly lane: number; readonly text: string };

/** The operations that a bulk is made of. */
export type Step = Extract<Operation, { kind: "insert" | "add" | "delete" }>;

/** What one lane's documents are at a moment. */
export interface LaneState {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly files: ReadonlyMap<string, string>;
  readonly seats: ReadonlyMap<string, number>;
  readonly tally: number;
}

/** Before anything was written. */
export const emptyState: LaneState = {
  entries: new Map(),
  files: new Map(),
  seats: new Map(),
  tally: 0,
};

/** SHA-256 of a text, as the blob store names it. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

interface Dice {
  upTo(count: number): number;
  id(): string;
  code(): number;
  text(): string;
}

function diceOf(seed: number, lane: number, n: number): Dice {
  const random = randomFrom(seed ^ Math.imul(lane + 1, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b));
  random();
  const upTo = (count: number) => Math.floor(random() * count);
  return {
    upTo,
    id: () => `${lane}-${upTo(keyCount)}`,
    code: () => lane * 1000 + upTo(codeCount),
    text: () => {
      // Some texts need pages of their own, a few need many.
      const length = [20, 20, 200, 200, 900, 3000, 9000][upTo(7)] ?? 20;
      return `${lane}.${n}.${upTo(1e9)}.`.repeat(length / 10).slice(0, length);
    },
  };
}

function entryFrom(dice: Dice, lane: number): Entry {
  const text = dice.text();
  return {
    _id: dice.id(),
    lane,
    code: dice.code(),
    count: dice.upTo(9),
    tags: [`t${dice.upTo(5)}`],
    text,
  };
}

// prettier-ignore
const kinds: readonly Operation["kind"][] = [
  "insert", "insert", "insert", "insertMany", "add", "add", "tag", "tag", "code", "replace", "take", "delete",
  "addAll", "deleteFrom", "bulk", "bulk", "tally", "tally", "together", "together", "seat", "file",
];

/** The `n`th operation of a lane. */
export function operationOf(seed: number, lane: number, n: number): Operation {
  const dice = diceOf(seed, lane, n);
  const kind = kinds[dice.upTo(kinds.length)] ?? "tally";
  const insert = (): Step => ({ kind: "insert", entry: entryFrom(dice, lane) });
  const add = (): Step => ({ kind: "add", id: dice.id(), by: 1 + dice.upTo(3), text: dice.text() });
  switch (kind) {
    case "insert":
      return insert();
    case "add":
      return add();
    case "insertMany":
      return { kind, entries: [1, 2, 3].map(() => entryFrom(dice, lane)) };
    case "tag":
      return { kind, id: dice.id(), tag: `t${dice.upTo(5)}` };
    case "code":
      return { kind, id: dice.id(), code: dice.code() };
    case "replace":
      return { kind, entry: entryFrom(dice, lane) };
    case "take":
      return { kind, id: dice.id(), by: 1 + dice.upTo(3) };
    case "delete":
      return { kind, id: dice.id() };
    case "addAll":
      return { kind, lane, below: dice.upTo(20) };
    case "deleteFrom":
      return { kind, lane, count: 15 + dice.upTo(20) };
    case "bulk":
      return { kind, steps: [insert(), add(), { kind: "delete", id: dice.id() }, insert()] };
    case "tally":
      return { kind, lane };
    case "together":
      return { kind, entry: entryFrom(dice, lane) };
    case "seat":
      return { kind, seat: `s${Math.floor(n / 25)}-${dice.upTo(3)}`, lane, n };
    case "file":
      return { kind, id: `${lane}-${dice.upTo(slotCount)}`, lane, text: dice.text() };
    default:
      return kind satisfies never;
  }
}

/** What an operation answers and leaves; a refusal answers too, and is as binding. */
export interface Effect {
  readonly state: LaneState;
  readonly answer: string;
}

type Entries = Map<string, Entry>;

function insertInto(entries: Entries, entry: Entry): boolean {
  const isTaken = [...entries.values()].some(
    ({ _id, code }) => _id === entry._id || code === entry.code,
  );
  if (!isTaken) entries.set(entry._id, entry);
  return !isTaken;
}

/** Changes an entry if it is there; false when another holds its code. */
function change(
  entries: Entries,
  id: string,
  next: (entry: Entry) => Entry,
): "done" | "none" | "dup" {
  const entry = entries.get(id);
  if (entry === undefined) return "none";
  const changed = next(entry);
  for (const other of entries.values())
    if (other._id !== id && other.code === changed.code) return "dup";
  entries.set(id, changed);
  return "done";
}

function runStep(entries: Entries, step: Step): string {
  if (step.kind === "insert") return insertInto(entries, step.entry) ? "done" : "dup";
  if (step.kind === "delete") return entries.delete(step.id) ? "done" : "none";
  return change(entries, step.id, (entry) => ({
    ...entry,
    count: entry.count + step.by,
    text: step.text,
  }));
}

/** A bulk keeps what came before its first refusal. */
function runBulk(entries: Entries, steps: readonly Step[]): string {
  let done = 0;
  for (const step of steps) {
    const answer = runStep(entries, step);
    if (answer === "dup") return `dup ${done}`;
    if (answer === "done") done++;
  }
  return `done ${done}`;
}

function replace(entries: Entries, entry: Entry): string {
  if (!entries.has(entry._id)) return insertInto(entries, entry) ? "new" : "dup";
  return change(entries, entry._id, () => entry);
}

function onEntries(entries: Entries, operation: Operation): string {
  switch (operation.kind) {
    case "insert":
    case "add":
    case "delete":
      return runStep(entries, operation);
    case "insertMany":
      return runBulk(
        entries,
        operation.entries.map((entry) => ({ kind: "insert", entry })),
      );
    case "bulk":
      return runBulk(entries, operation.steps);
    case "tag":
      return change(entries, operation.id, (entry) => ({
        ...entry,
        tags: [...entry.tags, operation.tag].slice(-4),
      }));
    case "code":
      return change(entries, operation.id, (entry) => ({ ...entry, code: operation.code }));
    case "replace":
      return replace(entries, operation.entry);
    case "take": {
      change(entries, operation.id, (entry) => ({ ...entry, count: entry.count + operation.by }));
      return `${entries.get(operation.id)?.count ?? "none"}`;
    }
    case "addAll": {
      const ids = [...entries.values()]
        .filter(({ count }) => count < operation.below)
        .map(({ _id }) => _id);
      for (const id of ids) change(entries, id, (entry) => ({ ...entry, count: entry.count + 1 }));
      return `done ${ids.length}`;
    }
    case "deleteFrom": {
      const ids = [...entries.values()]
        .filter(({ count }) => count >= operation.count)
        .map(({ _id }) => _id);
      for (const id of ids) entries.delete(id);
      return `done ${ids.length}`;
    }
    case "tally":
    case "together":
    case "seat":
    case "file":
      throw new Error(`${operation.kind} is not about entries alone`);
    default:
      return operation satisfies never;
  }
}

/** What an operation must answer and leave. Only who got a seat is the race's to decide, so its answer is given. */
export function effectOf(state: LaneState, operation: Operation, answer = "done"): Effect {
  if (operation.kind === "tally")
    return { state: { ...state, tally: state.tally + 1 }, answer: "done" };
  if (operation.kind === "file") {
    const files = new Map(state.files).set(operation.id, hashOf(operation.text));
    return { state: { ...state, files }, answer: "done" };
  }
  if (operation.kind === "seat") {
    if (answer !== "done") return { state, answer: "dup" };
    return {
      state: { ...state, seats: new Map(state.seats).set(operation.seat, operation.n) },
      answer,
    };
  }
  const entries = new Map(state.entries);
  if (operation.kind === "together") {
    const isNew = insertInto(entries, operation.entry);
    return {
      state: { ...state, entries, tally: state.tally + (isNew ? 1 : 0) },
      answer: isNew ? "done" : "dup",
    };
  }
  const said = onEntries(entries, operation);
  return { state: { ...state, entries }, answer: said };
}

/** A state as one comparable text. */
export function textOf({ entries, files, seats, tally }: LaneState): string {
  const sorted = (map: ReadonlyMap<string, unknown>) =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    entries: sorted(entries),
    files: sorted(files),
    seats: sorted(seats),
    tally,
  });
}
