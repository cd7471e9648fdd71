import type { Server } from "node:http";
import { join } from "node:path";
import type { RequestHandler, Router } from "./platform/http/router.ts";
import { resolve } from "../domain/agreements/resolve.ts";
import { createAgreements, type Agreements } from "./agreements/index.ts";
import { createArchive, type Archive } from "./archive/index.ts";
import {
  collaborationRoutes,
  createCollaboration,
  memberAccess,
  type Collaboration,
} from "./collaboration/index.ts";
import type { Config } from "./config.ts";
import { createDecisions, type Decisions } from "./decisions/index.ts";
import { createIdentity, type Identity } from "./identity/index.ts";
import { createNewsSockets, outboxRoutes } from "./notifications/index.ts";
import { createPartnerships, type Partnerships } from "./partnerships/index.ts";
import type { Bus } from "./platform/bus.ts";
import type { Clock } from "./platform/clock.ts";
import type { Actor, Route } from "./platform/http/route.ts";
import type { Ids } from "./platform/ids.ts";
import type { Log } from "./platform/log.ts";
import { createMail, type Mail } from "./platform/mail.ts";
import type { Storage } from "./platform/storage/index.ts";
import { createSigning, openAuthority, type Signing } from "./signing/index.ts";
import { createTemplates, type Templates } from "./templates/index.ts";

/** What the features are built on. */
export interface Ground {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly storage: Storage;
  /** Origins of our own pages; grows when the instance listens. */
  readonly origins: ReadonlySet<string>;
  publicUrl(): string;
}

/** The nine features, in their order, and what the composition needs of them. */
export interface Features {
  readonly identity: Identity;
  readonly partnerships: Partnerships;
  readonly templates: Templates;
  readonly agreements: Agreements;
  readonly collaboration: Collaboration;
  readonly decisions: Decisions;
  readonly signing: Signing;
  readonly archive: Archive;
  readonly routes: readonly Route[];
  /** Routers outside the API. */
  readonly mounts: readonly (readonly [string, Router | RequestHandler])[];
  /** Things that answer upgrades of the HTTP server. */
  readonly sockets: readonly ((server: Server) => void)[];
  authenticateToken(token: string): Promise<Actor>;
  /** Figures for the metrics page. */
  figures(): Readonly<Record<string, number>>;
  /** Work that waits for the instance to listen. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Builds the features in their order; a later one gets the earlier ones, never the reverse. */
export async function composeFeatures(ground: Ground): Promise<Features> {
  const early = await composeEarly(ground);
  const drafting = composeDrafting(ground, early);
  const decisions = createDecisions({
    ...ground,
    connection: ground.storage.connection,
    access: early.partnerships.access,
    agreements: drafting.agreements.service,
    partnerships: early.partnerships.service,
    errors: ground.log,
    dataDir: ground.config.dataDir,
    instance: ground.config.instance,
  });
  const { signing, archive } = await composeSealing(ground, { ...early, ...drafting, decisions });
  const news = createNewsSockets({
    bus: ground.bus,
    log: ground.log,
    origins: ground.origins,
    access: early.partnerships.access,
    authenticateToken: early.identity.authenticateToken,
  });
  const { mail, ...named } = early;
  return {
    ...named,
    ...drafting,
    decisions,
    signing,
    archive,
    routes: [
      ...early.identity.routes,
      ...early.partnerships.routes,
      ...early.templates.routes,
      // Before agreements: `versions/:n.pdf` is one of signing's, `versions/:n` would take it.
      ...signing.routes,
      ...drafting.agreements.routes,
      ...collaborationRoutes(drafting.collaboration),
      ...decisions.routes,
      ...archive.routes,
      ...outboxRoutes(mail, early.identity.service),
    ],
    mounts: [["/pki", signing.authorityRouter]],
    sockets: [(server) => drafting.collaboration.attach(server), (server) => news.attach(server)],
    authenticateToken: early.identity.authenticateToken,
    figures: () => ({ entente_collaboration_sockets: drafting.collaboration.socketCount }),
    async start() {
      await decisions.start();
      await signing.start();
      await archive.start();
    },
    async close() {
      await news.close();
      await archive.close();
      await signing.close();
      await decisions.close();
      await drafting.collaboration.close();
    },
  };
}

interface Early {
  readonly mail: Mail;
  readonly identity: Identity;
  readonly partnerships: Partnerships;
  readonly templates: Templates;
}

/** Who people are, where they work together, what they start from. */
async function composeEarly(ground: Ground): Promise<Early> {
  const { config, clock, ids, bus, origins, publicUrl } = ground;
  const { connection } = ground.storage;
  const mail = createMail({
    smtpUrl: config.smtpUrl,
    from: config.mailFrom,
    outboxDir: join(config.dataDir, "outbox"),
    clock,
    ids,
  });
  const identity = createIdentity({
    connection,
    clock,
    ids,
    bus,
    origins,
    dataDir: config.dataDir,
    issuer: config.instance,
    jwtSecret: config.secrets.jwt,
    loginLimits: config.loginLimits,
  });
  const { service } = identity;
  const partnerships = createPartnerships({
    connection,
    identity: service,
    mail,
    clock,
    ids,
    bus,
    publicUrl,
  });
  const templates = await createTemplates({
    folder: config.templatesDir,
    preview: resolve,
  });
  return { mail, identity, partnerships, templates };
}

interface Drafting {
  readonly agreements: Agreements;
  readonly collaboration: Collaboration;
}

/** The draft's gate asks agreements, and agreements keep their drafts here: the knot is tied once. */
function composeDrafting(ground: Ground, early: Early): Drafting {
  const { clock, ids, bus, log, origins } = ground;
  const { connection, blobs } = ground.storage;
  const { identity, partnerships, templates } = early;
  const tied: { agreements?: Agreements } = {};
  const collaboration = createCollaboration({
    connection,
    clock,
    log,
    bus,
    publicOrigins: origins,
    access: memberAccess({
      agreements: () => tieOf(tied).service,
      partnerships: partnerships.service,
      identity: identity.service,
      assertLive: identity.assertLive,
    }),
  });
  const agreements = createAgreements({
    connection,
    blobs,
    drafts: collaboration.drafts,
    access: partnerships.access,
    partnerships: partnerships.service,
    getTemplate: templates.service.getTemplate,
    clock,
    ids,
    bus,
  });
  tied.agreements = agreements;
  return { agreements, collaboration };
}

/** The instance's authority, the versions that go out for signature, and where they rest when sealed. */
async function composeSealing(
  ground: Ground,
  earlier: Early & Drafting & { readonly decisions: Decisions },
): Promise<{ readonly signing: Signing; readonly archive: Archive }> {
  const { config, clock, ids, bus, log } = ground;
  const { connection, blobs } = ground.storage;
  const { partnerships, agreements, identity, decisions } = earlier;
  const { instance, publicUrl } = config;
  const authority = await openAuthority({
    folder: join(config.dataDir, "pki"),
    instance,
    publicUrl,
    keySecret: config.secrets.keys,
    clock,
  });
  const signing = createSigning({
    connection,
    blobs,
    authority,
    access: partnerships.access,
    ports: {
      approvals: decisions.approvals,
      identity: identity.service,
      agreements: agreements.service,
      partnerships: partnerships.service,
    },
    instance,
    clock,
    ids,
    bus,
    log,
  });
  const archive = createArchive({
    connection,
    blobs,
    sealed: signing.service,
    access: partnerships.access,
    partnerships: partnerships.service,
    // The name of no log, but the beginning of every log's: see Trust.
    trust: { roots: [authority.root], logKeys: [decisions.log.key("").vkey] },
    clock,
    ids,
    bus,
    log,
  });
  return { signing, archive };
}

function tieOf(tied: { agreements?: Agreements }): Agreements {
  if (!tied.agreements) throw new Error("agreements are not composed yet");
  return tied.agreements;
}
