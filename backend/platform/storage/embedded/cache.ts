import { Binary } from "mongodb";
import { copyOf, isDoc, put, type Doc } from "./values.ts";

/** Bytes of BSON above which a document is not kept: it would push many others out. */
const maxKeptBytes = 64 * 1024;
/** Room for record numbers beside the table's in one number. */
const recordSpan = 2 ** 36;

interface Held {
  readonly doc: Doc;
  readonly sizeBytes: number;
}

/**
 * Documents as they were last read, for readers of the latest durable state. Two generations: what the full young one
 * did not ask for again goes with the old one.
 */
export class DocumentCache {
  readonly #generationBytes: number;
  #young = new Map<number, Held>();
  #old = new Map<number, Held>();
  #youngBytes = 0;

  constructor(maxBytes: number) {
    this.#generationBytes = maxBytes / 2;
  }

  get(table: number, record: number): Doc | undefined {
    const key = table * recordSpan + record;
    const held = this.#young.get(key);
    if (held) return held.doc;
    const older = this.#old.get(key);
    if (older) this.#keep(key, older);
    return older?.doc;
  }

  /** Keeps a document that nobody changes from now on. */
  set(table: number, record: number, held: Held): void {
    if (held.sizeBytes > maxKeptBytes || record >= recordSpan) return;
    this.#keep(table * recordSpan + record, held);
  }

  #keep(key: number, held: Held): void {
    this.#young.set(key, held);
    this.#youngBytes += held.sizeBytes;
    if (this.#youngBytes < this.#generationBytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }

  forget(table: number, record: number): void {
    const key = table * recordSpan + record;
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#youngBytes = 0;
  }
}

/** A document just decoded from bytes that LMDB takes back, made independent of them. */
export function detached<T>(value: T): T;
export function detached(value: unknown): unknown {
  if (value instanceof Binary) return copyOf(value);
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) if (isObject(item)) value[i] = detached(item);
  } else if (isDoc(value)) {
    for (const key in value) if (isObject(value[key])) put(value, key, detached(value[key]));
  }
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
