import { Schema, type Connection } from "mongoose";
import type { AgreementState } from "../../domain/agreements/lifecycle.ts";
import { isDuplicateKey } from "../platform/storage/errors.ts";
import type { BlobReference } from "../platform/storage/references.ts";

/** Where agreements and versions name blobs: what these fields name is kept. */
export const agreementBlobs: readonly BlobReference[] = [
  { collection: "agreements", path: "templateBlob" },
  { collection: "versions", path: "contentSha256" },
];

/** An agreement as stored; its live text is collaboration's, its template is pinned as a blob. */
export interface StoredAgreement {
  readonly _id: string;
  readonly partnershipId: string;
  readonly title: string;
  readonly language: "fr" | "en";
  readonly templateId: string;
  readonly templateVersion: string;
  /** Blob of the template as it was when the agreement began. */
  readonly templateBlob: string;
  readonly state: AgreementState;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** A version as stored; its canonical JSON is the blob of the same hash. */
export interface StoredVersion {
  readonly _id: string;
  readonly agreementId: string;
  readonly number: number;
  readonly label: string;
  readonly contentSha256: string;
  readonly createdBy: string;
  readonly createdAt: Date;
}

const agreementSchema = new Schema<StoredAgreement>(
  {
    _id: { type: String, required: true },
    partnershipId: { type: String, required: true },
    title: { type: String, required: true },
    language: { type: String, required: true },
    templateId: { type: String, required: true },
    templateVersion: { type: String, required: true },
    templateBlob: { type: String, required: true },
    state: { type: String, required: true },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
agreementSchema.index({ partnershipId: 1, createdAt: -1 });

const versionSchema = new Schema<StoredVersion>(
  {
    _id: { type: String, required: true },
    agreementId: { type: String, required: true },
    number: { type: Number, required: true },
    label: { type: String, default: "" },
    contentSha256: { type: String, required: true },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
versionSchema.index({ agreementId: 1, number: 1 }, { unique: true });

/** Agreements and their versions. A version is inserted once and never changed. */
export interface AgreementStore {
  insert(agreement: StoredAgreement): Promise<void>;
  findById(id: string): Promise<StoredAgreement | null>;
  list(partnershipId: string): Promise<readonly StoredAgreement[]>;
  /** Moves from one state to another, atomically; false when the state was no longer `from`. */
  move(id: string, from: AgreementState, to: AgreementState): Promise<boolean>;
  /** Inserts a version; false when the number is taken. */
  insertVersion(version: StoredVersion): Promise<boolean>;
  findVersion(agreementId: string, number: number): Promise<StoredVersion | null>;
  /** Newest first. */
  listVersions(agreementId: string): Promise<readonly StoredVersion[]>;
  latestNumber(agreementId: string): Promise<number>;
}

/** Agreements in mongoose. */
export function createAgreementStore(connection: Connection): AgreementStore {
  const agreements = connection.model<StoredAgreement>("Agreement", agreementSchema);
  const versions = connection.model<StoredVersion>("Version", versionSchema);
  return {
    async insert(agreement) {
      await agreements.create(agreement);
    },
    findById: (id) => agreements.findById(id).lean<StoredAgreement>().exec(),
    list: (partnershipId) =>
      agreements.find({ partnershipId }).sort({ createdAt: -1 }).lean<StoredAgreement[]>().exec(),
    async move(id, from, to) {
      const result = await agreements.updateOne({ _id: id, state: from }, { $set: { state: to } });
      return result.matchedCount === 1;
    },
    async insertVersion(version) {
      try {
        await versions.create(version);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    findVersion: (agreementId, number) =>
      versions.findOne({ agreementId, number }).lean<StoredVersion>().exec(),
    listVersions: (agreementId) =>
      versions.find({ agreementId }).sort({ number: -1 }).lean<StoredVersion[]>().exec(),
    async latestNumber(agreementId) {
      const latest = await versions
        .findOne({ agreementId })
        .sort({ number: -1 })
        .lean<StoredVersion>()
        .exec();
      return latest?.number ?? 0;
    },
  };
}
