import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "./config.ts";
import { composeFeatures, type Features } from "./features.ts";
import { createBus, type Bus } from "./platform/bus.ts";
import { systemClock, type Clock } from "./platform/clock.ts";
import { readAccessToken } from "./platform/http/credentials.ts";
import { healthRouter, metricsRouter } from "./platform/http/health.ts";
import { createIdempotency } from "./platform/http/idempotency.ts";
import { mountRoutes } from "./platform/http/mount.ts";
import { openApiDocument } from "./platform/http/openapi.ts";
import type { Actor, Route } from "./platform/http/route.ts";
import { jsonRouter } from "./platform/http/json-router.ts";
import { createHttp } from "./platform/http/server.ts";
import { randomIds, type Ids } from "./platform/ids.ts";
import type { Log } from "./platform/log.ts";
import { createIdempotencyStore } from "./platform/storage/idempotency-store.ts";
import { reportFullScans } from "./platform/storage/full-scans.ts";
import { openStorage, type Storage } from "./platform/storage/index.ts";
import { latestVersion, migrate, type MigrationEvent } from "./platform/storage/migrations.ts";
import { createUpkeep, type Upkeep } from "./platform/storage/upkeep.ts";
import { blobReferences } from "./blob-references.ts";
import { migrations } from "./migrations/index.ts";
import { Refusal } from "../domain/kernel/refusal.ts";

/** What a process decides; the rest has defaults. */
export interface AppOptions {
  readonly config: Config;
  readonly log: Log;
  readonly clock?: Clock;
  readonly ids?: Ids;
}

/** The running product. */
export interface App {
  readonly features: Features;
  readonly routes: readonly Route[];
  readonly bus: Bus;
  readonly storage: Storage;
  readonly upkeep: Upkeep;
  /** Why this process must end and start again, if it must. */
  failure(): Error | undefined;
  /** Starts to listen and answers the public URL. */
  listen(): Promise<string>;
  /** Stops taking requests, flushes drafts, closes storage. */
  close(): Promise<void>;
}

/** The composition root: storage, features, sockets and doors put together. */
export async function createApp(options: AppOptions): Promise<App> {
  const { config, log, clock = systemClock, ids = randomIds } = options;
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const storage = await openData(config, log);
  reportFullScans(storage, { log, file: config.fullScansFile });
  const bus = createBus(log);
  const origins = new Set<string>([new URL(config.publicUrl).origin]);
  const base: { url: string } = { url: config.publicUrl };
  const features = await composeFeatures({
    config,
    log,
    clock,
    ids,
    bus,
    storage,
    origins,
    publicUrl: () => base.url,
  });
  await storage.ready();
  const server = createServer(
    { headersTimeout: 15_000, requestTimeout: 60_000 },
    httpFront({ config, log, clock, storage, features, origins }),
  );
  for (const attach of features.sockets) attach(server);
  const upkeep = createUpkeep({
    storage,
    references: blobReferences,
    schemaVersion: latestVersion(migrations),
    clock,
    log,
  });
  return {
    features,
    routes: features.routes,
    bus,
    storage,
    upkeep,
    failure: () => storage.failure() ?? upkeep.failure(),
    async listen() {
      const port = await listenOn(server, config);
      if (!config.isPublicUrlGiven) base.url = `http://localhost:${port}`;
      for (const host of ["localhost", "127.0.0.1"]) {
        if (!config.isPublicUrlGiven) origins.add(`http://${host}:${port}`);
      }
      await features.start();
      upkeep.start();
      return base.url;
    },
    close: () => closeAll({ server, features, upkeep, storage }),
  };
}

/** Storage at the program's schema version. */
async function openData(config: Config, log: Log): Promise<Storage> {
  const { dataDir, mongodbUri, blobQuotaBytes } = config;
  const storage = await openStorage({ dataDir, mongodbUri, blobQuotaBytes });
  try {
    const onEvent = ({ kind, ...event }: MigrationEvent) => log.info(event, `migration ${kind}`);
    await migrate(storage.connection, { migrations, isExclusive: storage.isExclusive, onEvent });
    return storage;
  } catch (error) {
    await storage.close();
    throw error;
  }
}

interface FrontParts {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly storage: Storage;
  readonly features: Features;
  readonly origins: ReadonlySet<string>;
}

function httpFront({ config, log, clock, storage, features, origins }: FrontParts) {
  const api = mountRoutes(features.routes, {
    idempotency: createIdempotency(createIdempotencyStore(storage.connection), clock),
    authenticate: async (req): Promise<Actor> => {
      const token = readAccessToken(req, origins);
      if (!token) throw new Refusal("not-authenticated", "Sign in first.");
      return features.authenticateToken(token);
    },
  });
  return createHttp({
    log,
    trustProxy: config.trustProxy,
    isTls: config.publicUrl.startsWith("https:"),
    pagesDir: join(config.root, "dist", "frontend"),
    mounts: [
      ["/health", healthRouter(() => Promise.resolve(storage.failure() === undefined))],
      ["/metrics", metricsRouter(() => ({ ...features.figures(), ...blobFigures(storage) }))],
      [
        "/api/v1/openapi.json",
        jsonRouter(() => openApiDocument(features.routes, config.publicUrl)),
      ],
      ["/api/v1", api],
      ...features.mounts,
    ],
  });
}

/** What stored files take up; with a quota, also what they may. */
function blobFigures({ blobs }: Storage): Record<string, number> {
  const { usedBytes, quotaBytes } = blobs.usage();
  return {
    entente_blobs_used_bytes: usedBytes,
    ...(quotaBytes === undefined ? {} : { entente_blobs_quota_bytes: quotaBytes }),
  };
}

function listenOn(server: Server, config: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(config.port, config.host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

interface OpenParts {
  readonly server: Server;
  readonly features: Features;
  readonly upkeep: Upkeep;
  readonly storage: Storage;
}

async function closeAll({ server, features, upkeep, storage }: OpenParts): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  await features.close();
  server.closeAllConnections();
  await stopped;
  await upkeep.stop();
  await storage.close();
}
