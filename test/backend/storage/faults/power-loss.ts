import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const compiler = "cc";

/** Builds the library of `powerloss.c` into a folder; undefined, with the reason printed, where that cannot be done. */
export function buildRecorder(folder: string): string | undefined {
  const library = join(folder, "powerloss.so");
  const source = join(import.meta.dirname, "powerloss.c");
  const args = ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl", "-lpthread"];
  const built =
    process.platform === "linux" ? spawnSync(compiler, args, { encoding: "utf8" }) : undefined;
  if (built?.status === 0) return library;
  console.log(
    `      no power cuts here: ${built === undefined ? "not Linux" : (built.error?.message ?? built.stderr)}`,
  );
  return undefined;
}

/** One file operation as `powerloss.c` writes it down. */
export interface FileRecord {
  readonly kind: string;
  readonly inode: bigint;
  /** Offset, length or number of a flush. */
  readonly at: number;
  readonly path: string;
  readonly bytes: Buffer;
}

const headBytes = 25;

/** Reads a log; what a kill left of the last record is dropped. */
export function readRecords(log: string): FileRecord[] {
  const all = readFileSync(log);
  const records: FileRecord[] = [];
  for (let from = 0; from + headBytes <= all.length;) {
    const pathEnd = from + headBytes + all.readUInt32LE(from + 17);
    const end = pathEnd + all.readUInt32LE(from + 21);
    if (end > all.length) break;
    records.push({
      kind: String.fromCharCode(all.readUInt8(from)),
      inode: all.readBigUInt64LE(from + 1),
      at: Number(all.readBigUInt64LE(from + 9)),
      path: all.toString("utf8", from + headBytes, pathEnd),
      bytes: all.subarray(pathEnd, end),
    });
    from = end;
  }
  return records;
}

interface Write {
  readonly number: number;
  readonly offset: number;
  /** Undefined: the file was cut to `offset`. */
  readonly bytes: Buffer | undefined;
}

interface File {
  image: Buffer;
  pending: Write[];
}

interface NameChange {
  readonly number: number;
  readonly folder: string;
  readonly adds?: { readonly path: string; readonly inode: bigint; readonly isFolder: boolean };
  readonly removes?: string;
}

type Names = Map<string, { readonly inode: bigint; readonly isFolder: boolean }>;

const sectorBytes = 512;

function applied(image: Buffer, { offset, bytes }: Write): Buffer {
  if (bytes === undefined) {
    const cut = Buffer.alloc(offset);
    image.copy(cut);
    return cut;
  }
  const end = offset + bytes.length;
  const next =
    end > image.length ? Buffer.concat([image, Buffer.alloc(end - image.length)]) : image;
  bytes.copy(next, offset);
  return next;
}

/** Only some sectors of a write: a power cut in the middle of it. */
function torn({ number, offset, bytes }: Write, random: () => number): Write[] {
  if (bytes === undefined) return random() < 0.5 ? [{ number, offset, bytes }] : [];
  const parts: Write[] = [];
  for (let from = 0; from < bytes.length;) {
    const to = Math.min(bytes.length, from + sectorBytes - ((offset + from) % sectorBytes));
    if (random() < 0.5)
      parts.push({ number, offset: offset + from, bytes: bytes.subarray(from, to) });
    from = to;
  }
  return parts;
}

function change(names: Names, { adds, removes }: NameChange): void {
  if (removes !== undefined) names.delete(removes);
  if (adds !== undefined) names.set(adds.path, adds);
}

/**
 * A disk that keeps for sure only what was flushed: bytes by a flush of their file, names by a flush of their folder
 * (stricter than most file systems; POSIX promises no more). `cut` gives what may be left after a power cut.
 */
export class Disk {
  readonly #root: string;
  readonly #files = new Map<bigint, File>();
  /** Names as programs see them, and as they are for sure. */
  readonly #seen: Names = new Map();
  readonly #kept: Names = new Map();
  readonly #flushes = new Map<number, number>();
  #changes: NameChange[] = [];
  #number = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** Lets one operation happen. */
  apply(record: FileRecord): void {
    const { kind, inode, at, path, bytes } = record;
    const number = ++this.#number;
    if (kind === "B") this.#flushes.set(at, number);
    else if (kind === "F") this.#flush(inode, this.#flushes.get(at) ?? 0);
    else if (kind === "W") this.#file(inode).pending.push({ number, offset: at, bytes });
    else if (kind === "T") this.#file(inode).pending.push({ number, offset: at, bytes: undefined });
    else if (kind === "D") this.#writeThrough(this.#file(inode), { number, offset: at, bytes });
    else if (kind !== "A") this.#name(number, kind, { inode, path, other: bytes.toString("utf8") });
  }

  #file(inode: bigint): File {
    const file = this.#files.get(inode) ?? { image: Buffer.alloc(0), pending: [] };
    this.#files.set(inode, file);
    return file;
  }

  #writeThrough(file: File, write: Write): void {
    const end = write.offset + (write.bytes?.length ?? 0);
    const isBelow = ({ offset, bytes }: Write) =>
      bytes === undefined || (offset < end && offset + bytes.length > write.offset);
    for (const earlier of file.pending.filter(isBelow)) file.image = applied(file.image, earlier);
    file.pending = file.pending.filter((earlier) => !isBelow(earlier));
    file.image = applied(file.image, write);
  }

  #name(
    number: number,
    kind: string,
    { inode, path, other }: { inode: bigint; path: string; other: string },
  ): void {
    const folder = dirname(kind === "R" || kind === "L" ? other : path);
    const add = (to: string, isFolder = false): NameChange => ({
      number,
      folder,
      adds: { path: to, inode, isFolder },
    });
    if (kind === "O") {
      if (this.#seen.get(path)?.inode === inode) return;
      this.#files.set(inode, { image: Buffer.alloc(0), pending: [] });
      this.#change(add(path));
    } else if (kind === "N") {
      // Its number may have been a file's.
      this.#files.delete(inode);
      this.#change(add(path, true));
    } else if (kind === "L") this.#change(add(other));
    else if (kind === "R")
      this.#change({ ...add(other, this.#seen.get(path)?.isFolder), removes: path });
    else this.#change({ number, folder, removes: path });
  }

  #change(one: NameChange): void {
    change(this.#seen, one);
    this.#changes.push(one);
  }

  #flush(inode: bigint, before: number): void {
    const folder =
      [...this.#seen].find(([, entry]) => entry.inode === inode && entry.isFolder)?.[0] ??
      this.#root;
    const file = this.#files.get(inode);
    if (file) {
      for (const write of file.pending)
        if (write.number < before) file.image = applied(file.image, write);
      file.pending = file.pending.filter((write) => write.number >= before);
      return;
    }
    const isKept = (one: NameChange) => one.folder === folder && one.number < before;
    for (const one of this.#changes.filter(isKept)) change(this.#kept, one);
    this.#changes = this.#changes.filter((one) => !isKept(one));
  }

  /** Writes what is left when the power goes now: all that is flushed, and of the rest what chance decides. */
  cut(folder: string, random: () => number): void {
    const names: Names = new Map(this.#kept);
    const share = random();
    const mayReorder = random() < 0.5;
    // Either names reach the disk in their order up to some point, or any of them do.
    const reached = this.#changes.slice(0, Math.floor(random() * (this.#changes.length + 1)));
    for (const one of mayReorder ? this.#changes.filter(() => random() < share) : reached)
      change(names, one);
    const paths = [...names].sort(([a], [b]) => (a < b ? -1 : 1));
    const folders = new Set([this.#root]);
    for (const [path, { inode, isFolder }] of paths) {
      if (!folders.has(dirname(path))) continue;
      const target = join(folder, relative(this.#root, path));
      if (isFolder) {
        folders.add(path);
        mkdirSync(target, { recursive: true });
      } else writeFileSync(target, this.#remains(inode, share, random));
    }
  }

  #remains(inode: bigint, share: number, random: () => number): Buffer {
    const { image, pending } = this.#file(inode);
    const tears = random() < 0.5;
    const written = pending
      .filter(() => random() < share)
      .flatMap((write) => (tears ? torn(write, random) : [write]));
    let remains = Buffer.from(image);
    if (random() < 0.3) written.sort(() => random() - 0.5);
    for (const write of written) remains = applied(remains, write) as typeof remains;
    return remains;
  }
}
