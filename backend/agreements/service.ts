import type { z } from "zod";
import { check } from "../../domain/agreements/checks.ts";
import type { Finding } from "../../domain/agreements/findings.ts";
import {
  stateAfter,
  type AgreementEvent,
  type AgreementState,
} from "../../domain/agreements/lifecycle.ts";
import type { VersionContent } from "../../domain/agreements/version.ts";
import type {
  Agreement,
  AgreementSummary,
  newAgreementSchema,
  newVersionSchema,
  VersionSummary,
} from "../../domain/agreements/wire.ts";
import { draftFactsProblems } from "../../domain/templates/facts-check.ts";
import type { Facts } from "../../domain/templates/facts.ts";
import type { Template } from "../../domain/templates/parse.ts";
import type { Action } from "../../domain/partnerships/access.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Access, ActingMember, PartnershipService } from "../partnerships/index.ts";
import type { Clock } from "../platform/clock.ts";
import type { Actor } from "../platform/http/route.ts";
import type { Ids } from "../platform/ids.ts";
import type { BlobStore } from "../platform/storage/index.ts";
import { createFromTemplate, readPinnedTemplate } from "./creation.ts";
import type { DraftPort } from "./ports.ts";
import { presentAgreement, presentSummary, presentVersion } from "./present.ts";
import type { AgreementStore, StoredAgreement, StoredVersion } from "./store.ts";
import {
  freezeDraft,
  readVersionBytes,
  readVersionContent,
  type VersionRecord,
} from "./versions.ts";

/** What agreements need. */
export interface AgreementDeps {
  readonly store: AgreementStore;
  readonly drafts: DraftPort;
  readonly blobs: BlobStore;
  readonly access: Access;
  readonly partnerships: Pick<PartnershipService, "listPartners" | "listMembers">;
  /** @throws {Refusal} unknown-template */
  getTemplate(id: string): Template;
  readonly clock: Clock;
  readonly ids: Ids;
  announce(
    type: string,
    agreement: Pick<StoredAgreement, "_id" | "partnershipId">,
    subject: AnnouncedSubject,
  ): void;
}

/** Facts of an event about an agreement. */
export type AnnouncedSubject = Readonly<Record<string, string | number>> & {
  readonly actorId?: string;
};

/** Agreements: started from a template, drafted, frozen into versions, moved through their life. */
export interface AgreementService {
  create(
    actor: Actor,
    partnershipId: string,
    input: z.output<typeof newAgreementSchema>,
  ): Promise<Agreement>;
  list(actor: Actor, partnershipId: string): Promise<readonly AgreementSummary[]>;
  get(actor: Actor, id: string): Promise<Agreement>;
  getTemplateOf(actor: Actor, id: string): Promise<Template>;
  /** @throws {Refusal} stale-write; unknown-parameter; invalid-input; agreement-frozen */
  replaceFacts(
    actor: Actor,
    id: string,
    request: { facts: Facts; ifMatch: string },
  ): Promise<Agreement>;
  listFindings(
    actor: Actor,
    id: string,
  ): Promise<{ language: "fr" | "en"; findings: readonly Finding[] }>;
  freeze(
    actor: Actor,
    id: string,
    input: z.output<typeof newVersionSchema>,
  ): Promise<VersionSummary>;
  reopen(actor: Actor, id: string): Promise<Agreement>;
  withdraw(actor: Actor, id: string): Promise<Agreement>;
  listVersions(actor: Actor, id: string): Promise<readonly VersionSummary[]>;
  getVersion(
    actor: Actor,
    id: string,
    number: number,
  ): Promise<VersionSummary & { content: VersionContent }>;
  getVersionBytes(
    actor: Actor,
    id: string,
    number: number,
  ): Promise<{ bytes: Uint8Array; sha256: string }>;
  /** Authorises the actor on the agreement; for later features. @throws {Refusal} not-found; not-allowed */
  authorise(
    actor: Actor,
    action: Action,
    id: string,
  ): Promise<{ member: ActingMember; agreement: StoredAgreement }>;
  /** For later features that have authorised. @throws {Refusal} version-unknown */
  getVersionRecord(id: string, number: number): Promise<VersionRecord>;
  /** For later features that have authorised. */
  readContent(contentSha256: string): Promise<VersionContent>;
  /**
   * Moves the agreement by an event; a draft closes or opens with it. Answers the state that holds
   * after, unchanged when the event cannot happen in the present state.
   */
  advance(id: string, event: AgreementEvent): Promise<AgreementState>;
}

/** Use cases of agreements. */
export function createAgreementService(deps: AgreementDeps): AgreementService {
  const authorise = async (actor: Actor, action: Action, id: string) => {
    const agreement = await getStored(deps, id);
    const member = await deps.access.authorise(actor, action, agreement.partnershipId);
    return { member, agreement };
  };
  const present = async (agreement: StoredAgreement, member: ActingMember): Promise<Agreement> =>
    presentAgreement(agreement, await deps.drafts.read(agreement._id), {
      versions: await deps.store.listVersions(agreement._id),
      roles: member.roles,
    });
  const move = async (actor: Actor, id: string, event: AgreementEvent): Promise<Agreement> => {
    const action = event === "withdraw" ? "agreement.withdraw" : "agreement.freeze";
    const { member, agreement } = await authorise(actor, action, id);
    if (!stateAfter(agreement.state, event)) {
      throw new Refusal("conflict", `The agreement is ${agreement.state}.`);
    }
    await advance(deps, id, event);
    return present(await getStored(deps, id), member);
  };

  return {
    async create(actor, partnershipId, input) {
      const member = await deps.access.authorise(actor, "agreement.create", partnershipId);
      return present(await createFromTemplate(deps, { actor, partnershipId, input }), member);
    },
    async list(actor, partnershipId) {
      await deps.access.authorise(actor, "agreement.read", partnershipId);
      const found = await deps.store.list(partnershipId);
      return Promise.all(
        found.map(async (one) => presentSummary(one, await deps.store.latestNumber(one._id))),
      );
    },
    async get(actor, id) {
      const { member, agreement } = await authorise(actor, "agreement.read", id);
      return present(agreement, member);
    },
    async getTemplateOf(actor, id) {
      const { agreement } = await authorise(actor, "agreement.read", id);
      return readPinnedTemplate(deps, agreement);
    },
    async replaceFacts(actor, id, { facts, ifMatch }) {
      const { member, agreement } = await authorise(actor, "agreement.write", id);
      if (agreement.state !== "drafting") throw new Refusal("agreement-frozen");
      await assertFacts(deps, agreement, facts);
      await deps.drafts.replaceFacts(id, facts, ifMatch);
      return present(agreement, member);
    },
    async listFindings(actor, id) {
      const { agreement } = await authorise(actor, "agreement.read", id);
      const { model } = await readPinnedTemplate(deps, agreement);
      const { text, facts } = await deps.drafts.read(id);
      const { language } = agreement;
      return { language, findings: check({ text, facts, model, language }) };
    },
    async freeze(actor, id, input) {
      const { agreement } = await authorise(actor, "agreement.freeze", id);
      const template = await readPinnedTemplate(deps, agreement);
      const version = await freezeDraft(deps, { actor, agreement, template, ...input });
      deps.announce("agreement.frozen", agreement, {
        agreementId: id,
        version: version.number,
        actorId: actor.accountId,
      });
      return presentVersion(version);
    },
    reopen: (actor, id) => move(actor, id, "reopen"),
    withdraw: (actor, id) => move(actor, id, "withdraw"),
    ...versionReading(deps, authorise),
    authorise,
    advance: (id, event) => advance(deps, id, event),
  };
}

type Authorise = AgreementService["authorise"];
type VersionReading = Pick<
  AgreementService,
  "listVersions" | "getVersion" | "getVersionBytes" | "getVersionRecord" | "readContent"
>;

function versionReading(deps: AgreementDeps, authorise: Authorise): VersionReading {
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

async function getStored(deps: AgreementDeps, id: string): Promise<StoredAgreement> {
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

async function assertFacts(
  deps: AgreementDeps,
  agreement: StoredAgreement,
  facts: Facts,
): Promise<void> {
  const { model } = await readPinnedTemplate(deps, agreement);
  const problems = draftFactsProblems(facts, model);
  if (problems.length === 0) return;
  const unknown = problems.some((problem) => problem.kind === "unknown");
  throw new Refusal(
    unknown ? "unknown-parameter" : "invalid-input",
    "Some facts are not acceptable.",
    {
      problems: problems.map(({ pointer, detail }) => ({ pointer, detail })),
    },
  );
}

async function advance(
  deps: AgreementDeps,
  id: string,
  event: AgreementEvent,
): Promise<AgreementState> {
  const agreement = await getStored(deps, id);
  const next = stateAfter(agreement.state, event);
  if (!next || next === agreement.state) return agreement.state;
  if (next !== "drafting") await deps.drafts.setWritable(id, false);
  if (!(await deps.store.move(id, agreement.state, next))) return advance(deps, id, event);
  if (next === "drafting") await deps.drafts.setWritable(id, true);
  deps.announce(`agreement.${next}`, agreement, { agreementId: id });
  return next;
}
