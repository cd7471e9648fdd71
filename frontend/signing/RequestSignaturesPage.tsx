import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router";
import type { Agreement } from "../../domain/agreements/wire.ts";
import { AgreementThread, useAgreement, useVersion } from "../agreements/index.tsx";
import { useDecisionsOf } from "../decisions/index.tsx";
import { useMembers, usePartnership } from "../partnerships/index.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { firstChoices } from "./choices.ts";
import { RequestForm } from "./RequestForm.tsx";

/** Sends an approved version out for signature: one signatory for each party. */
export function RequestSignaturesPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["signing", "common"]);
  const [query] = useSearchParams();
  const agreement = useAgreement(id);
  const decisions = useDecisionsOf(id);
  const error = agreement.error ?? decisions.error;
  if (agreement.data === undefined || decisions.data === undefined) {
    return (
      <Page title={t("signing:ask.title")}>
        {error === null ? (
          <Loading words={t("common:loading.page")} />
        ) : (
          <ErrorNotice error={error} />
        )}
      </Page>
    );
  }
  const approved = decisions.data.items
    .filter(({ outcome, isFinal }) => outcome === "approved" && isFinal)
    .map(({ subject }) => subject?.version ?? 0);
  const asked = Number(query.get("version"));
  const { state } = agreement.data;
  const isUnderWay = state === "signing" || state === "sealed" || state === "superseded";
  const version = approved.includes(asked) ? asked : Math.max(0, ...approved);
  return (
    <>
      <AgreementThread agreement={agreement.data} />
      <Page
        title={t("signing:ask.title")}
        {...(isUnderWay || version === 0
          ? {}
          : { lead: t("signing:ask.lead", { title: agreement.data.title, number: version }) })}
        back={{ to: `/agreements/${id}`, label: agreement.data.title }}
        width="narrow"
      >
        {isUnderWay ? (
          <EmptyState title={t("signing:ask.underWay")}>{t("signing:ask.underWayText")}</EmptyState>
        ) : version === 0 ? (
          <EmptyState title={t("signing:ask.notApproved")}>
            {t("signing:ask.notApprovedText")}
          </EmptyState>
        ) : (
          <Ask agreement={agreement.data} version={version} />
        )}
      </Page>
    </>
  );
}

interface AskProps {
  readonly agreement: Agreement;
  readonly version: number;
}

function Ask({ agreement, version }: AskProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const partnership = usePartnership(agreement.partnershipId);
  const members = useMembers(agreement.partnershipId);
  const content = useVersion(agreement.id, version);
  const error = partnership.error ?? members.error ?? content.error;
  if (partnership.data === undefined || members.data === undefined || content.data === undefined) {
    return error === null ? <Loading words={t("loading.page")} /> : <ErrorNotice error={error} />;
  }
  return (
    <RequestForm
      agreementId={agreement.id}
      version={version}
      partnership={partnership.data}
      members={members.data.items}
      choices={firstChoices({
        facts: content.data.content.facts,
        partners: partnership.data.partners,
        members: members.data.items,
      })}
      onDone={({ id }) => void navigate(`/signature-requests/${id}`)}
    />
  );
}
