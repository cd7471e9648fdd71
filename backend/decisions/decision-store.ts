import { Schema, type Connection, trusted } from "mongoose";
import type { Decision } from "../../domain/decisions/decision.ts";
import type { BlobReference } from "../platform/storage/references.ts";

/** Where decisions name blobs: the text that is voted on. */
export const decisionBlobs: readonly BlobReference[] = [
  { collection: "decisions", path: "decision.subject.contentSha256" },
];

/**
 * A decision as stored: the whole of it, ballots included, is one document, so that a ballot and the
 * close can never both win. The fields beside `decision` repeat it for queries.
 */
export interface StoredDecision {
  readonly _id: string;
  readonly partnershipId: string;
  readonly agreementId: string | null;
  readonly state: Decision["state"];
  readonly closesAt: Date;
  readonly createdAt: Date;
  /** Whether everything recorded is in the log and told to the agreement. */
  readonly isSettled: boolean;
  readonly revision: number;
  readonly decision: Decision;
}

const decisionSchema = new Schema<StoredDecision>(
  {
    _id: { type: String, required: true },
    partnershipId: { type: String, required: true },
    agreementId: { type: String, default: null },
    state: { type: String, required: true },
    closesAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    isSettled: { type: Boolean, required: true },
    revision: { type: Number, required: true },
    decision: { type: Schema.Types.Mixed, required: true },
  },
  { versionKey: false, minimize: false },
);
decisionSchema.index({ partnershipId: 1, createdAt: -1 });
decisionSchema.index({ agreementId: 1 });
decisionSchema.index({ state: 1, closesAt: 1 });
decisionSchema.index({ isSettled: 1 });

/** Decisions of partnerships. */
export interface DecisionStore {
  insert(decision: Decision): Promise<void>;
  findById(id: string): Promise<StoredDecision | null>;
  /** Newest first. */
  list(partnershipId: string): Promise<readonly StoredDecision[]>;
  listOfAgreement(agreementId: string): Promise<readonly StoredDecision[]>;
  /** Ids of open votes whose time is over, and of decisions that are not settled. */
  listPending(now: Date): Promise<readonly string[]>;
  /** Writes the next state if nobody wrote since `stored` was read; answers it as stored, or null. Atomic, durable. */
  replace(
    stored: StoredDecision,
    next: { decision: Decision; isSettled: boolean },
  ): Promise<StoredDecision | null>;
}

/** Decisions in mongoose. */
export function createDecisionStore(connection: Connection): DecisionStore {
  const decisions = connection.model<StoredDecision>("Decision", decisionSchema);
  return {
    async insert(decision) {
      await decisions.create({
        ...fieldsOf(decision),
        _id: decision.id,
        createdAt: new Date(decision.createdAt),
        isSettled: true,
        revision: 0,
      });
    },
    findById: (id) => decisions.findById(id).lean<StoredDecision>().exec(),
    list: (partnershipId) =>
      decisions.find({ partnershipId }).sort({ createdAt: -1 }).lean<StoredDecision[]>().exec(),
    listOfAgreement: (agreementId) =>
      decisions.find({ agreementId }).sort({ createdAt: -1 }).lean<StoredDecision[]>().exec(),
    async listPending(now) {
      const due = await decisions
        .find({ state: "open", closesAt: trusted({ $lte: now }) })
        .lean<StoredDecision[]>()
        .exec();
      const unsettled = await decisions.find({ isSettled: false }).lean<StoredDecision[]>().exec();
      return [...new Set([...due, ...unsettled].map(({ _id }) => _id))];
    },
    async replace({ _id, revision }, { decision, isSettled }) {
      return decisions
        .findOneAndUpdate(
          { _id, revision },
          { $set: { ...fieldsOf(decision), isSettled, revision: revision + 1 } },
          { returnDocument: "after" },
        )
        .lean<StoredDecision>()
        .exec();
    },
  };
}

function fieldsOf(decision: Decision) {
  return {
    partnershipId: decision.partnershipId,
    agreementId: decision.subject?.agreementId ?? null,
    state: decision.state,
    closesAt: new Date(decision.closesAt),
    decision,
  };
}
