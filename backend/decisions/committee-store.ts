import { Schema, type Connection } from "mongoose";
import type { RollEntry, Rule } from "../../domain/decisions/rule.ts";

/** A committee as stored; an open vote has its own copy of rule and roll. */
export interface StoredCommittee {
  readonly _id: string;
  readonly partnershipId: string;
  readonly name: string;
  readonly rule: Rule;
  readonly roll: readonly RollEntry[];
  readonly createdBy: string;
  readonly createdAt: Date;
}

const committeeSchema = new Schema<StoredCommittee>(
  {
    _id: { type: String, required: true },
    partnershipId: { type: String, required: true },
    name: { type: String, required: true },
    rule: { type: Schema.Types.Mixed, required: true },
    roll: { type: Schema.Types.Mixed, required: true },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false, minimize: false },
);
committeeSchema.index({ partnershipId: 1, createdAt: 1 });

/** Committees of partnerships. */
export interface CommitteeStore {
  insert(committee: StoredCommittee): Promise<void>;
  findById(id: string): Promise<StoredCommittee | null>;
  /** Oldest first. */
  list(partnershipId: string): Promise<readonly StoredCommittee[]>;
}

/** Committees in mongoose. */
export function createCommitteeStore(connection: Connection): CommitteeStore {
  const committees = connection.model<StoredCommittee>("Committee", committeeSchema);
  return {
    async insert(committee) {
      await committees.create(committee);
    },
    findById: (id) => committees.findById(id).lean<StoredCommittee>().exec(),
    list: (partnershipId) =>
      committees.find({ partnershipId }).sort({ createdAt: 1 }).lean<StoredCommittee[]>().exec(),
  };
}
