import { newCommitteeOf } from "./committee.ts";
import type { Cast } from "./cast.ts";
import { passwordOf } from "./instance.ts";
import type { Person } from "./person.ts";
import { until } from "./world.ts";

/** A version that the committee has approved. */
export interface Approved {
  readonly agreementId: string;
  readonly decisionId: string;
  readonly version: number;
  readonly contentSha256: string;
}

/** A signature request that is ready to be signed. */
export interface Requested extends Approved {
  readonly requestId: string;
}

interface RequestBody {
  id: string;
  state: string;
  step: string | null;
}

/** Drafts, freezes and lets the committee approve, through the API. */
export async function approve(
  cast: Cast,
  templateId = "partage-couts-benefices",
): Promise<Approved> {
  const { ada, ben, eli, partnershipId } = cast;
  const started = await ada.post(`/partnerships/${partnershipId}/agreements`, {
    templateId,
    language: "fr",
    title: "Partage des coûts du Tremplin",
  });
  const agreementId = started.ok<{ id: string }>(201).id;
  const frozen = await ada.post(`/agreements/${agreementId}/versions`, { label: "Finale" });
  const { number, contentSha256 } = frozen.ok<{ number: number; contentSha256: string }>(201);
  const committee = await eli.post(
    `/partnerships/${partnershipId}/committees`,
    newCommitteeOf(cast),
  );
  const proposed = await eli.post(`/partnerships/${partnershipId}/decisions`, {
    committeeId: committee.ok<{ id: string }>(201).id,
    title: "Adopter le partage des coûts",
    subject: { agreementId, version: number },
    closesAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const decisionId = proposed.ok<{ id: string }>(201).id;
  (await eli.post(`/decisions/${decisionId}/open`, {})).ok();
  for (const voter of [ada, ben]) {
    (await voter.post(`/decisions/${decisionId}/ballots`, { choice: "for", contentSha256 })).ok(
      201,
    );
  }
  (await eli.post(`/decisions/${decisionId}/close`, {})).ok();
  return { agreementId, decisionId, version: number, contentSha256 };
}

/** Asks the three leads for their signatures and waits until the document is certified. */
export async function requestSignatures(cast: Cast, approved: Approved): Promise<Requested> {
  const { eli, memberIds } = cast;
  const asked = await eli.post(`/agreements/${approved.agreementId}/signature-requests`, {
    version: approved.version,
    signatories: ["ada", "ben", "pia"].map((key) => ({
      memberId: memberIds[key],
      authority: "par délibération du 3 novembre 2026",
    })),
    order: "parallel",
  });
  const requestId = asked.ok<{ id: string }>(201).id;
  await until(async () => {
    const reply = await eli.get(`/signature-requests/${requestId}`);
    return reply.ok<RequestBody>().state !== "preparing";
  }, 60_000);
  return { ...approved, requestId };
}

/** Signs as one person, with the step-up. */
export function sign(person: Person, request: Requested) {
  return person.post(`/signature-requests/${request.requestId}/signatures`, {
    consent: true,
    contentSha256: request.contentSha256,
    stepUp: { password: passwordOf(person.name) },
  });
}

/** The whole line, up to the sealed PDF. */
export async function seal(cast: Cast): Promise<Requested & { readonly pdf: Uint8Array }> {
  const request = await requestSignatures(cast, await approve(cast));
  for (const signatory of [cast.ada, cast.ben, cast.pia]) (await sign(signatory, request)).ok(201);
  const document = await cast.eli.get(`/signature-requests/${request.requestId}/document.pdf`);
  return { ...request, pdf: document.bytes };
}
