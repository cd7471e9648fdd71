import { Button, Group, Title } from "@mantine/core";
import { IconArrowLeft, IconDownload, IconGavel } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";
import type { Agreement } from "../../domain/agreements/wire.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Hash } from "../ui/Hash.tsx";
import { Loading } from "../ui/Loading.tsx";
import { usePageTitle } from "../ui/Page.tsx";
import { Time } from "../ui/Time.tsx";
import { AgreementThread } from "./AgreementThread.tsx";
import { Paper } from "./Paper.tsx";
import { useThreadLinks } from "./thread-links.ts";
import { useAgreement, useReopen, useVersion, versionFile, type Version } from "./resources.ts";
import "./desk.css";

/** The page of one frozen version: what it says, its hash, and the way to the vote. */
export function VersionPage() {
  const { id = "", n = "" } = useParams();
  const { t } = useTranslation(["agreements", "common"]);
  const agreement = useAgreement(id);
  const version = useVersion(id, Number(n));
  const title = agreement.data?.title ?? "";
  usePageTitle(title === "" ? "" : t("version.title", { title, number: n }));
  const error = agreement.error ?? version.error;
  if (agreement.data === undefined || version.data === undefined) {
    return (
      <div className="page">
        {error === null ? <Loading words={t("version.loading")} /> : <ErrorNotice error={error} />}
      </div>
    );
  }
  const { text, language } = version.data.content;
  return (
    <div className="draft-desk">
      <AgreementThread agreement={agreement.data} />
      <div className="version-columns">
        <VersionCard agreement={agreement.data} version={version.data} />
        <Paper text={text} language={language} label={t("version.text", { number: n })} />
      </div>
    </div>
  );
}

interface VersionCardProps {
  readonly agreement: Agreement;
  readonly version: Version;
}

/** What to know about a version beside its text. */
function VersionCard({ agreement, version }: VersionCardProps) {
  const { t } = useTranslation("agreements");
  const { number, label, createdAt, contentSha256, content } = version;
  return (
    <aside className="version-card" aria-label={t("history.version", { number })}>
      <Link to={`/agreements/${agreement.id}`} className="page__back">
        <IconArrowLeft size={16} aria-hidden /> {t("version.back")}
      </Link>
      <Title order={1} size="h2">
        {agreement.title}
      </Title>
      <p className="version-card__number">
        {t("history.version", { number })}
        {label !== "" && ` · ${label}`}
      </p>
      <p>{t("version.unchangeable")}</p>
      <dl className="facts">
        <dt>{t("version.frozen")}</dt>
        <dd>
          <Time at={createdAt} />
        </dd>
        <dt>{t("version.hash")}</dt>
        <dd>
          <Hash value={contentSha256} whole />
        </dd>
        <dt>{t("version.templateLabel")}</dt>
        <dd>{t("version.template", content.template)}</dd>
      </dl>
      <VersionActions agreement={agreement} number={number} />
    </aside>
  );
}

function VersionActions({ agreement, number }: { agreement: Agreement; number: number }) {
  const { t } = useTranslation("agreements");
  const reopen = useReopen(agreement.id, () => undefined);
  const { id, partnershipId, permissions, latestVersion } = agreement;
  const links = useThreadLinks(agreement);
  const isVoted = links.vote !== undefined && number === latestVersion;
  const query = new URLSearchParams({ agreement: id, version: String(number) }).toString();
  const download = { size: "sm", variant: "default" } as const;
  const icon = <IconDownload size={16} aria-hidden />;
  return (
    <Group className="version-card__actions no-print" gap="xs">
      {isVoted && (
        <Button
          component={Link}
          to={links.decision ?? ""}
          leftSection={<IconGavel size={18} aria-hidden />}
        >
          {t("version.seeDecision")}
        </Button>
      )}
      {permissions.propose && number === latestVersion && !isVoted && (
        <Button
          component={Link}
          to={`/partnerships/${partnershipId}/decisions/new?${query}`}
          leftSection={<IconGavel size={18} aria-hidden />}
        >
          {t("version.propose")}
        </Button>
      )}
      <Button
        {...download}
        component="a"
        href={versionFile(id, number, "pdf")}
        download
        leftSection={icon}
      >
        {t("version.downloadPdf")}
      </Button>
      <Button
        {...download}
        component="a"
        href={versionFile(id, number, "json")}
        download
        leftSection={icon}
      >
        {t("version.downloadJson")}
      </Button>
      {permissions.reopen && (
        <Button {...download} loading={reopen.isPending} onClick={() => reopen.mutate()}>
          {t("version.reopen")}
        </Button>
      )}
      <ErrorNotice error={reopen.error} />
    </Group>
  );
}
