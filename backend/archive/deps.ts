import type { SigningService, SealedDocument } from "../signing/index.ts";
import type { Access, PartnershipService } from "../partnerships/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/ids.ts";
import type { Log } from "../platform/log.ts";
import type { BlobStore } from "../platform/storage/index.ts";
import type { Examination } from "./examination.ts";
import type { RecordStore } from "./store.ts";

/** What the archive's use cases work with. */
export interface ArchiveDeps {
  readonly store: RecordStore;
  readonly blobs: BlobStore;
  readonly examination: Examination;
  readonly sealed: Pick<SigningService, "findSealed" | "listSealed">;
  readonly access: Pick<Access, "authorise" | "permits">;
  readonly partnerships: Pick<PartnershipService, "list">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Pick<Log, "error">;
  announce(type: string, sealed: SealedDocument): void;
}
