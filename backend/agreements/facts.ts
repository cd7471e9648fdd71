import { draftFactsProblems } from "../../domain/templates/facts-check.ts";
import type { Facts } from "../../domain/templates/facts.ts";
import { Refusal } from "../../domain/kernel/refusal.ts";
import { readPinnedTemplate } from "./creation.ts";
import type { AgreementDeps } from "./deps.ts";
import type { StoredAgreement } from "./store.ts";

/**
 * Facts of a draft may be incomplete, never of a wrong type or name.
 * @throws {Refusal} unknown-parameter, invalid-input — with every problem
 */
export async function assertFacts(
  deps: AgreementDeps,
  agreement: StoredAgreement,
  facts: Facts,
): Promise<void> {
  const { model } = await readPinnedTemplate(deps, agreement);
  const problems = draftFactsProblems(facts, model);
  if (problems.length === 0) return;
  const unknown = problems.some((problem) => problem.kind === "unknown");
  throw new Refusal(
    unknown ? "unknown-parameter" : "invalid-input",
    "Some facts are not acceptable.",
    {
      problems: problems.map(({ pointer, detail }) => ({ pointer, detail })),
    },
  );
}
