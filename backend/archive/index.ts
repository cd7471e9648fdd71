import type { Access, PartnershipService } from "../partnerships/index.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import type { Route } from "../platform/http/route.ts";
import type { Ids } from "../platform/ids.ts";
import type { Log } from "../platform/log.ts";
import type { Connection } from "../platform/storage/connection.ts";
import type { BlobStore } from "../platform/storage/index.ts";
import type { SigningService } from "../signing/index.ts";
import { createExamination, type Trust } from "./examination.ts";
import { archiveRoutes, verifyRoutes } from "./routes.ts";
import { createArchiveService, type ArchiveService } from "./service.ts";
import { createRecordStore } from "./store.ts";

export type { Trust } from "./examination.ts";
export type { ArchiveService } from "./service.ts";
export { archiveBlobs } from "./store.ts";
export { checkRecords } from "./check-records.ts";
export { trustOf, verifyFile } from "./verify-file.ts";
export { verifyPdf } from "./verifier.ts";

/** What the archive needs from the composition. */
export interface ArchiveFeatureDeps {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly sealed: Pick<SigningService, "findSealed" | "listSealed">;
  readonly access: Pick<Access, "authorise" | "permits">;
  readonly partnerships: Pick<PartnershipService, "list">;
  /** Whom the verifier believes: this instance's authority and logs. */
  readonly trust: Trust;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly log: Log;
  /** Files that one address may have verified in a minute; 20 when absent. */
  readonly verificationsPerMin?: number;
}

/** The reading room, the verifier and their doors. */
export interface Archive {
  readonly service: ArchiveService;
  readonly routes: readonly Route[];
  /** Takes in what was sealed while nobody listened. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const VERIFICATIONS_PER_MIN = 20;

/** Builds the archive over its store; it listens for completed signature requests. */
export function createArchive(deps: ArchiveFeatureDeps): Archive {
  const examination = createExamination(deps.trust, deps.clock);
  const service = createArchiveService({
    ...deps,
    store: createRecordStore(deps.connection),
    examination,
    announce: (type, { partnershipId, agreementId, requestId }) =>
      deps.bus.publish({
        type,
        partnershipId,
        at: deps.clock.now().toISOString(),
        subject: { agreementId, signatureRequestId: requestId },
      }),
  });
  const unsubscribe = deps.bus.subscribe("signature-request.completed", async ({ subject }) => {
    const id = subject["agreementId"];
    if (typeof id === "string") await service.takeIn(id);
  });
  const perAddressPerMin = deps.verificationsPerMin ?? VERIFICATIONS_PER_MIN;
  return {
    service,
    routes: [...archiveRoutes(service), ...verifyRoutes(service, { perAddressPerMin })],
    start: () => service.catchUp(),
    async close() {
      unsubscribe();
      await examination.close();
    },
  };
}
