import type { StoredRequest } from "./store.ts";

/** A sealed document, for the archive. */
export interface SealedDocument {
  readonly requestId: string;
  readonly agreementId: string;
  readonly partnershipId: string;
  readonly version: number;
  readonly title: string;
  readonly language: "fr" | "en";
  readonly contentSha256: string;
  /** Blob of the sealed PDF. */
  readonly documentSha256: string;
  readonly sizeBytes: number;
  readonly pages: number;
  readonly sealedAt: Date;
  readonly decision: StoredRequest["decision"];
  readonly signatories: readonly {
    readonly slot: string;
    readonly name: string;
    readonly partnerId: string;
    readonly partnerName: string;
    readonly authority: string | null;
    readonly signedAt: Date;
  }[];
}

/** A completed request as the archive takes it. */
export function sealedOf(request: StoredRequest): SealedDocument {
  const last = request.revisions.at(-1);
  if (!last || !request.endedAt) throw new Error("a completed request has its document");
  const sealedAt = request.endedAt;
  const { partnershipId, agreementId, version, title, language, contentSha256, decision } = request;
  return {
    requestId: request._id,
    agreementId,
    partnershipId,
    version,
    title,
    language,
    contentSha256,
    documentSha256: last.sha256,
    sizeBytes: last.sizeBytes,
    pages: request.pages ?? 0,
    sealedAt,
    decision,
    signatories: request.seats.map((seat) => ({
      slot: seat.slot,
      name: seat.name,
      partnerId: seat.partnerId,
      partnerName: seat.partnerName,
      authority: seat.authority,
      signedAt: seat.signedAt ?? sealedAt,
    })),
  };
}
