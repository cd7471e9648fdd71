import { z } from "zod";
import { isRefusal } from "../../domain/kernel/refusal.ts";
import { damage, decodedDocuments, note, type Finding } from "../platform/storage/backup/check.ts";
import type { Source } from "../platform/storage/backup/source.ts";
import type { Trust } from "./examination.ts";
import { verifyPdf } from "./verifier.ts";

const recordSchema = z.object({
  _id: z.string(),
  contentSha256: z.string(),
  documentSha256: z.string(),
  sizeBytes: z.number(),
});

/** Verifies the sealed PDF of every archive record, as a stranger would who holds this instance's trust. */
export async function* checkRecords(
  source: Source,
  { trust, now }: { readonly trust: Trust; readonly now: Date },
): AsyncGenerator<Finding> {
  let [count, open] = [0, 0];
  for await (const doc of decodedDocuments(source, "archiverecords")) {
    const { data: record } = recordSchema.safeParse(doc);
    if (!record) {
      yield damage(`archive record ${JSON.stringify(doc["_id"])} has not the form of one`);
      continue;
    }
    count++;
    const pdf = await readPdf(source, record.documentSha256);
    // checkStorage has named the blob already.
    if (!pdf) continue;
    const options = { ...trust, now, expectedSha256: record.contentSha256 };
    const { verdict, checks } = await verifyPdf(pdf, options);
    const failed = checks.filter(({ status }) => status === "fail").map(({ id }) => id);
    if (failed.length > 0)
      yield damage(`archive record ${record._id}: its PDF fails ${failed.join(", ")}`);
    if (pdf.length !== record.sizeBytes)
      yield damage(`archive record ${record._id}: its PDF has another size`);
    if (verdict === "cannot-tell") open++;
  }
  yield note(`${count} archive records`);
  if (open > 0)
    yield note(`${open} of their PDFs could not be told all about: keys/ and pki/ are not here`);
}

async function readPdf(source: Source, sha256: string): Promise<Uint8Array | undefined> {
  try {
    return await source.readBlob(sha256);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return undefined;
  }
}
