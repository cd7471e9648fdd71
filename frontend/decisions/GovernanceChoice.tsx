import { Button, Group, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Agreement, AgreementSummary } from "../../domain/agreements/wire.ts";
import { governanceRule, governanceWeights } from "../../domain/templates/governance-rule.ts";
import { useAgreement } from "../agreements/index.tsx";
import { useResource, type Listed } from "../platform/resource.ts";
import { draftOf } from "./governance-draft.ts";
import type { RuleDraft } from "./RuleFields.tsx";

/** The template whose facts state a voting rule. */
const GOVERNANCE = "gouvernance";

/** A rule and the weights that an agreement's facts state. */
export interface Chosen {
  readonly draft: RuleDraft;
  readonly weights: Readonly<Record<string, string>>;
}

interface GovernanceChoiceProps {
  readonly partnershipId: string;
  readonly onChoose: (chosen: Chosen) => void;
}

/** Takes over the rule that a governance agreement of this partnership states; nothing while there is none. */
export function GovernanceChoice({ partnershipId, onChoose }: GovernanceChoiceProps) {
  const { t } = useTranslation("decisions");
  const agreements = useResource<Listed<AgreementSummary>>(
    `/partnerships/${partnershipId}/agreements`,
  );
  const found = (agreements.data?.items ?? []).filter(
    ({ templateId }) => templateId === GOVERNANCE,
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const first = found[0];
  if (first === undefined) return null;
  const id = chosen ?? first.id;
  return (
    <Group align="end" gap="sm">
      <NativeSelect
        label={t("committee.governance")}
        description={t("committee.governanceHelp")}
        value={id}
        style={{ flex: "1 1 260px" }}
        data={found.map((one) => ({ value: one.id, label: one.title }))}
        onChange={(event) => setChosen(event.currentTarget.value)}
      />
      <TakeOver key={id} agreementId={id} onChoose={onChoose} />
    </Group>
  );
}

interface TakeOverProps {
  readonly agreementId: string;
  readonly onChoose: (chosen: Chosen) => void;
}

function TakeOver({ agreementId, onChoose }: TakeOverProps) {
  const { t } = useTranslation("decisions");
  const { data } = useAgreement(agreementId);
  const chosen = data === undefined ? undefined : readRule(data);
  if (data !== undefined && chosen === undefined) {
    return <p className="quiet">{t("committee.governanceUnsaid")}</p>;
  }
  return (
    <Button
      variant="default"
      disabled={chosen === undefined}
      onClick={() => chosen !== undefined && onChoose(chosen)}
    >
      {t("committee.takeOver")}
    </Button>
  );
}

function readRule({ facts }: Agreement): Chosen | undefined {
  const rule = governanceRule(facts);
  return rule === undefined
    ? undefined
    : { draft: draftOf(rule), weights: governanceWeights(facts) };
}
