import { Schema, trusted, type Connection } from "mongoose";
import type { Report } from "../../domain/archive/report.ts";
import { isDuplicateKey } from "../platform/storage/errors.ts";
import type { BlobReference } from "../platform/storage/references.ts";

/** Where archive records name blobs: the text and the sealed PDF. */
export const archiveBlobs: readonly BlobReference[] = [
  { collection: "archiverecords", path: "contentSha256" },
  { collection: "archiverecords", path: "documentSha256" },
];

/** A sealed agreement as kept; its PDF is the blob `documentSha256`. */
export interface StoredRecord {
  readonly _id: string;
  /** The signature request that led to the seal: one record each. */
  readonly requestId: string;
  readonly partnershipId: string;
  readonly agreementId: string;
  readonly title: string;
  readonly language: "fr" | "en";
  readonly version: number;
  readonly contentSha256: string;
  readonly documentSha256: string;
  readonly sizeBytes: number;
  readonly pages: number;
  readonly sealedAt: Date;
  readonly archivedAt: Date;
  readonly decision: {
    readonly id: string;
    readonly title: string;
    readonly outcome: string;
    readonly closedAt: Date;
    readonly arithmetic: readonly string[];
  };
  readonly signatories: readonly {
    readonly name: string;
    readonly partnerId: string;
    readonly partnerName: string;
    readonly authority: string | null;
    readonly signedAt: Date;
  }[];
  readonly report: Report;
  /** Words of title, parties and text, as `searchWords` folds them. */
  readonly words: readonly string[];
}

/** A record without the words that only the search needs. */
export type FoundRecord = Omit<StoredRecord, "words">;

const text = { type: String, required: true } as const;
const number = { type: Number, required: true } as const;
const date = { type: Date, required: true } as const;

const recordSchema = new Schema<StoredRecord>(
  {
    _id: text,
    requestId: { ...text, unique: true },
    partnershipId: text,
    agreementId: { ...text, index: true },
    title: text,
    language: text,
    version: number,
    contentSha256: text,
    documentSha256: text,
    sizeBytes: number,
    pages: number,
    sealedAt: date,
    archivedAt: date,
    decision: {
      type: new Schema(
        { id: text, title: text, outcome: text, closedAt: date, arithmetic: [String] },
        { _id: false, id: false },
      ),
      required: true,
    },
    signatories: {
      type: [
        new Schema(
          {
            name: text,
            partnerId: text,
            partnerName: text,
            authority: { type: String, default: null },
            signedAt: date,
          },
          { _id: false },
        ),
      ],
      required: true,
    },
    report: { type: Schema.Types.Mixed, required: true },
    words: { type: [String], required: true },
  },
  { versionKey: false },
);
recordSchema.index({ partnershipId: 1, sealedAt: -1 });

/** What a list of records asks for. */
export interface RecordFilter {
  readonly partnershipIds: readonly string[];
  readonly agreementId?: string | undefined;
  /** Beginnings of words that must all occur. */
  readonly words: readonly string[];
  /** Records sealed before this moment, or at it with a smaller id. */
  readonly before?: { readonly sealedAt: Date; readonly id: string } | undefined;
  readonly limit: number;
}

/** Archive records: inserted once, never changed. */
export interface RecordStore {
  /** Inserts; false when the signature request has its record already. */
  insert(record: StoredRecord): Promise<boolean>;
  hasRequest(requestId: string): Promise<boolean>;
  findById(id: string): Promise<FoundRecord | null>;
  /** Newest first. */
  list(filter: RecordFilter): Promise<readonly FoundRecord[]>;
}

/** Archive records in mongoose. */
export function createRecordStore(connection: Connection): RecordStore {
  const records = connection.model<StoredRecord>("ArchiveRecord", recordSchema);
  return {
    async insert(record) {
      try {
        await records.create(record);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    hasRequest: async (requestId) => (await records.countDocuments({ requestId })) > 0,
    findById: (id) => records.findById(id).select("-words").lean<FoundRecord>().exec(),
    list: (filter) =>
      records
        .find(conditionsOf(filter))
        .select("-words")
        .sort({ sealedAt: -1, _id: -1 })
        .limit(filter.limit)
        .lean<FoundRecord[]>()
        .exec(),
  };
}

/** Words hold letters and digits only (`searchWords`), so that none can act as an expression. */
function conditionsOf(filter: RecordFilter): Record<string, unknown> {
  const all: Record<string, unknown>[] = filter.words.map((word) => ({
    words: trusted({ $regex: `^${word}` }),
  }));
  if (filter.before) {
    const { sealedAt, id } = filter.before;
    all.push({
      $or: [{ sealedAt: trusted({ $lt: sealedAt }) }, { sealedAt, _id: trusted({ $lt: id }) }],
    });
  }
  return {
    partnershipId: trusted({ $in: [...filter.partnershipIds] }),
    ...(filter.agreementId === undefined ? {} : { agreementId: filter.agreementId }),
    ...(all.length > 0 ? { $and: all } : {}),
  };
}
