import { Anchor, Button, Group } from "@mantine/core";
import { IconDownload, IconShieldCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Report } from "../../domain/archive/report.ts";
import type { ArchiveRecord } from "../../domain/archive/wire.ts";
import { AgreementThread, useAgreement } from "../agreements/index.tsx";
import { api } from "../platform/api.ts";
import { useResource, useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Hash } from "../ui/Hash.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { Time } from "../ui/Time.tsx";
import { ReportView } from "./ReportView.tsx";

/** A sealed agreement: who, what, when, and how to check it without us. */
export function RecordPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const { data: record, error, refetch } = useResource<ArchiveRecord>(`/archive/${id}`);
  if (record !== undefined) {
    return (
      <>
        <Path agreementId={record.agreementId} />
        <Record record={record} />
      </>
    );
  }
  return (
    <div className="page">
      {error === null ? (
        <Loading words={t("loading.page")} />
      ) : (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      )}
    </div>
  );
}

/** A sealed agreement's path so far; nothing while it is being read. */
function Path({ agreementId }: { readonly agreementId: string }) {
  const { data: agreement } = useAgreement(agreementId);
  return agreement === undefined ? null : <AgreementThread agreement={agreement} />;
}

function Record({ record }: { readonly record: ArchiveRecord }) {
  const { t } = useTranslation(["archive", "common"]);
  const verify = useSend(() => api.get<Report>(`/archive/${record.id}/report`));
  return (
    <Page
      title={record.title}
      width="narrow"
      back={{ to: "/archive", label: t("common:nav.archive") }}
      lead={
        <>
          {t("archive:record.sealedOn")} <Time at={record.sealedAt} /> ·{" "}
          {t("archive:record.versionNumber", { number: record.version })}
        </>
      }
    >
      <Group mb="xl" className="no-print">
        <Button
          component="a"
          href={`/api/v1/archive/${record.id}/document.pdf`}
          download
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          {t("archive:record.download")}
        </Button>
        <Button
          variant="default"
          loading={verify.isPending}
          leftSection={<IconShieldCheck size={18} aria-hidden />}
          onClick={() => verify.mutate(undefined)}
        >
          {t("archive:record.verify")}
        </Button>
      </Group>
      <ErrorNotice error={verify.error} />
      <Signatures record={record} />
      <Decision record={record} />
      <Proofs record={record} />
      <ReportView report={verify.data ?? record.report} />
    </Page>
  );
}

function Signatures({ record }: { readonly record: ArchiveRecord }) {
  const { t } = useTranslation("archive");
  return (
    <Section title={t("record.signatures")}>
      <ul className="rows sheet">
        {record.signatories.map((one) => (
          <li key={one.partnerId + one.name} className="row">
            <div className="row__main">
              <div className="row__title">{one.name}</div>
              <div className="row__note">
                {t("record.for")} {one.partnerName}
                {one.authority !== null && `, ${one.authority}`}
              </div>
            </div>
            <div className="row__side">
              <Time at={one.signedAt} />
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Decision({ record }: { readonly record: ArchiveRecord }) {
  const { t } = useTranslation(["archive", "partnerships"]);
  const { decision } = record;
  return (
    <Section title={t("archive:record.decision")}>
      <div className="sheet sheet--padded">
        <Anchor component={Link} to={`/decisions/${decision.id}`} fw={600}>
          {decision.title}
        </Anchor>
        <p className="quiet">
          {isOutcome(decision.outcome) && t(`partnerships:decisionState.${decision.outcome}`)} ·{" "}
          <Time at={decision.closedAt} />
        </p>
        <ul className="arithmetic" lang={record.language}>
          {decision.arithmetic.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </Section>
  );
}

const outcomes = ["approved", "rejected", "no_quorum", "vetoed"] as const;

function isOutcome(text: string): text is (typeof outcomes)[number] {
  return outcomes.some((outcome) => outcome === text);
}

function Proofs({ record }: { readonly record: ArchiveRecord }) {
  const { t } = useTranslation("archive");
  return (
    <Section title={t("record.proofs")}>
      <dl className="facts sheet sheet--padded">
        <dt>{t("record.contentHash")}</dt>
        <dd>
          <Hash value={record.contentSha256} whole />
        </dd>
        <dt>{t("record.fileHash")}</dt>
        <dd>
          <Hash value={record.documentSha256} whole />
        </dd>
        <dt>{t("record.text")}</dt>
        <dd>
          <Anchor
            component={Link}
            to={`/agreements/${record.agreementId}/versions/${record.version}`}
          >
            {t("record.readText", { number: record.version })}
          </Anchor>
        </dd>
      </dl>
    </Section>
  );
}
