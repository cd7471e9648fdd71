import type { Template } from "../../domain/templates/parse.ts";
import type { Access, PartnershipService } from "../partnerships/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/ids.ts";
import type { BlobStore } from "../platform/storage/index.ts";
import type { DraftPort } from "./ports.ts";
import type { AgreementStore, StoredAgreement } from "./store.ts";

/** What agreements need. */
export interface AgreementDeps {
  readonly store: AgreementStore;
  readonly drafts: DraftPort;
  readonly blobs: BlobStore;
  readonly access: Access;
  readonly partnerships: Pick<PartnershipService, "listPartners" | "listMembers">;
  /** @throws {Refusal} unknown-template */
  getTemplate(id: string): Template;
  readonly clock: Clock;
  readonly ids: Ids;
  announce(
    type: string,
    agreement: Pick<StoredAgreement, "_id" | "partnershipId">,
    subject: AnnouncedSubject,
  ): void;
}

/** Facts of an event about an agreement. */
export type AnnouncedSubject = Readonly<Record<string, string | number>> & {
  readonly actorId?: string;
};
