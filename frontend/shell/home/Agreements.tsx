import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { AgreementSummary } from "../../../domain/agreements/wire.ts";
import { may } from "../../partnerships/index.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Section } from "../../ui/Page.tsx";
import { StateMark, type Tone } from "../../ui/StateMark.tsx";
import { Time } from "../../ui/Time.tsx";
import type { HomeContent } from "./tasks.ts";

const tones: Record<AgreementSummary["state"], Tone> = {
  drafting: "plain",
  frozen: "wait",
  approved: "good",
  signing: "wait",
  sealed: "good",
  superseded: "plain",
  withdrawn: "bad",
};

/** The agreements of the partnership, or how to start the first. */
export function Agreements({ content }: { readonly content: HomeContent }) {
  const { t } = useTranslation("partnerships");
  const { partnership, agreements } = content;
  const start = may(partnership, "agreement.create") && partnership.partners.length > 0 && (
    <Button
      component={Link}
      to={`/partnerships/${partnership.id}/templates`}
      variant={agreements.length === 0 ? "filled" : "default"}
      size="sm"
      leftSection={<IconPlus size={16} aria-hidden />}
    >
      {t("home.newAgreement")}
    </Button>
  );
  return (
    <Section title={t("home.agreements")} actions={agreements.length > 0 ? start : undefined}>
      {agreements.length === 0 ? (
        <EmptyState title={t("home.noAgreement")} action={start}>
          {t("home.noAgreementText")}
        </EmptyState>
      ) : (
        <ul className="rows sheet">
          {agreements.map((agreement) => (
            <AgreementRow key={agreement.id} agreement={agreement} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function AgreementRow({ agreement }: { readonly agreement: AgreementSummary }) {
  const { t } = useTranslation(["partnerships", "common"]);
  const { id, title, state, latestVersion, createdAt } = agreement;
  return (
    <li className="row">
      <div className="row__main">
        <Link className="row__title" to={`/agreements/${id}`}>
          {title}
        </Link>
        <div className="row__note">
          {t("partnerships:home.startedOn")} <Time at={createdAt} as="date" />
          {latestVersion > 0 && ` · ${t("partnerships:home.version", { number: latestVersion })}`}
        </div>
      </div>
      <div className="row__side">
        <StateMark tone={tones[state]}>{t(`common:state.${state}`)}</StateMark>
      </div>
    </li>
  );
}
