import type { Json, JsonObject } from "../../domain/kernel/canonical.ts";
import type { Partner } from "../../domain/partnerships/wire.ts";
import type { App } from "../app.ts";
import { seedDecision } from "./demo-decision.ts";
import type { DemoPlace } from "./demo-place.ts";

/** Two agreements: one still being written, one frozen and put to the committee. */
export async function seedAgreements(app: App, place: DemoPlace): Promise<void> {
  await startAgreement(app, place, {
    templateId: "gouvernance",
    title: "Gouvernance de Tremplin numérique",
  });
  const shared = await startAgreement(app, place, {
    templateId: "partage-couts-benefices",
    title: "Partage des coûts et des bénéfices de Tremplin numérique",
  });
  await seedDecision(app, place, shared);
}

async function startAgreement(
  app: App,
  { partnershipId, partners, cast }: DemoPlace,
  { templateId, title }: { templateId: string; title: string },
): Promise<string> {
  const sample = app.features.templates.service.getSampleFacts(templateId);
  const ada = cast["ada"];
  if (!ada) throw new Error("the demo has no Ada");
  const agreement = await app.features.agreements.service.create(ada.actor, partnershipId, {
    templateId,
    language: "fr",
    title,
    facts: adopt(sample, partners),
  });
  return agreement.id;
}

/** The sample's parties become the demo's partners, wherever the facts name them. */
function adopt(sample: JsonObject, partners: readonly Partner[]): Record<string, never> {
  const rows = sample["parties"];
  const ids = Array.isArray(rows) ? rows.map((row: Json) => idOf(row)) : [];
  const renamed = new Map(ids.map((id, index) => [id, partners[index]?.id ?? id]));
  const visit = (value: Json): Json => {
    if (typeof value === "string") return renamed.get(value) ?? value;
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner)]));
  };
  return visit(sample) as Record<string, never>;
}

function idOf(row: Json): string {
  const id = typeof row === "object" && row !== null && "id" in row ? row["id"] : undefined;
  return typeof id === "string" ? id : "";
}
