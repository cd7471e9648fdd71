import { roles, type Role } from "../../domain/partnerships/wire.ts";
import { passwordOf, until, type Person, type World } from "../support/world.ts";
import { newCommittee, newDecision } from "./rows.ts";

/** A partnership with one member per role, things to act on, and Mallory who is elsewhere. */
export interface Scene {
  readonly partnershipId: string;
  readonly partnerId: string;
  readonly byRole: Readonly<Record<Role, Person>>;
  /** Coordinates another partnership. */
  readonly mallory: Person;
  readonly ids: Readonly<Record<string, string>>;
}

/** Builds the scene through the API. */
export async function setScene(world: World): Promise<Scene> {
  const eli = await world.person("Eli");
  const opened = await eli.post("/partnerships", { name: "Scene" });
  const partnershipId = opened.ok<{ id: string }>().id;
  const partnerId = (
    await eli.post(`/partnerships/${partnershipId}/partners`, {
      name: "Association Passerelle",
      sector: "association",
    })
  ).ok<{ id: string }>().id;
  const byRole: Partial<Record<Role, Person>> = {};
  const memberIds: Record<string, string> = {};
  for (const role of roles) {
    const person = await world.person(`R${role}`);
    const member = await world.join(eli, person, { partnershipId, partnerId, roles: [role] });
    byRole[role] = person;
    memberIds[role] = member.id;
  }
  const mallory = await world.person("Mallory");
  (await mallory.post("/partnerships", { name: "Elsewhere" })).ok();
  const agreement = await eli.post(`/partnerships/${partnershipId}/agreements`, {
    templateId: "gouvernance",
    language: "fr",
    title: "Scene",
  });
  const agreementId = agreement.ok<{ id: string }>().id;
  (await eli.post(`/agreements/${agreementId}/versions`, {})).ok();
  const ids: Record<string, string> = {
    agreementId,
    memberId: memberIds["observer"] ?? "",
    committeeMemberId: memberIds["committee"] ?? "",
  };
  const made = async (path: string, body: unknown): Promise<string> =>
    (await eli.post(path, body)).ok<{ id: string }>(201).id;
  ids["committeeId"] = await made(
    `/partnerships/${partnershipId}/committees`,
    newCommittee({ partnerId, ids }),
  );
  ids["decisionId"] = await made(`/partnerships/${partnershipId}/decisions`, newDecision({ ids }));
  (await eli.post(`/decisions/${ids["decisionId"]}/open`, {})).ok();
  ids["leadMemberId"] = memberIds["lead"] ?? "";
  const voter = byRole.committee;
  if (!voter) throw new Error("the scene has no committee");
  const place = { eli, voter, partnershipId, partnerId, ids };
  ids["approvedAgreementId"] = await approvedAgreement(place);
  ids["requestId"] = await preparedRequest(place, await approvedAgreement(place));
  ids["recordId"] = await sealedRecord(place, byRole.lead ?? eli);
  return { partnershipId, partnerId, byRole: byRole as Record<Role, Person>, mallory, ids };
}

interface Place {
  readonly eli: Person;
  readonly voter: Person;
  readonly partnershipId: string;
  readonly partnerId: string;
  readonly ids: Readonly<Record<string, string>>;
}

async function approvedAgreement({ eli, voter, partnershipId, ids }: Place): Promise<string> {
  const started = await eli.post(`/partnerships/${partnershipId}/agreements`, {
    templateId: "gouvernance",
    language: "fr",
    title: "Approved",
  });
  const agreementId = started.ok<{ id: string }>(201).id;
  (await eli.post(`/agreements/${agreementId}/versions`, {})).ok(201);
  const proposed = await eli.post(
    `/partnerships/${partnershipId}/decisions`,
    newDecision({ ids: { ...ids, agreementId } }),
  );
  const { id } = proposed.ok<{ id: string }>(201);
  (await eli.post(`/decisions/${id}/open`, {})).ok();
  (await voter.post(`/decisions/${id}/ballots`, { choice: "for" })).ok(201);
  (await eli.post(`/decisions/${id}/close`, {})).ok();
  return agreementId;
}

async function preparedRequest({ eli, ids }: Place, agreementId: string): Promise<string> {
  const asked = await eli.post(`/agreements/${agreementId}/signature-requests`, {
    version: 1,
    signatories: [{ memberId: ids["leadMemberId"] }],
  });
  const { id } = asked.ok<{ id: string }>(201);
  await until(async () => {
    const view = await eli.get(`/signature-requests/${id}`);
    return view.ok<{ state: string }>().state !== "preparing";
  }, 60_000);
  return id;
}

async function sealedRecord(place: Place, lead: Person): Promise<string> {
  const agreementId = await approvedAgreement(place);
  const id = await preparedRequest(place, agreementId);
  const { contentSha256 } = (await lead.get(`/signature-requests/${id}`)).ok<{
    contentSha256: string;
  }>();
  const signed = await lead.post(`/signature-requests/${id}/signatures`, {
    consent: true,
    contentSha256,
    stepUp: { password: passwordOf(lead.name) },
  });
  signed.ok(201);
  let found: string | undefined;
  await until(async () => {
    const reply = await lead.get(`/archive?agreementId=${agreementId}`);
    found = reply.ok<{ items: { id: string }[] }>().items[0]?.id;
    return found !== undefined;
  }, 30_000);
  return found ?? "";
}
