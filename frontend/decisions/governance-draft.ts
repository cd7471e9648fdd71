import type { GovernanceRule } from "../../domain/templates/governance-rule.ts";
import { usualOptions } from "./presets.ts";
import type { RuleDraft } from "./RuleFields.tsx";

/** The form filled in with the rule of a governance text. */
export function draftOf(rule: GovernanceRule): RuleDraft {
  const { id, label, clause, procedure, onNoQuorum, proxy, timing, veto } = rule;
  return {
    preset: "own",
    conditions: { quorum: rule.quorum, approval: rule.approval, unanimity: false },
    options: { ...usualOptions, minOpenDays: timing.minOpenDays, veto: veto !== undefined },
    given: {
      id,
      label,
      clause,
      procedure,
      proxy,
      onNoQuorum: {
        reconvene: onNoQuorum.reconvene.map(({ withinDays, quorum }) => ({
          withinDays,
          quorum: [...quorum],
        })),
      },
      ...(veto === undefined ? {} : { veto: { ...veto, notFor: [...veto.notFor] } }),
    },
  };
}
