import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { RecordSummary } from "../../domain/archive/wire.ts";
import { api } from "../platform/api.ts";
import { keyOf, type Listed } from "../platform/resource.ts";
import { EmptyState } from "../ui/EmptyState.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { Time } from "../ui/Time.tsx";
import { Verdict } from "../ui/Verdict.tsx";

/** The reading room: sealed agreements, found by words. */
export function ArchivePage() {
  const { t } = useTranslation(["archive", "common"]);
  const [search, setSearch] = useSearchParams();
  const [typed, setTyped] = useState(search.get("query") ?? "");
  const [query] = useDebouncedValue(typed.trim(), 250);
  useEffect(() => setSearch(query === "" ? {} : { query }, { replace: true }), [query, setSearch]);
  const found = useRecords(query);
  const records = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={t("archive:list.title")} lead={t("archive:list.lead")}>
      <search>
        <TextInput
          type="search"
          mb="lg"
          maw={520}
          label={t("archive:list.search")}
          description={t("archive:list.searchHelp")}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </search>
      <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
      {found.isPending && <Loading words={t("common:loading.list")} />}
      {found.isSuccess && <Found records={records} query={query} />}
      {found.hasNextPage && (
        <Button
          mt="lg"
          variant="default"
          loading={found.isFetchingNextPage}
          onClick={() => void found.fetchNextPage()}
        >
          {t("common:actions.showMore")}
        </Button>
      )}
    </Page>
  );
}

function useRecords(query: string) {
  return useInfiniteQuery({
    queryKey: keyOf(`/archive?query=${query}`),
    initialPageParam: "",
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const parameters = new URLSearchParams(query === "" ? {} : { query });
      if (pageParam !== "") parameters.set("cursor", pageParam);
      return api.get<Listed<RecordSummary>>(`/archive?${parameters.toString()}`, signal);
    },
    getNextPageParam: (page) => page.nextCursor,
  });
}

interface FoundProps {
  readonly records: readonly RecordSummary[];
  readonly query: string;
}

function Found({ records, query }: FoundProps) {
  const { t } = useTranslation("archive");
  if (records.length === 0) {
    return query === "" ? (
      <EmptyState title={t("list.empty")}>{t("list.emptyText")}</EmptyState>
    ) : (
      <EmptyState title={t("list.none", { query })}>{t("list.noneText")}</EmptyState>
    );
  }
  return (
    <ul className="rows sheet">
      {records.map((record) => (
        <RecordRow key={record.id} record={record} />
      ))}
    </ul>
  );
}

function RecordRow({ record }: { readonly record: RecordSummary }) {
  const { t } = useTranslation("archive");
  return (
    <li className="row">
      <div className="row__main">
        <Link className="row__title" to={`/archive/${record.id}`} lang={record.language}>
          {record.title}
        </Link>
        <div className="row__note">{record.parties.join(" · ")}</div>
        <div className="row__note">
          {t("list.sealedOn")} <Time at={record.sealedAt} as="date" /> ·{" "}
          {t("record.versionNumber", { number: record.version })}
        </div>
      </div>
      <div className="row__side">
        <Verdict value={record.verdict} />
      </div>
    </li>
  );
}
