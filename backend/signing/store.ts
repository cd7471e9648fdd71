import { Schema, trusted, type Connection, type Model } from "mongoose";
import type { PreparationStep, RequestState, SigningOrder } from "../../domain/signing/request.ts";
import { isDuplicateKey } from "../platform/storage/errors.ts";
import type { BlobReference } from "../platform/storage/references.ts";

/** Where signature requests name blobs: the text, and every revision of the PDF. */
export const signingBlobs: readonly BlobReference[] = [
  { collection: "signaturerequests", path: "contentSha256" },
  { collection: "signaturerequests", path: "documentSha256" },
  { collection: "signaturerequests", path: "revisions.sha256" },
  { collection: "signaturerequests", path: "seats.shownSha256" },
];

/** One signatory as stored, with what they did and were shown. */
export interface StoredSeat {
  readonly slot: string;
  readonly memberId: string;
  readonly accountId: string;
  readonly partnerId: string;
  readonly name: string;
  readonly partnerName: string;
  readonly authority: string | null;
  readonly signedAt: Date | null;
  /** The revision that was displayed to them. */
  readonly shownSha256: string | null;
  /** The sentence they agreed to. */
  readonly statement: string | null;
}

/** One revision of the PDF; `slot` is null for the certification. */
export interface StoredRevision {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly slot: string | null;
  readonly at: Date;
}

/** A signature request as stored: one document, so that every step is one atomic write. */
export interface StoredRequest {
  readonly _id: string;
  readonly agreementId: string;
  readonly partnershipId: string;
  readonly version: number;
  readonly title: string;
  readonly language: "fr" | "en";
  readonly contentSha256: string;
  readonly order: SigningOrder;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly decision: {
    readonly id: string;
    readonly title: string;
    readonly outcome: string;
    readonly closedAt: Date;
    readonly arithmetic: readonly string[];
    readonly logProof: string | null;
  };
  readonly state: RequestState["kind"];
  readonly step: PreparationStep | null;
  readonly endedAt: Date | null;
  readonly endedBySlot: string | null;
  readonly reason: string | null;
  readonly seats: readonly StoredSeat[];
  readonly revisions: readonly StoredRevision[];
  /** Hash of the newest revision: what the next signature must build on. */
  readonly documentSha256: string | null;
  readonly pages: number | null;
  /** The agreement's id while active and once completed, else the request's own: one at most leads to a seal. */
  readonly activeKey: string;
  /** What must still be told to others, in order; survives a crash. */
  readonly effects: readonly string[];
  readonly isSettled: boolean;
}

const text = { type: String, required: true } as const;
const optionalText = { type: String, default: null } as const;
const optionalDate = { type: Date, default: null } as const;

const seatSchema = new Schema<StoredSeat>(
  {
    slot: text,
    memberId: text,
    accountId: text,
    partnerId: text,
    name: text,
    partnerName: text,
    authority: optionalText,
    signedAt: optionalDate,
    shownSha256: optionalText,
    statement: optionalText,
  },
  { _id: false },
);

const revisionSchema = new Schema<StoredRevision>(
  { sha256: text, sizeBytes: { type: Number, required: true }, slot: optionalText, at: Date },
  { _id: false },
);

const decisionSchema = new Schema<StoredRequest["decision"]>(
  {
    id: text,
    title: text,
    outcome: text,
    closedAt: Date,
    arithmetic: [String],
    logProof: optionalText,
  },
  { _id: false, id: false },
);

const requestSchema = new Schema<StoredRequest>(
  {
    _id: text,
    agreementId: { ...text, index: true },
    partnershipId: { ...text, index: true },
    version: { type: Number, required: true },
    title: text,
    language: text,
    contentSha256: text,
    order: text,
    createdBy: text,
    createdAt: { type: Date, required: true },
    expiresAt: optionalDate,
    decision: { type: decisionSchema, required: true },
    state: text,
    step: optionalText,
    endedAt: optionalDate,
    endedBySlot: optionalText,
    reason: optionalText,
    seats: { type: [seatSchema], required: true },
    revisions: { type: [revisionSchema], required: true },
    documentSha256: optionalText,
    pages: { type: Number, default: null },
    activeKey: { ...text, unique: true },
    effects: { type: [String], required: true },
    isSettled: { type: Boolean, required: true, index: true },
  },
  { versionKey: false },
);
requestSchema.index({ state: 1, expiresAt: 1 });

/** How a request ends without signatures. */
export interface Ending {
  readonly state: "declined" | "cancelled" | "expired";
  readonly endedAt: Date;
  readonly endedBySlot: string | null;
  readonly reason: string | null;
}

/** Signature requests; every write is one document, conditional on what the writer saw. */
export interface RequestStore {
  /** Inserts; false when the agreement has an active or completed request. */
  insert(request: StoredRequest): Promise<boolean>;
  findById(id: string): Promise<StoredRequest | null>;
  /** The active or completed request of an agreement. */
  findLeading(agreementId: string): Promise<StoredRequest | null>;
  /** Newest first. */
  listOfAgreement(agreementId: string): Promise<readonly StoredRequest[]>;
  /** Newest first. */
  listOfPartnership(partnershipId: string): Promise<readonly StoredRequest[]>;
  listCompleted(): Promise<readonly StoredRequest[]>;
  /** Requests that are being prepared or have something left to tell. */
  listUnsettled(): Promise<readonly StoredRequest[]>;
  /** Open requests whose time is over. */
  listOverdue(now: Date): Promise<readonly StoredRequest[]>;
  setStep(id: string, step: PreparationStep): Promise<void>;
  /** Opens a prepared request; false when it was no longer being prepared. */
  open(id: string, certified: { revision: StoredRevision; pages: number }): Promise<boolean>;
  /** Replaces an open request that still stands at `documentSha256`; false when it moved on. */
  replaceOpen(request: StoredRequest, seen: { readonly documentSha256: string }): Promise<boolean>;
  /** Ends an active request and lets its agreement go; false when it was over. */
  end(id: string, ending: Ending): Promise<boolean>;
  removeEffect(id: string, effect: string): Promise<void>;
  /** Marks a request as told, unless something was added meanwhile. */
  settle(id: string): Promise<void>;
}

const activeKinds: RequestState["kind"][] = ["preparing", "open"];

/** Signature requests in mongoose. */
export function createRequestStore(connection: Connection): RequestStore {
  const requests = connection.model<StoredRequest>("SignatureRequest", requestSchema);
  return {
    ...requestQueries(requests),
    async insert(request) {
      try {
        await requests.create(request);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    async setStep(id, step) {
      await requests.updateOne({ _id: id, state: "preparing" }, { $set: { step } });
    },
    async open(id, { revision, pages }) {
      const change = {
        state: "open",
        step: null,
        revisions: [revision],
        documentSha256: revision.sha256,
        pages,
      };
      const result = await requests.updateOne({ _id: id, state: "preparing" }, { $set: change });
      return result.modifiedCount === 1;
    },
    async replaceOpen({ _id, ...change }, { documentSha256 }) {
      const result = await requests.updateOne(
        { _id, state: "open", documentSha256 },
        { $set: change },
      );
      return result.modifiedCount === 1;
    },
    async end(id, ending) {
      const change = { ...ending, step: null, activeKey: id, isSettled: false };
      const result = await requests.updateOne(
        { _id: id, state: trusted({ $in: activeKinds }) },
        { $set: change, $push: { effects: "release" } },
      );
      return result.modifiedCount === 1;
    },
    async removeEffect(id, effect) {
      await requests.updateOne({ _id: id }, { $pull: { effects: effect } });
    },
    async settle(id) {
      await requests.updateOne({ _id: id, effects: [] }, { $set: { isSettled: true } });
    },
  };
}

type RequestQueries = Pick<
  RequestStore,
  | "findById"
  | "findLeading"
  | "listOfAgreement"
  | "listOfPartnership"
  | "listCompleted"
  | "listUnsettled"
  | "listOverdue"
>;

function requestQueries(requests: Model<StoredRequest>): RequestQueries {
  const list = (filter: Record<string, unknown>): Promise<StoredRequest[]> =>
    requests.find(filter).sort({ createdAt: -1 }).lean<StoredRequest[]>().exec();
  return {
    findById: (id) => requests.findById(id).lean<StoredRequest>().exec(),
    findLeading: (agreementId) =>
      requests.findOne({ activeKey: agreementId }).lean<StoredRequest>().exec(),
    listOfAgreement: (agreementId) => list({ agreementId }),
    listOfPartnership: (partnershipId) => list({ partnershipId }),
    listCompleted: () => list({ state: "completed" }),
    listUnsettled: () => list({ isSettled: false }),
    listOverdue: (now) =>
      list({ state: trusted({ $in: activeKinds }), expiresAt: trusted({ $lte: now }) }),
  };
}
