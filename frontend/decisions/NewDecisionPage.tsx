import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router";
import type { Agreement, AgreementSummary } from "../../domain/agreements/wire.ts";
import type { Committee } from "../../domain/decisions/wire.ts";
import { AgreementThread, useAgreement } from "../agreements/index.tsx";
import { may, usePartnership } from "../partnerships/index.tsx";
import { useResource, type Listed } from "../platform/resource.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { DecisionForm } from "./DecisionForm.tsx";
import type { Asked } from "./parts.ts";
import { useCommittees } from "./queries.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";

/** Puts a version to a committee: a question, a text, a date. */
export function NewDecisionPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["decisions", "common"]);
  const [query] = useSearchParams();
  const partnership = usePartnership(id);
  const committees = useCommittees(id);
  const agreements = useResource<Listed<AgreementSummary>>(`/partnerships/${id}/agreements`);
  const error = partnership.error ?? committees.error ?? agreements.error;
  if (
    partnership.data === undefined ||
    committees.data === undefined ||
    agreements.data === undefined
  ) {
    return (
      <Page title={t("decisions:propose.title")}>
        {error === null ? (
          <Loading words={t("common:loading.page")} />
        ) : (
          <ErrorNotice error={error} />
        )}
      </Page>
    );
  }
  return (
    <Propose
      partnership={partnership.data}
      committees={committees.data.items}
      agreements={agreements.data.items.filter(mayBeVoted)}
      asked={{
        agreementId: query.get("agreement"),
        version: Number(query.get("version")),
        committeeId: query.get("committee"),
      }}
    />
  );
}

/** A version that is not yet decided. */
function mayBeVoted({ latestVersion, state }: AgreementSummary): boolean {
  return latestVersion > 0 && (state === "drafting" || state === "frozen");
}

interface ProposeProps {
  readonly partnership: Partnership;
  readonly committees: readonly Committee[];
  readonly agreements: readonly AgreementSummary[];
  readonly asked: Asked;
}

function Propose(props: ProposeProps) {
  const { partnership, committees, agreements, asked } = props;
  const { t } = useTranslation("decisions");
  const back = { to: `/partnerships/${partnership.id}`, label: partnership.name };
  const wanted = agreements.find(({ id }) => id === asked.agreementId);
  const first = asked.agreementId === null ? agreements[0] : wanted;
  return (
    <>
      {asked.agreementId !== null && <Thread agreementId={asked.agreementId} />}
      <Page title={t("propose.title")} lead={t("propose.lead")} back={back}>
        {committees.length === 0 ? (
          <NoCommittee partnership={partnership} asked={asked} />
        ) : first === undefined ? (
          <EmptyState title={t("propose.noVersion")}>{t("propose.noVersionText")}</EmptyState>
        ) : (
          <DecisionForm
            partnership={partnership}
            committees={committees}
            agreements={agreements}
            asked={{ ...asked, agreementId: first.id }}
          />
        )}
      </Page>
    </>
  );
}

function Thread({ agreementId }: { readonly agreementId: string }) {
  const { data }: { data: Agreement | undefined } = useAgreement(agreementId);
  return data === undefined ? null : <AgreementThread agreement={data} />;
}

function NoCommittee({ partnership, asked }: Pick<ProposeProps, "partnership" | "asked">) {
  const { t } = useTranslation("decisions");
  const query =
    asked.agreementId === null ? "" : `?agreement=${asked.agreementId}&version=${asked.version}`;
  return (
    <EmptyState
      title={t("propose.noCommittee")}
      action={
        may(partnership, "committee.create") && (
          <Button component={Link} to={`/partnerships/${partnership.id}/committees/new${query}`}>
            {t("committee.submit")}
          </Button>
        )
      }
    >
      {t("propose.noCommitteeText")}
    </EmptyState>
  );
}
