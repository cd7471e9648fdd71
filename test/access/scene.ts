import { roles, type Role } from "../../domain/partnerships/wire.ts";
import type { Person, World } from "../support/world.ts";
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
  return { partnershipId, partnerId, byRole: byRole as Record<Role, Person>, mallory, ids };
}
