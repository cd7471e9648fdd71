import { Anchor, Button, Title } from "@mantine/core";
import { IconSignature } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useAgreement } from "../agreements/index.tsx";
import type { DecisionParts } from "./parts.ts";
import { useLanguage } from "./queries.ts";

/** How the vote ended, why, and what comes next. */
export function OutcomeCard({ decision }: DecisionParts) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const { state, outcome, arithmetic, isFinal, subject } = decision;
  if (state === "withdrawn") {
    return (
      <section className="card" aria-label={t("outcome.title")}>
        <Title order={2}>{t("outcome.withdrawn")}</Title>
        <p>{t("outcome.withdrawnText")}</p>
      </section>
    );
  }
  if (state !== "closed" || outcome === null) return null;
  const isApproved = outcome === "approved";
  return (
    <section
      className={isApproved ? "card card--good" : "card card--bad"}
      aria-label={t("outcome.title")}
    >
      <Title order={2}>{t(`outcome.${outcome}`)}</Title>
      <ul className="arithmetic">
        {(arithmetic?.[language] ?? []).slice(1).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {isApproved && <p>{isFinal ? t("outcome.final") : t("outcome.waits")}</p>}
      {subject !== null && (
        <NextStep agreementId={subject.agreementId} number={subject.version} isFinal={isFinal} />
      )}
    </section>
  );
}

interface NextStepProps {
  readonly agreementId: string;
  readonly number: number;
  readonly isFinal: boolean;
}

function NextStep({ agreementId, number, isFinal }: NextStepProps) {
  const { t } = useTranslation("decisions");
  const { data: agreement } = useAgreement(agreementId);
  if (agreement === undefined) return null;
  const { state, permissions } = agreement;
  if (isFinal && state === "approved" && permissions.requestSignatures) {
    return (
      <Button
        component={Link}
        to={`/agreements/${agreementId}/signature-requests/new?version=${number}`}
        leftSection={<IconSignature size={18} aria-hidden />}
      >
        {t("outcome.askSignatures")}
      </Button>
    );
  }
  if (isFinal && state === "approved") return <p>{t("outcome.othersAsk")}</p>;
  if (isFinal) return <p>{t("outcome.underWay")}</p>;
  return (
    <Anchor component={Link} to={`/agreements/${agreementId}`}>
      {t("outcome.backToText")}
    </Anchor>
  );
}
