import type { VersionContent } from "../../domain/agreements/version.ts";
import type { VersionSummary } from "../../domain/agreements/wire.ts";
import type { Action } from "../../domain/partnerships/access.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { ActingMember } from "../partnerships/index.ts";
import type { Actor } from "../platform/http/route.ts";
import type { AgreementDeps } from "./deps.ts";
import { presentVersion } from "./present.ts";
import type { StoredAgreement, StoredVersion } from "./store.ts";
import { readVersionBytes, readVersionContent, type VersionRecord } from "./versions.ts";

/** Authorises an actor on an agreement. @throws {Refusal} not-found; not-allowed */
export type Authorise = (
  actor: Actor,
  action: Action,
  id: string,
) => Promise<{ member: ActingMember; agreement: StoredAgreement }>;

/** Reading versions: by members, and by later features that have authorised. */
export interface VersionReading {
  listVersions(actor: Actor, id: string): Promise<readonly VersionSummary[]>;
  /** @throws {Refusal} version-unknown */
  getVersion(
    actor: Actor,
    id: string,
    number: number,
  ): Promise<VersionSummary & { content: VersionContent }>;
  /** @throws {Refusal} version-unknown */
  getVersionBytes(
    actor: Actor,
    id: string,
    number: number,
  ): Promise<{ bytes: Uint8Array; sha256: string }>;
  /** For later features that have authorised. @throws {Refusal} version-unknown */
  getVersionRecord(id: string, number: number): Promise<VersionRecord>;
  /** For later features that have authorised. */
  readContent(contentSha256: string): Promise<VersionContent>;
}

/** Versions over the store and the blobs. */
export function versionReading(deps: AgreementDeps, authorise: Authorise): VersionReading {
  return {
    async listVersions(actor, id) {
      await authorise(actor, "agreement.read", id);
      return (await deps.store.listVersions(id)).map(presentVersion);
    },
    async getVersion(actor, id, number) {
      await authorise(actor, "agreement.read", id);
      const version = await getStoredVersion(deps, id, number);
      const content = await readVersionContent(deps, version.contentSha256);
      return { ...presentVersion(version), content };
    },
    async getVersionBytes(actor, id, number) {
      await authorise(actor, "agreement.read", id);
      const { contentSha256 } = await getStoredVersion(deps, id, number);
      return { bytes: await readVersionBytes(deps, contentSha256), sha256: contentSha256 };
    },
    async getVersionRecord(id, number) {
      const agreement = await getStored(deps, id);
      const { contentSha256 } = await getStoredVersion(deps, id, number);
      const { partnershipId, title, language, state } = agreement;
      return { agreementId: id, partnershipId, title, language, state, number, contentSha256 };
    },
    readContent: (contentSha256) => readVersionContent(deps, contentSha256),
  };
}

/** The agreement as stored. @throws {Refusal} not-found */
export async function getStored(deps: AgreementDeps, id: string): Promise<StoredAgreement> {
  const agreement = await deps.store.findById(id);
  if (!agreement) throw new Refusal("not-found", "Nothing here that you may see.");
  return agreement;
}

async function getStoredVersion(
  deps: AgreementDeps,
  id: string,
  number: number,
): Promise<StoredVersion> {
  const version = await deps.store.findVersion(id, number);
  if (!version) throw new Refusal("version-unknown", "There is no such version.");
  return version;
}
