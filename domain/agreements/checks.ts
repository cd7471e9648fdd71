import { checkFacts } from "./fact-checks.ts";
import type { Finding } from "./findings.ts";
import type { Draft } from "./resolve.ts";
import { checkText } from "./text-checks.ts";
import { placedNodes } from "./text-walk.ts";

/** Most findings reported at once: beyond it the text is being rewritten, not checked. */
export const MAX_FINDINGS = 500;

/**
 * Everything that is wrong or doubtful in an agreement, errors first. Never throws on what people
 * wrote: text of the schema and facts of any shape are accepted. Linear in text and facts, but for
 * the model's own tests.
 */
export function check(agreement: Draft): readonly Finding[] {
  const { text, facts, model, language } = agreement;
  const placed = placedNodes(text, facts, model);
  const findings = [...checkFacts(facts, model), ...checkText({ placed, model, language })];
  return findings
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level))
    .slice(0, MAX_FINDINGS);
}

const order: readonly Finding["level"][] = ["error", "warning", "hint"];
