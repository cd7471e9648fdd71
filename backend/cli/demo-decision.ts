import type { Rule } from "../../domain/decisions/rule.ts";
import type { App } from "../app.ts";
import type { DemoPlace } from "./demo-place.ts";

const DAY_MS = 86_400_000;

/** Two thirds of the partners present, two thirds of the votes cast: the rule of many consortia. */
const rule: Rule = {
  id: "deux-tiers",
  v: 1,
  label: "Deux tiers des voix exprimées",
  procedure: "written",
  quorum: [{ of: "expressed", base: "members", unit: "partner", cmp: "gte", ratio: "2/3" }],
  approval: [{ of: "for", base: "cast", unit: "partner", cmp: "gte", ratio: "2/3" }],
  onNoQuorum: "fails",
  recusal: { mandatoryWhen: [] },
  proxy: { allowed: false, maxPerHolder: 0, principalOverrides: true, chain: false },
  ballot: { changeable: "until_close", visibility: "open", earlyClose: false },
  timing: { minNoticeDays: 0, minOpenDays: 0, zone: "Europe/Paris" },
  binding: "on_close",
};

/** Freezes the agreement, opens a vote on it and casts the first ballot. */
export async function seedDecision(app: App, place: DemoPlace, agreementId: string): Promise<void> {
  const { agreements, decisions } = app.features;
  const { partnershipId, partners, cast } = place;
  const of = (key: string) => {
    const person = cast[key];
    if (!person) throw new Error(`nobody called ${key} in the demo`);
    return person;
  };
  const delegates = [
    [of("ada").memberId, of("cleo").memberId],
    [of("ben").memberId],
    [of("pia").memberId, of("omar").memberId],
  ];
  const committee = await decisions.committees.create(of("eli").actor, partnershipId, {
    name: "Comité de pilotage",
    rule,
    roll: partners.map((partner, index) => ({
      partnerId: partner.id,
      weight: "1",
      delegates: delegates[index] ?? [],
    })),
  });
  const version = await agreements.service.freeze(of("ada").actor, agreementId, {
    label: "Pour le comité",
    lock: false,
  });
  const decision = await decisions.service.propose(of("eli").actor, partnershipId, {
    committeeId: committee.id,
    title: "Adopter le partage des coûts et des bénéfices",
    text: "Le texte reprend les montants discutés en réunion. Il entre en vigueur à la signature.",
    subject: { agreementId, version: version.number },
    closesAt: new Date(Date.now() + 7 * DAY_MS).toISOString(),
  });
  await decisions.service.open(of("eli").actor, decision.id);
  await decisions.service.castBallot(of("cleo").actor, decision.id, {
    choice: "for",
    comment: "L’association y trouve son compte.",
    contentSha256: version.contentSha256,
  });
}
