import type { AgreementService } from "../agreements/index.ts";
import type { Access, PartnershipService } from "../partnerships/index.ts";
import type { Bus } from "../platform/bus.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/ids.ts";
import type { CommitteeStore } from "./committee-store.ts";
import type { DecisionLog } from "./decision-log.ts";
import type { DecisionStore } from "./decision-store.ts";
import type { Turns } from "../platform/turns.ts";

/** What decisions need. */
export interface DecisionDeps {
  readonly committees: CommitteeStore;
  readonly decisions: DecisionStore;
  readonly log: DecisionLog;
  readonly turns: Turns;
  readonly access: Access;
  readonly agreements: Pick<AgreementService, "advance" | "authorise" | "getVersionRecord">;
  readonly partnerships: Pick<PartnershipService, "listPartners" | "getMember">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly bus: Bus;
  /** 32 random bytes in hexadecimal, for a commitment. */
  newSalt(): string;
}
