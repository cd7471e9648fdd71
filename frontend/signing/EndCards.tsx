import { Anchor, Button, Group, Title } from "@mantine/core";
import { IconArchive, IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SignatureRequestView } from "../../domain/signing/wire.ts";
import { fileOf } from "../decisions/index.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Time } from "../ui/Time.tsx";
import { useArchived } from "./queries.ts";

interface CardProps {
  readonly request: SignatureRequestView;
}

/** When everybody has signed: the sealed PDF and its place in the archive. */
export function SealedCard({ request }: CardProps) {
  const { t } = useTranslation("signing");
  const { id, agreementId, state, endedAt } = request;
  const isSealed = state === "completed";
  const record = useArchived(agreementId, isSealed);
  if (!isSealed) return null;
  return (
    <section className="card card--good" aria-label={t("sealed.title")} aria-live="polite">
      <Title order={2}>{t("sealed.title")}</Title>
      <p>{t("sealed.text")}</p>
      {endedAt !== null && (
        <p className="quiet">
          {t("sealed.on")} <Time at={endedAt} />
        </p>
      )}
      <Group gap="sm">
        <Button
          component="a"
          href={fileOf(`/signature-requests/${id}/document.pdf`)}
          download
          leftSection={<IconDownload size={18} aria-hidden />}
        >
          {t("sealed.download")}
        </Button>
        {record === undefined ? (
          <Loading words={t("sealed.archiving")} />
        ) : (
          <Button
            component={Link}
            to={`/archive/${record.id}`}
            variant="default"
            leftSection={<IconArchive size={18} aria-hidden />}
          >
            {t("sealed.archive")}
          </Button>
        )}
      </Group>
    </section>
  );
}

/** When the request ended without all signatures: who said what, and what now. */
export function EndedCard({ request }: CardProps) {
  const { t } = useTranslation("signing");
  const { state, reason, endedAt, signatories, agreementId } = request;
  if (state !== "declined" && state !== "cancelled" && state !== "expired") return null;
  const decliner = signatories.find(({ status }) => status === "declined");
  return (
    <section className="card card--bad" aria-label={t(`state.${state}`)}>
      <Title order={2}>{t(`ended.${state}`)}</Title>
      <p>
        {decliner !== undefined && `${decliner.name}, ${decliner.partnerName} · `}
        {endedAt !== null && <Time at={endedAt} />}
      </p>
      {reason !== null && <p className="pre-line">{t("ended.reason", { reason })}</p>}
      <p>{t("ended.next")}</p>
      <Anchor component={Link} to={`/agreements/${agreementId}`}>
        {t("ended.back")}
      </Anchor>
    </section>
  );
}
