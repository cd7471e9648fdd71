import { GridFSBucket, MongoServerError, type Db } from "mongodb";
import { Refusal } from "../../../domain/kernel/refusal.ts";
import { checkedHash, sha256Of, verified, type BlobStore } from "./blobs.ts";

const duplicateKey = 11000;

async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Blobs in MongoDB's GridFS, with the SHA-256 as file id. */
export function createGridBlobs(db: Db): BlobStore {
  const bucket = new GridFSBucket(db, {
    bucketName: "blobs",
    writeConcern: { w: "majority", journal: true },
  });
  const files = db.collection<{ _id: string }>("blobs.files");

  async function has(sha256: string): Promise<boolean> {
    return (await files.countDocuments({ _id: sha256 }, { limit: 1 })) > 0;
  }

  return {
    has,
    async put(bytes) {
      const sha256 = sha256Of(bytes);
      const stored = { sha256, sizeBytes: bytes.length };
      if (await has(sha256)) return stored;
      // GridFS accepts any id; its types name ObjectId only.
      const upload = bucket.openUploadStreamWithId(sha256 as never, sha256);
      await new Promise<void>((resolve, reject) => {
        upload.once("finish", resolve);
        upload.once("error", reject);
        upload.end(bytes);
      }).catch((error: unknown) => {
        // Someone else stored the same content meanwhile.
        if (!(error instanceof MongoServerError) || error.code !== duplicateKey) throw error;
      });
      return stored;
    },
    async get(sha256) {
      const hash = checkedHash(sha256);
      if (!(await has(hash))) throw new Refusal("not-found", "No such content");
      return verified(await bytesOf(bucket.openDownloadStream(hash as never)), hash);
    },
  };
}
