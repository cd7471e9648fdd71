import { Refusal } from "../../../domain/kernel/refusal.ts";

/** What all blobs take up, in bytes; nothing is used until it was counted. */
export interface BlobUsage {
  readonly usedBytes: number;
  readonly quotaBytes: number | undefined;
}

const MEBIBYTE = 2 ** 20;
const inMiB = (bytes: number): string => (bytes / MEBIBYTE).toFixed(1);

/**
 * Counts what one process stores: what is being written counts before it is there, so that writers at once cannot pass
 * the quota together.
 */
export class Quota {
  readonly #quotaBytes: number | undefined;
  readonly #count: () => Promise<number>;
  #usedBytes = 0;
  #counted: Promise<void> | undefined;
  #writers = 0;
  #whenIdle: (() => void)[] = [];

  /** `count` tells what is stored now; nobody writes while it runs. */
  constructor(quotaBytes: number | undefined, count: () => Promise<number>) {
    this.#quotaBytes = quotaBytes;
    this.#count = count;
  }

  /** What is used now. */
  usage(): BlobUsage {
    return { usedBytes: this.#usedBytes, quotaBytes: this.#quotaBytes };
  }

  /** Lets writers end, then counts anew. */
  recount(): Promise<void> {
    const counted = this.#begin();
    this.#counted = counted;
    // A count that failed is tried again by whoever needs it next.
    counted.catch(() => this.#counted === counted && (this.#counted = undefined));
    return counted;
  }

  async #begin(): Promise<void> {
    if (this.#writers > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    this.#usedBytes = await this.#count();
  }

  /**
   * Takes room before writing; answers what to call at the end with the bytes that came to stay.
   * @throws {Refusal} storage-full — the quota leaves no room
   */
  async reserve(bytes: number): Promise<(keptBytes: number) => void> {
    for (let counted; counted === undefined || counted !== this.#counted;) {
      counted = this.#counted ?? this.recount();
      await counted;
    }
    const quota = this.#quotaBytes;
    if (quota !== undefined && bytes > 0 && this.#usedBytes + bytes > quota) {
      const used = `${inMiB(this.#usedBytes)} of ${inMiB(quota)} MiB are used`;
      throw new Refusal(
        "storage-full",
        `No room for another ${inMiB(bytes)} MiB of files: ${used}. The operator can give more.`,
      );
    }
    this.#usedBytes += bytes;
    this.#writers += 1;
    return (keptBytes) => {
      this.#usedBytes += keptBytes - bytes;
      this.#writers -= 1;
      if (this.#writers > 0) return;
      for (const resolve of this.#whenIdle.splice(0)) resolve();
    };
  }
}
