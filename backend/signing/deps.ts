import type { BlobStore } from "../platform/storage/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/ids.ts";
import type { Log } from "../platform/log.ts";
import type { Turns } from "../platform/turns.ts";
import type { SigningEngine } from "./engine.ts";
import type { CertificationAuthority } from "./pki.ts";
import type { SigningPorts } from "./ports.ts";
import type { RequestStore, StoredRequest } from "./store.ts";

/** What signing's use cases work with. */
export interface SigningDeps {
  readonly store: RequestStore;
  readonly blobs: BlobStore;
  readonly ports: SigningPorts;
  readonly authority: CertificationAuthority;
  readonly engine: SigningEngine;
  /** One thing at a time per request: two signatures on one PDF cannot be made side by side. */
  readonly turns: Turns;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Name of the instance, which certifies. */
  readonly instance: string;
  announce(
    type: string,
    request: StoredRequest,
    subject?: { slot?: string; actorId?: string },
  ): void;
}
