import type { z } from "zod";
import { check } from "../../domain/agreements/checks.ts";
import type { Finding } from "../../domain/agreements/findings.ts";
import {
  isEditable,
  stateAfter,
  type AgreementEvent,
  type AgreementState,
} from "../../domain/agreements/lifecycle.ts";
import type {
  Agreement,
  AgreementSummary,
  newAgreementSchema,
  newVersionSchema,
  VersionSummary,
} from "../../domain/agreements/wire.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Facts } from "../../domain/templates/facts.ts";
import type { Template } from "../../domain/templates/parse.ts";
import type { ActingMember } from "../partnerships/index.ts";
import type { Actor } from "../platform/http/route.ts";
import { createFromTemplate, readPinnedTemplate } from "./creation.ts";
import type { AgreementDeps } from "./deps.ts";
import { assertFacts } from "./facts.ts";
import { advance } from "./moves.ts";
import { presentAgreement, presentSummary, presentVersion } from "./present.ts";
import { getStored, versionReading, type Authorise, type VersionReading } from "./reading.ts";
import type { StoredAgreement } from "./store.ts";
import { freezeDraft } from "./versions.ts";

/** Agreements: started from a template, drafted, frozen into versions, moved through their life. */
export interface AgreementService extends VersionReading {
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
  /** For later features. */
  readonly authorise: Authorise;
  /**
   * Moves the agreement by an event; a draft closes or opens with it. Answers the state that holds
   * after, unchanged when the event cannot happen in the present state.
   */
  advance(id: string, event: AgreementEvent): Promise<AgreementState>;
}

/** Use cases of agreements. */
export function createAgreementService(deps: AgreementDeps): AgreementService {
  const authorise: Authorise = async (actor, action, id) => {
    const agreement = await getStored(deps, id);
    const member = await deps.access.authorise(actor, action, agreement.partnershipId);
    return { member, agreement };
  };
  const present = (agreement: StoredAgreement, member: ActingMember) =>
    presentFor(deps, agreement, member);
  const move = (actor: Actor, id: string, event: AgreementEvent) =>
    moveByMember({ ...deps, authorise }, { actor, id, event });

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
      if (!isEditable(agreement.state)) throw new Refusal("agreement-frozen");
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
    freeze: (actor, id, input) => freeze({ ...deps, authorise }, { actor, id, input }),
    reopen: (actor, id) => move(actor, id, "reopen"),
    withdraw: (actor, id) => move(actor, id, "withdraw"),
    ...versionReading(deps, authorise),
    authorise,
    advance: (id, event) => advance(deps, id, event),
  };
}

async function freeze(
  deps: AgreementDeps & { readonly authorise: Authorise },
  request: { actor: Actor; id: string; input: z.output<typeof newVersionSchema> },
): Promise<VersionSummary> {
  const { actor, id, input } = request;
  const { agreement } = await deps.authorise(actor, "agreement.freeze", id);
  const template = await readPinnedTemplate(deps, agreement);
  const version = await freezeDraft(deps, { actor, agreement, template, ...input });
  deps.announce("agreement.frozen", agreement, {
    agreementId: id,
    version: version.number,
    actorId: actor.accountId,
  });
  return presentVersion(version);
}

async function presentFor(
  deps: AgreementDeps,
  agreement: StoredAgreement,
  member: ActingMember,
): Promise<Agreement> {
  return presentAgreement(agreement, await deps.drafts.read(agreement._id), {
    versions: await deps.store.listVersions(agreement._id),
    roles: member.roles,
  });
}

async function moveByMember(
  deps: AgreementDeps & { readonly authorise: Authorise },
  request: { actor: Actor; id: string; event: AgreementEvent },
): Promise<Agreement> {
  const { actor, id, event } = request;
  const action = event === "withdraw" ? "agreement.withdraw" : "agreement.freeze";
  const { member, agreement } = await deps.authorise(actor, action, id);
  if (!stateAfter(agreement.state, event)) {
    throw new Refusal("conflict", `The agreement is ${agreement.state}.`);
  }
  await advance(deps, id, event);
  return presentFor(deps, await getStored(deps, id), member);
}
