import { Schema, type Connection, trusted } from "mongoose";
import type { Partner } from "../../domain/partnerships/wire.ts";

/** A partnership as stored. */
export interface StoredPartnership {
  readonly _id: string;
  readonly name: string;
  readonly purpose: string;
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** A partner as stored; `color` is its place in the palette. */
export interface StoredPartner {
  readonly _id: string;
  readonly partnershipId: string;
  readonly name: string;
  readonly sector: Partner["sector"];
  readonly country: string;
  readonly registration: string;
  readonly color: number;
  readonly createdAt: Date;
}

const partnershipSchema = new Schema<StoredPartnership>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    purpose: { type: String, default: "" },
    createdBy: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

const partnerSchema = new Schema<StoredPartner>(
  {
    _id: { type: String, required: true },
    partnershipId: { type: String, required: true },
    name: { type: String, required: true },
    sector: { type: String, required: true },
    country: { type: String, default: "" },
    registration: { type: String, default: "" },
    color: { type: Number, required: true },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);
partnerSchema.index({ partnershipId: 1, createdAt: 1 });

/** Partnerships and their partners; every partner query names its partnership. */
export interface PartnershipStore {
  insert(partnership: StoredPartnership): Promise<void>;
  findById(id: string): Promise<StoredPartnership | null>;
  findByIds(ids: readonly string[]): Promise<readonly StoredPartnership[]>;
  insertPartner(partner: StoredPartner): Promise<void>;
  listPartners(partnershipId: string): Promise<readonly StoredPartner[]>;
  findPartner(partnershipId: string, partnerId: string): Promise<StoredPartner | null>;
}

/** Partnerships in mongoose. */
export function createPartnershipStore(connection: Connection): PartnershipStore {
  const partnerships = connection.model<StoredPartnership>("Partnership", partnershipSchema);
  const partners = connection.model<StoredPartner>("Partner", partnerSchema);
  return {
    async insert(partnership) {
      await partnerships.create(partnership);
    },
    findById: (id) => partnerships.findById(id).lean<StoredPartnership>().exec(),
    findByIds: (ids) =>
      partnerships
        .find({ _id: trusted({ $in: [...ids] }) })
        .lean<StoredPartnership[]>()
        .exec(),
    async insertPartner(partner) {
      await partners.create(partner);
    },
    listPartners: (partnershipId) =>
      partners.find({ partnershipId }).sort({ createdAt: 1 }).lean<StoredPartner[]>().exec(),
    findPartner: (partnershipId, partnerId) =>
      partners.findOne({ _id: partnerId, partnershipId }).lean<StoredPartner>().exec(),
  };
}
