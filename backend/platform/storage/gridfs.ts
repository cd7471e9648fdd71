import { GridFSBucket, MongoGridFSChunkError, type Db } from "mongodb";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import { checkedHash, isIntact, sha256Of, verified, type BlobStore } from "./blobs.ts";

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Blobs in MongoDB's GridFS, with the SHA-256 as file name. Each upload has an id of its own: what an interrupted or
 * a damaged one left behind is never in the way of the next, and of several the newest is read.
 */
export function createGridBlobs(db: Db): BlobStore {
  const bucket = new GridFSBucket(db, {
    bucketName: "blobs",
    writeConcern: { w: "majority", journal: true },
  });
  const files = db.collection("blobs.files");

  async function has(sha256: string): Promise<boolean> {
    return (await files.countDocuments({ filename: sha256 }, { limit: 1 })) > 0;
  }

  async function get(sha256: string): Promise<Uint8Array> {
    const hash = checkedHash(sha256);
    if (!(await has(hash))) throw new Refusal("not-found", "No such content");
    try {
      return verified(await bytesOf(bucket.openDownloadStreamByName(hash)), hash);
    } catch (error) {
      if (!(error instanceof MongoGridFSChunkError)) throw error;
      throw new Refusal("blob-corrupt", `Stored content ${hash} is damaged`, { cause: error });
    }
  }

  async function put(bytes: Uint8Array): Promise<{ sha256: string; sizeBytes: number }> {
    const sha256 = sha256Of(bytes);
    const stored = { sha256, sizeBytes: bytes.length };
    if (await isIntact(() => get(sha256))) return stored;
    const upload = bucket.openUploadStream(sha256);
    await new Promise<void>((resolve, reject) => {
      upload.once("finish", resolve);
      upload.once("error", reject);
      upload.end(bytes);
    });
    return stored;
  }

  return { put, get, has };
}
