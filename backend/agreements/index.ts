import type { Access, PartnershipService } from "../partnerships/index.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import type { Route } from "../platform/http/route.ts";
import type { Ids } from "../platform/ids.ts";
import type { Connection } from "../platform/storage/connection.ts";
import type { BlobStore } from "../platform/storage/index.ts";
import type { Template } from "../../domain/templates/parse.ts";
import type { DraftPort } from "./ports.ts";
import { agreementRoutes } from "./routes.ts";
import { createAgreementService, type AgreementService } from "./service.ts";
import { createAgreementStore } from "./store.ts";

export type { Draft, DraftPort } from "./ports.ts";
export type { AgreementService } from "./service.ts";
export { agreementBlobs } from "./store.ts";

/** What agreements need from the composition. */
export interface AgreementsDeps {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly drafts: DraftPort;
  readonly access: Access;
  readonly partnerships: Pick<PartnershipService, "listPartners" | "listMembers">;
  getTemplate(id: string): Template;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
}

/** Agreements and their doors. */
export interface Agreements {
  readonly service: AgreementService;
  readonly routes: readonly Route[];
}

/** Builds agreements over their store and the port of drafts. */
export function createAgreements(deps: AgreementsDeps): Agreements {
  const service = createAgreementService({
    ...deps,
    store: createAgreementStore(deps.connection),
    announce: (type, { partnershipId }, { actorId, ...subject }) =>
      deps.bus.publish({
        type,
        partnershipId,
        at: deps.clock.now().toISOString(),
        ...(actorId ? { actorId } : {}),
        subject,
      }),
  });
  return { service, routes: agreementRoutes(service) };
}
