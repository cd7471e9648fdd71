import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { DecisionSummary } from "../../../domain/decisions/wire.ts";
import { may } from "../../partnerships/index.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { Section } from "../../ui/Page.tsx";
import { StateMark, type Tone } from "../../ui/StateMark.tsx";
import { Time } from "../../ui/Time.tsx";
import type { HomeContent } from "./tasks.ts";

/** The decisions of the partnership, or what they are for. */
export function Decisions({ content }: { readonly content: HomeContent }) {
  const { t } = useTranslation("partnerships");
  const { decisions } = content;
  const actions = <DecisionActions content={content} />;
  return (
    <Section title={t("home.decisions")} actions={decisions.length > 0 ? actions : undefined}>
      {decisions.length === 0 ? (
        <EmptyState title={t("home.noDecision")} action={actions}>
          {t("home.noDecisionText")}
        </EmptyState>
      ) : (
        <ul className="rows sheet">
          {decisions.map((decision) => (
            <DecisionRow key={decision.id} decision={decision} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function DecisionActions({ content }: { readonly content: HomeContent }) {
  const { t } = useTranslation("partnerships");
  const { partnership, committees, agreements } = content;
  const base = `/partnerships/${partnership.id}`;
  const hasVersion = agreements.some((agreement) => agreement.latestVersion > 0);
  const mayForm = may(partnership, "committee.create") && partnership.partners.length > 1;
  const mayPropose = may(partnership, "decision.propose") && committees > 0 && hasVersion;
  if (!mayForm && !mayPropose) return null;
  return (
    <Group gap="xs">
      {mayForm && (
        <Button component={Link} to={`${base}/committees/new`} size="sm" variant="default">
          {t("home.newCommittee")}
        </Button>
      )}
      {mayPropose && (
        <Button component={Link} to={`${base}/decisions/new`} size="sm" variant="default">
          {t("home.newDecision")}
        </Button>
      )}
    </Group>
  );
}

function toneOf({ state, outcome }: DecisionSummary): Tone {
  if (state === "open") return "wait";
  if (state !== "closed") return "plain";
  return outcome === "approved" ? "good" : "bad";
}

function DecisionRow({ decision }: { readonly decision: DecisionSummary }) {
  const { t } = useTranslation("partnerships");
  const { id, title, state, outcome, closesAt, closedAt, turnout } = decision;
  return (
    <li className="row">
      <div className="row__main">
        <Link className="row__title" to={`/decisions/${id}`}>
          {title}
        </Link>
        <div className="row__note">
          {t(closedAt === null ? "home.closes" : "home.closed")} <Time at={closedAt ?? closesAt} />
          {state === "open" && ` · ${t("home.turnout", turnout)}`}
        </div>
      </div>
      <div className="row__side">
        <StateMark tone={toneOf(decision)}>{t(`decisionState.${outcome ?? state}`)}</StateMark>
      </div>
    </li>
  );
}
