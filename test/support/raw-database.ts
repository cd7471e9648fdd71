import { join } from "node:path";
import { open, type Database } from "lmdb";

/** One key with its value, as LMDB holds them. */
export interface RawEntry {
  readonly key: Buffer;
  readonly value: Buffer;
}

const binary = { encoding: "binary", keyEncoding: "binary" } as const;
const isTreeName = (key: Buffer): boolean => key.subarray(0, 10).toString() === "~documents";

/** A data folder's database file, read and changed by LMDB without the engine. */
export class RawDatabase {
  readonly #main;
  /** The main tree first. */
  readonly #trees: readonly Database<Buffer, Buffer>[];

  constructor(dataDir: string) {
    this.#main = open<Buffer, Buffer>({
      ...binary,
      path: join(dataDir, "db"),
      noSubdir: false,
      overlappingSync: false,
      maxReaders: 126,
      maxDbs: 1000,
    });
    // LMDB ends a name with a zero.
    const names = [...this.#main.getKeys()]
      .filter(isTreeName)
      .map((key) => key.toString().replace("\0", ""));
    const others = names.map((name) => this.#main.openDB<Buffer, Buffer>(name, binary));
    this.#trees = [this.#main, ...others];
  }

  /** What is stored under keys that begin so, in order. */
  entries(prefix = Buffer.alloc(0)): RawEntry[] {
    return this.#trees
      .flatMap((tree) => [...tree.getRange({ start: prefix })])
      .filter(({ key }) => key.subarray(0, prefix.length).equals(prefix) && !isTreeName(key))
      .map(({ key, value }) => ({ key: Buffer.from(key), value: Buffer.from(value) }))
      .sort((a, b) => Buffer.compare(a.key, b.key));
  }

  /** Where a key is stored; a new one is put among the indexes. */
  #holderOf(key: Buffer): Database<Buffer, Buffer> {
    return this.#trees.find((tree) => tree.doesExist(key)) ?? this.#main;
  }

  async put(key: Buffer, value: Buffer): Promise<void> {
    await this.#holderOf(key).put(key, value);
  }

  async remove(key: Buffer): Promise<void> {
    await this.#holderOf(key).remove(key);
  }

  close(): Promise<void> {
    return this.#main.close();
  }
}
