import { GridFSBucket, MongoGridFSChunkError, ObjectId, type Collection, type Db } from "mongodb";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import {
  checkedHash,
  isIntact,
  oneAtATime,
  sha256Of,
  verified,
  type BlobStore,
  type BlobUpkeep,
  type StoredBlob,
} from "./blobs.ts";
import { Quota } from "./quota.ts";

interface StoredFile {
  readonly _id: ObjectId;
  readonly filename: string;
  readonly length: number;
  /** When the blob was last put. */
  readonly uploadDate: Date;
}

interface StoredChunk {
  readonly _id: ObjectId;
  readonly files_id: ObjectId;
}

const idsAtOnce = 500;

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Blobs in MongoDB's GridFS, with the SHA-256 as file name. Each upload has an id of its own: what an interrupted or
 * a damaged one left behind is never in the way of the next, and of several the newest is read.
 */
class GridBlobs implements BlobStore, BlobUpkeep {
  readonly #bucket: GridFSBucket;
  readonly #files: Collection<StoredFile>;
  readonly #chunks: Collection<StoredChunk>;
  readonly #quota: Quota;
  readonly #alone = oneAtATime();

  constructor(db: Db, quotaBytes: number | undefined) {
    const writeConcern = { w: "majority", journal: true } as const;
    this.#bucket = new GridFSBucket(db, { bucketName: "blobs", writeConcern });
    this.#files = db.collection<StoredFile>("blobs.files", { writeConcern });
    this.#chunks = db.collection<StoredChunk>("blobs.chunks", { writeConcern });
    this.#quota = new Quota(quotaBytes, () => this.#count());
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.#files.countDocuments({ filename: sha256 }, { limit: 1 })) > 0;
  }

  async get(sha256: string): Promise<Uint8Array> {
    const hash = checkedHash(sha256);
    if (!(await this.has(hash))) throw new Refusal("not-found", "No such content");
    try {
      return verified(await bytesOf(this.#bucket.openDownloadStreamByName(hash)), hash);
    } catch (error) {
      if (!(error instanceof MongoGridFSChunkError)) throw error;
      throw new Refusal("blob-corrupt", `Stored content ${hash} is damaged`, { cause: error });
    }
  }

  put(bytes: Uint8Array): Promise<StoredBlob> {
    const sha256 = sha256Of(bytes);
    return this.#alone(sha256, async () => {
      const isThere = (await isIntact(() => this.get(sha256))) && (await this.#refresh(sha256));
      if (!isThere) await this.#upload(sha256, bytes);
      return { sha256, sizeBytes: bytes.length };
    });
  }

  /** Makes a blob young; false when it was removed meanwhile. */
  async #refresh(filename: string): Promise<boolean> {
    const found = await this.#files.findOneAndUpdate(
      { filename },
      { $set: { uploadDate: new Date() } },
      { sort: { uploadDate: -1 } },
    );
    return found !== null;
  }

  async #upload(sha256: string, bytes: Uint8Array): Promise<void> {
    const settle = await this.#quota.reserve(bytes.length);
    let keptBytes = 0;
    try {
      const upload = this.#bucket.openUploadStream(sha256);
      await new Promise<void>((resolve, reject) => {
        upload.once("finish", resolve);
        upload.once("error", reject);
        upload.end(bytes);
      });
      keptBytes = bytes.length;
    } finally {
      settle(keptBytes);
    }
  }

  usage() {
    return this.#quota.usage();
  }

  async tidy(moment: Date): Promise<void> {
    await this.#removeLeftovers(moment);
    await this.#quota.recount();
  }

  async #count(): Promise<number> {
    const sum = { $group: { _id: null, bytes: { $sum: "$length" } } };
    const [total] = await this.#files.aggregate<{ bytes: number }>([sum]).toArray();
    return total?.bytes ?? 0;
  }

  async *listBefore(moment: Date): AsyncGenerator<string> {
    const old = this.#files.find({ uploadDate: { $lt: moment } }, { projection: { filename: 1 } });
    for await (const { filename } of old) yield filename;
  }

  async removeBefore(sha256: string, moment: Date): Promise<number> {
    let freed = 0;
    for (;;) {
      // The condition and the removal are one: a server that puts the blob again either finds it or stores it anew.
      const file = await this.#files.findOneAndDelete({
        filename: sha256,
        uploadDate: { $lt: moment },
      });
      if (!file) return freed;
      const settle = await this.#quota.reserve(0);
      settle(-file.length);
      await this.#chunks.deleteMany({ files_id: file._id });
      freed += file.length;
    }
  }

  /** Chunks of uploads that began before a moment and never came to their file, or whose file is gone. */
  async #removeLeftovers(moment: Date): Promise<void> {
    const before = ObjectId.createFromTime(Math.floor(moment.getTime() / 1000));
    const chunks = this.#chunks
      .find({ files_id: { $lt: before } }, { projection: { files_id: 1, _id: 0 } })
      .sort({ files_id: 1, n: 1 });
    let ids: ObjectId[] = [];
    for await (const { files_id } of chunks) {
      if (ids.at(-1)?.equals(files_id)) continue;
      if (ids.length === idsAtOnce) {
        await this.#removeFileless(ids);
        ids = [];
      }
      ids.push(files_id);
    }
    await this.#removeFileless(ids);
  }

  async #removeFileless(ids: readonly ObjectId[]): Promise<void> {
    if (ids.length === 0) return;
    const files = await this.#files.find({ _id: { $in: [...ids] } }).toArray();
    const named = new Set(files.map(({ _id }) => _id.toHexString()));
    const fileless = ids.filter((id) => !named.has(id.toHexString()));
    if (fileless.length > 0) await this.#chunks.deleteMany({ files_id: { $in: fileless } });
  }
}

/**
 * Blobs in a database's GridFS, at most `quotaBytes` in all. Each server counts what it stores and, once a day, what
 * all have stored.
 */
export function createGridBlobs(db: Db, quotaBytes?: number): BlobStore & BlobUpkeep {
  return new GridBlobs(db, quotaBytes);
}
