import type { z } from "zod";
import type { newAgreementSchema } from "../../domain/agreements/wire.ts";
import type { Json } from "../../domain/kernel/canonical.ts";
import type { Partner } from "../../domain/partnerships/wire.ts";
import type { Facts } from "../../domain/templates/facts.ts";
import { instantiate, type Template } from "../../domain/templates/parse.ts";
import type { Actor } from "../platform/http/route.ts";
import type { AgreementDeps } from "./deps.ts";
import type { StoredAgreement } from "./store.ts";

/**
 * Starts an agreement: the template is pinned as a blob, the parties are the partnership's partners.
 * The draft is stored before the agreement that names it, so no agreement is ever without text.
 */
export async function createFromTemplate(
  deps: AgreementDeps,
  request: { actor: Actor; partnershipId: string; input: z.output<typeof newAgreementSchema> },
): Promise<StoredAgreement> {
  const { actor, partnershipId, input } = request;
  const template = deps.getTemplate(input.templateId);
  const partners = await deps.partnerships.listPartners(partnershipId);
  const given = (input.facts ?? {}) as Facts;
  const facts = { parties: partners.map(partyOf), ...given };
  const instance = instantiate(template, facts, input.language);
  // Not canonical JSON: the order of sections and parameters is the order of the form.
  const pinned = new TextEncoder().encode(JSON.stringify(template));
  const agreement: StoredAgreement = {
    _id: deps.ids.next(),
    partnershipId,
    title: input.title,
    language: input.language,
    templateId: template.model.id,
    templateVersion: template.model.version,
    templateBlob: (await deps.blobs.put(pinned)).sha256,
    state: "drafting",
    createdBy: actor.accountId,
    createdAt: deps.clock.now(),
  };
  await deps.drafts.create(agreement._id, instance);
  await deps.store.insert(agreement);
  deps.announce("agreement.created", agreement, {
    agreementId: agreement._id,
    actorId: actor.accountId,
  });
  return agreement;
}

/** The template as it was when the agreement began. */
export async function readPinnedTemplate(
  deps: Pick<AgreementDeps, "blobs">,
  agreement: Pick<StoredAgreement, "templateBlob">,
): Promise<Template> {
  const bytes = await deps.blobs.get(agreement.templateBlob);
  return JSON.parse(new TextDecoder().decode(bytes)) as Template;
}

function partyOf(partner: Partner): Readonly<Record<string, Json>> {
  const { id, name, sector, country, registration } = partner;
  return { id, name, sector, country, ...(registration ? { registration } : {}) };
}
