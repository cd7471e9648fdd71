import type { Cast } from "./cast.ts";

/** More than half of the votes cast, half of the partners voting; ballots may change until the end. */
export const simpleRule = {
  id: "simple",
  v: 1,
  label: "Majorité simple",
  procedure: "written",
  quorum: [{ of: "expressed", base: "members", unit: "partner", cmp: "gte", ratio: "1/2" }],
  approval: [{ of: "for", base: "cast", unit: "partner", cmp: "gt", ratio: "1/2" }],
  onNoQuorum: "fails",
  recusal: { mandatoryWhen: [] },
  proxy: { allowed: false, maxPerHolder: 0, principalOverrides: true, chain: false },
  ballot: { changeable: "until_close", visibility: "open", earlyClose: false },
  timing: { minNoticeDays: 0, minOpenDays: 0, zone: "Europe/Paris" },
  binding: "on_close",
} as const;

/** A committee of the cast's three partners under the simple rule. */
export function newCommitteeOf({ partnerIds, memberIds }: Cast): unknown {
  const delegates = [[memberIds["ada"], memberIds["cleo"]], [memberIds["ben"]], [memberIds["pia"]]];
  return {
    name: "Comité",
    rule: simpleRule,
    roll: partnerIds.map((partnerId, index) => ({
      partnerId,
      weight: "1",
      delegates: delegates[index],
    })),
  };
}
