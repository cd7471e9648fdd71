import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { Time } from "../ui/Time.tsx";
import { NewPartnership } from "./NewPartnership.tsx";
import { usePartnerships } from "./queries.ts";

/** The partnerships one is a member of, and the way to open one. */
export function PartnershipsPage() {
  const { t } = useTranslation(["partnerships", "common"]);
  const [search] = useSearchParams();
  const [isOpen, { open, close }] = useDisclosure(search.has("new"));
  const { data, error, isPending, refetch } = usePartnerships();
  const openButton = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={open}>
      {t("partnerships:list.open")}
    </Button>
  );
  return (
    <Page
      title={t("partnerships:list.title")}
      lead={t("partnerships:list.lead")}
      actions={(data?.items.length ?? 0) > 0 ? openButton : undefined}
    >
      <ErrorNotice error={error} onRetry={() => void refetch()} />
      {isPending && <Loading words={t("common:loading.list")} />}
      {data?.items.length === 0 && (
        <EmptyState title={t("partnerships:list.emptyTitle")} action={openButton}>
          {t("partnerships:list.emptyText")}
        </EmptyState>
      )}
      {data !== undefined && data.items.length > 0 && <PartnershipRows items={data.items} />}
      <NewPartnership isOpen={isOpen} onClose={close} />
    </Page>
  );
}

function PartnershipRows({ items }: { readonly items: readonly Partnership[] }) {
  return (
    <ul className="rows sheet">
      {items.map((partnership) => (
        <PartnershipRow key={partnership.id} partnership={partnership} />
      ))}
    </ul>
  );
}

function PartnershipRow({ partnership }: { readonly partnership: Partnership }) {
  const { t } = useTranslation("partnerships");
  return (
    <li className="row">
      <div className="row__main">
        <Link className="row__title" to={`/partnerships/${partnership.id}`}>
          {partnership.name}
        </Link>
        {partnership.purpose !== "" && <div className="row__note">{partnership.purpose}</div>}
        <div className="row__note">
          {t("list.partners", { count: partnership.partners.length })} · {t("list.since")}{" "}
          <Time at={partnership.createdAt} as="date" />
        </div>
      </div>
      <div className="row__side">
        {partnership.partners.slice(0, 5).map((partner) => (
          <PartnerBadge
            key={partner.id}
            name={partner.name}
            color={partner.color}
            show="initials"
          />
        ))}
      </div>
    </li>
  );
}
