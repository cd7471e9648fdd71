import { randomBytes } from "node:crypto";
import type { AgreementService } from "../agreements/index.ts";
import type { Access, PartnershipService } from "../partnerships/index.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import type { Route } from "../platform/http/route.ts";
import type { Ids } from "../platform/ids.ts";
import type { Log } from "../platform/log.ts";
import type { Connection } from "../platform/storage/connection.ts";
import { createApprovals, type Approvals } from "./approvals.ts";
import { sweep } from "./closing.ts";
import { createCommittees, type Committees } from "./committees.ts";
import { createCommitteeStore } from "./committee-store.ts";
import { createDecisionLog, type DecisionLog } from "./decision-log.ts";
import { createDecisionStore } from "./decision-store.ts";
import { openLogKey } from "./log-key.ts";
import { logRoutes } from "./log-routes.ts";
import { createLogStore } from "./log-store.ts";
import { committeeRoutes, decisionRoutes } from "./routes.ts";
import { createDecisionService, type DecisionService } from "./service.ts";
import { createTurns } from "../platform/turns.ts";

export type { Approvals } from "./approvals.ts";
export { checkDecisionLogs } from "./check-logs.ts";
export { decisionBlobs } from "./decision-store.ts";
export type { Committees } from "./committees.ts";
export type { Consistency, DecisionLog } from "./decision-log.ts";
export type { DecisionService } from "./service.ts";

const SWEEP_MS = 5_000;

/** What decisions need from the composition. */
export interface DecisionsDeps {
  readonly connection: Connection;
  readonly access: Access;
  readonly agreements: Pick<AgreementService, "advance" | "authorise" | "getVersionRecord">;
  readonly partnerships: Pick<PartnershipService, "listPartners" | "getMember">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  readonly errors: Pick<Log, "error">;
  /** Holds the log's key below `keys/`. */
  readonly dataDir: string;
  /** Name of the instance: the first part of every log's origin. */
  readonly instance: string;
}

/** Decisions and what later features take from them. */
export interface Decisions {
  readonly service: DecisionService;
  readonly committees: Committees;
  readonly log: DecisionLog;
  readonly approvals: Approvals;
  readonly routes: readonly Route[];
  /** Finishes what a crash interrupted, then closes votes as their time passes. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Builds decisions over their stores and the instance's log key. */
export function createDecisions(deps: DecisionsDeps): Decisions {
  const log = createDecisionLog({
    store: createLogStore(deps.connection),
    key: openLogKey(deps.dataDir),
    instance: deps.instance,
  });
  const inner = {
    ...deps,
    log,
    committees: createCommitteeStore(deps.connection),
    decisions: createDecisionStore(deps.connection),
    turns: createTurns(),
    newSalt: () => randomBytes(32).toString("hex"),
  };
  const service = createDecisionService(inner);
  const committees = createCommittees(inner);
  const sweeper = createSweeper(() =>
    sweep(inner, (error, decisionId) =>
      deps.errors.error({ err: error, decisionId }, "closing a vote failed"),
    ),
  );
  return {
    service,
    committees,
    log,
    approvals: createApprovals(inner),
    routes: [
      ...committeeRoutes(committees),
      ...decisionRoutes(service),
      ...logRoutes({ log, access: deps.access }),
    ],
    ...sweeper,
  };
}

function createSweeper(once: () => Promise<void>): Pick<Decisions, "start" | "close"> {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  return {
    async start() {
      await once();
      timer = setInterval(() => {
        running = running.then(once, once);
      }, SWEEP_MS);
      timer.unref();
    },
    async close() {
      clearInterval(timer);
      await running.catch(() => undefined);
    },
  };
}
