import type { AgreementState } from "../../domain/agreements/lifecycle.ts";
import { isEditable } from "../../domain/agreements/lifecycle.ts";
import { resolve } from "../../domain/agreements/resolve.ts";
import { versionBytes, versionHash, type VersionContent } from "../../domain/agreements/version.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import type { Template } from "../../domain/templates/parse.ts";
import type { Actor } from "../platform/http/route.ts";
import type { AgreementDeps } from "./deps.ts";
import type { StoredAgreement, StoredVersion } from "./store.ts";

/** A version with the partnership it belongs to. */
export interface VersionRecord {
  readonly agreementId: string;
  readonly partnershipId: string;
  readonly title: string;
  readonly language: "fr" | "en";
  readonly state: AgreementState;
  readonly number: number;
  readonly contentSha256: string;
}

const MAX_NUMBER_RACES = 5;

/**
 * Makes the next version of what the draft says now. The bytes go to the blob store first, so a
 * version that is listed can always be read.
 * @throws {Refusal} agreement-not-drafting
 */
export async function freezeDraft(
  deps: AgreementDeps,
  request: {
    actor: Actor;
    agreement: StoredAgreement;
    template: Template;
    label: string;
    lock: boolean;
  },
): Promise<StoredVersion> {
  const { agreement, lock } = request;
  if (!isEditable(agreement.state)) {
    throw new Refusal("agreement-not-drafting", "Only a draft can be frozen.");
  }
  if (lock) await deps.drafts.setWritable(agreement._id, false);
  try {
    const version = await insertNext(deps, request);
    if (lock) await deps.store.move(agreement._id, agreement.state, "frozen");
    return version;
  } catch (error) {
    if (lock) await deps.drafts.setWritable(agreement._id, true);
    throw error;
  }
}

async function insertNext(
  deps: AgreementDeps,
  request: Parameters<typeof freezeDraft>[1],
): Promise<StoredVersion> {
  const { actor, agreement, template, label } = request;
  const { text, facts } = await deps.drafts.read(agreement._id);
  const { language } = agreement;
  const resolved = resolve({ text, facts, model: template.model, language });
  for (let race = 0; race < MAX_NUMBER_RACES; race += 1) {
    const number = (await deps.store.latestNumber(agreement._id)) + 1;
    const content: VersionContent = {
      format: "entente-version/1",
      agreement: agreement._id,
      number,
      title: agreement.title,
      language,
      template: {
        id: agreement.templateId,
        version: agreement.templateVersion,
        sha256: template.sha256,
      },
      facts,
      text: resolved,
    };
    const contentSha256 = versionHash(content);
    await deps.blobs.put(new TextEncoder().encode(versionBytes(content)));
    const version: StoredVersion = {
      _id: deps.ids.next(),
      agreementId: agreement._id,
      number,
      label,
      contentSha256,
      createdBy: actor.accountId,
      createdAt: deps.clock.now(),
    };
    if (await deps.store.insertVersion(version)) return version;
  }
  throw new Refusal("conflict", "Others are freezing this draft too; try again.");
}

/** The version's canonical bytes, verified against its hash by the blob store. */
export async function readVersionBytes(
  deps: Pick<AgreementDeps, "blobs">,
  contentSha256: string,
): Promise<Uint8Array> {
  return deps.blobs.get(contentSha256);
}

/** The version's content, parsed from its stored bytes. */
export async function readVersionContent(
  deps: Pick<AgreementDeps, "blobs">,
  contentSha256: string,
): Promise<VersionContent> {
  const bytes = await readVersionBytes(deps, contentSha256);
  return JSON.parse(new TextDecoder().decode(bytes)) as VersionContent;
}
