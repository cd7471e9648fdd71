import { isEditable } from "../../domain/agreements/lifecycle.ts";
import type {
  Agreement,
  AgreementSummary,
  Permissions,
  VersionSummary,
} from "../../domain/agreements/wire.ts";
import { mayDo } from "../../domain/partnerships/access.ts";
import type { Role } from "../../domain/partnerships/wire.ts";
import type { Draft } from "./ports.ts";
import type { StoredAgreement, StoredVersion } from "./store.ts";

/** An agreement in a list. */
export function presentSummary(
  agreement: StoredAgreement,
  latestVersion: number,
): AgreementSummary {
  return {
    id: agreement._id,
    partnershipId: agreement.partnershipId,
    title: agreement.title,
    language: agreement.language,
    templateId: agreement.templateId,
    state: agreement.state,
    createdAt: agreement.createdAt.toISOString(),
    latestVersion,
  };
}

/** One agreement with its live text, for a member. */
export function presentAgreement(
  agreement: StoredAgreement,
  draft: Draft,
  more: { versions: readonly StoredVersion[]; roles: readonly Role[] },
): Agreement {
  return {
    ...presentSummary(agreement, more.versions[0]?.number ?? 0),
    templateVersion: agreement.templateVersion,
    text: draft.text as unknown as Agreement["text"],
    facts: draft.facts as unknown as Agreement["facts"],
    revision: draft.revision,
    permissions: presentPermissions(agreement, more.roles),
    versions: more.versions.map(presentVersion),
  };
}

/** What these roles may do with the agreement in its present state. */
export function presentPermissions(
  { state }: Pick<StoredAgreement, "state">,
  roles: readonly Role[],
): Permissions {
  const editable = isEditable(state);
  return {
    write: editable && mayDo(roles, "agreement.write"),
    freeze: editable && mayDo(roles, "agreement.freeze"),
    reopen: (state === "frozen" || state === "approved") && mayDo(roles, "agreement.freeze"),
    withdraw:
      state !== "sealed" &&
      state !== "superseded" &&
      state !== "withdrawn" &&
      mayDo(roles, "agreement.withdraw"),
    propose: (editable || state === "frozen") && mayDo(roles, "decision.propose"),
    requestSignatures: state === "approved" && mayDo(roles, "signature.request"),
  };
}

/** A version in a list. */
export function presentVersion(version: StoredVersion): VersionSummary {
  return {
    number: version.number,
    label: version.label,
    contentSha256: version.contentSha256,
    createdAt: version.createdAt.toISOString(),
    createdBy: version.createdBy,
  };
}
