import { Grid } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Partnership } from "../../../domain/partnerships/wire.ts";
import { may, useInvitations, useMembers, usePartnership } from "../../partnerships/index.tsx";
import { ErrorNotice } from "../../ui/ErrorNotice.tsx";
import { Loading } from "../../ui/Loading.tsx";
import { Page } from "../../ui/Page.tsx";
import { Agreements } from "./Agreements.tsx";
import { Calendar } from "./Calendar.tsx";
import { Decisions } from "./Decisions.tsx";
import { useAgreements, useCommittees, useDecisions, useSignatureRequests } from "./lists.ts";
import { People } from "./People.tsx";
import { tasksOf, type HomeContent } from "./tasks.ts";
import { Waiting } from "./Waiting.tsx";

/** The home of a partnership: what waits for the caller first, then what there is. */
export function HomePage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const { data: partnership, error, refetch } = usePartnership(id);
  if (partnership !== undefined) return <Home partnership={partnership} />;
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

function useHome(partnership: Partnership) {
  const { id } = partnership;
  const [now] = useState(() => new Date());
  const members = useMembers(id);
  const invitations = useInvitations(may(partnership, "member.invite") ? id : null);
  const agreements = useAgreements(id);
  const decisions = useDecisions(id);
  const committees = useCommittees(id);
  const requests = useSignatureRequests(id);
  const content: HomeContent = {
    partnership,
    members: members.data?.items ?? [],
    invitations: invitations.data?.items ?? [],
    agreements: agreements.data?.items ?? [],
    decisions: decisions.data?.items ?? [],
    committees: committees.data?.items.length ?? 0,
    requests: requests.data?.items ?? [],
    now,
  };
  const parts = [members, agreements, decisions, committees, requests];
  return {
    content,
    isReady: parts.every((part) => !part.isPending),
    error: parts.map((part) => part.error).find((error) => error !== null) ?? null,
  };
}

function Home({ partnership }: { readonly partnership: Partnership }) {
  const { t } = useTranslation();
  const { content, isReady, error } = useHome(partnership);
  return (
    <Page title={partnership.name} lead={partnership.purpose}>
      <ErrorNotice error={error} />
      {isReady ? (
        <Grid gap={48}>
          <Grid.Col span={{ base: 12, md: 8 }}>
            <Waiting tasks={tasksOf(content)} partnership={partnership} />
            <Agreements content={content} />
            <Decisions content={content} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 4 }}>
            <Calendar content={content} />
            <People content={content} />
          </Grid.Col>
        </Grid>
      ) : (
        <Loading words={t("loading.page")} />
      )}
    </Page>
  );
}
