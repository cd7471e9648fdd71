import type { Router } from "../platform/http/router.ts";
import type { Action } from "../../domain/partnerships/access.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import type { Actor, Route } from "../platform/http/route.ts";
import type { Ids } from "../platform/ids.ts";
import type { Log } from "../platform/log.ts";
import type { Connection } from "../platform/storage/connection.ts";
import type { BlobStore } from "../platform/storage/index.ts";
import { createTurns } from "../platform/turns.ts";
import type { SigningDeps } from "./deps.ts";
import { createSigningEngine } from "./engine.ts";
import type { CertificationAuthority } from "./pki.ts";
import type { SigningPorts } from "./ports.ts";
import { closeRenderer } from "./render/index.ts";
import { versionPrintRoutes } from "./render/version-routes.ts";
import { authorityRouter, signingRoutes } from "./routes.ts";
import { createSigningService, type SigningService } from "./service.ts";
import { createRequestStore } from "./store.ts";

export { openAuthority, type CertificationAuthority } from "./pki.ts";
export type { SealedDocument } from "./sealed.ts";
export type { SigningService } from "./service.ts";
export { signingBlobs } from "./store.ts";

/** What signing needs from the composition. */
export interface SigningFeatureDeps {
  readonly connection: Connection;
  readonly blobs: BlobStore;
  readonly authority: CertificationAuthority;
  readonly ports: SigningPorts;
  readonly access: {
    authorise(actor: Actor, action: Action, partnershipId: string): Promise<unknown>;
  };
  readonly instance: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly log: Log;
}

/** Signature requests, the instance's authority and their doors. */
export interface Signing {
  readonly service: SigningService;
  readonly routes: readonly Route[];
  /** To be mounted at `/pki`. */
  readonly authorityRouter: Router;
  /** Takes up what a crash interrupted, and from then on what has become due. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const SWEEP_MS = 60_000;

/** Builds signing over its store, the authority and the ports. */
export function createSigning(deps: SigningFeatureDeps): Signing {
  const { bus, clock } = deps;
  const engine = createSigningEngine();
  const announce: SigningDeps["announce"] = (type, request, { slot, actorId } = {}) =>
    bus.publish({
      type,
      partnershipId: request.partnershipId,
      at: clock.now().toISOString(),
      ...(actorId ? { actorId } : {}),
      subject: {
        signatureRequestId: request._id,
        agreementId: request.agreementId,
        version: request.version,
        ...(slot ? { slot } : {}),
      },
    });
  const service = createSigningService({
    ...deps,
    store: createRequestStore(deps.connection),
    engine,
    turns: createTurns(),
    announce,
    authorise: (actor, action, id) => deps.access.authorise(actor, action, id),
  });
  const unsubscribe = bus.subscribe("agreement.withdrawn", async ({ subject }) => {
    const id = subject["agreementId"];
    if (typeof id === "string") await service.cancelForAgreement(id);
  });
  let sweep: NodeJS.Timeout | undefined;
  return {
    service,
    routes: [...versionPrintRoutes(deps.ports), ...signingRoutes(service)],
    authorityRouter: authorityRouter(deps.authority),
    async start() {
      sweep ??= setInterval(() => void resumeQuietly(deps.log, service), SWEEP_MS).unref();
      await resumeQuietly(deps.log, service);
    },
    async close() {
      clearInterval(sweep);
      unsubscribe();
      await Promise.all([engine.close(), closeRenderer()]);
    },
  };
}

async function resumeQuietly(log: Log, service: SigningService): Promise<void> {
  try {
    await service.resume();
  } catch (error) {
    log.error({ err: error }, "signing could not be taken up");
  }
}
