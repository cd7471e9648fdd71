import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { AgreementThread, useAgreement } from "../agreements/index.tsx";
import { usePartnership } from "../partnerships/index.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { usePageTitle } from "../ui/Page.tsx";
import { StateMark, type Tone } from "../ui/StateMark.tsx";
import { Time } from "../ui/Time.tsx";
import { Beside } from "./Beside.tsx";
import { ConductActs } from "./ConductActs.tsx";
import { Count } from "./Count.tsx";
import { OutcomeCard } from "./OutcomeCard.tsx";
import type { DecisionParts } from "./parts.ts";
import { Proofs } from "./Proofs.tsx";
import { useDecision } from "./queries.ts";
import { Roll } from "./Roll.tsx";
import { RuleCard } from "./RuleCard.tsx";
import { VotedText } from "./VotedText.tsx";
import { YourVote } from "./YourVote.tsx";

/** The page of one decision: the text, the question, the vote and what came of it. */
export function DecisionPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const decision = useDecision(id);
  const partnership = usePartnership(decision.data?.partnershipId ?? null);
  const error = decision.error ?? partnership.error;
  usePageTitle(decision.data?.title ?? "");
  if (decision.data !== undefined && partnership.data !== undefined) {
    return <Decision decision={decision.data} partnership={partnership.data} />;
  }
  return (
    <div className="page">
      {error === null ? (
        <Loading words={t("loading.page")} />
      ) : (
        <ErrorNotice error={error} onRetry={() => void decision.refetch()} />
      )}
    </div>
  );
}

function Decision(parts: DecisionParts) {
  const { decision } = parts;
  const { subject } = decision;
  const acts = (
    <>
      <OutcomeCard {...parts} />
      <Question decision={decision} />
      <YourVote {...parts} />
      <Count decision={decision} />
      <ConductActs {...parts} />
      <Roll {...parts} />
      <RuleCard decision={decision} />
      <Proofs decision={decision} />
    </>
  );
  return (
    <div>
      {subject !== null && <Thread agreementId={subject.agreementId} />}
      <Head decision={decision} />
      {subject === null ? (
        <div className="beside-alone">{acts}</div>
      ) : (
        <Voted subject={subject}>{acts}</Voted>
      )}
    </div>
  );
}

interface VotedProps {
  readonly subject: NonNullable<DecisionView["subject"]>;
  readonly children: ReactNode;
}

function Voted({ subject, children }: VotedProps) {
  const { t } = useTranslation("decisions");
  return (
    <Beside
      reading={<VotedText subject={subject} />}
      label={t("page.votedText", { number: subject.version })}
    >
      {children}
    </Beside>
  );
}

function Thread({ agreementId }: { readonly agreementId: string }) {
  const { data } = useAgreement(agreementId);
  return data === undefined ? null : <AgreementThread agreement={data} />;
}

/** How a decision's state sounds. */
function toneOf({ state, outcome }: DecisionView): Tone {
  if (state === "open") return "wait";
  if (state !== "closed") return "plain";
  return outcome === "approved" ? "good" : "bad";
}

function Head({ decision }: { readonly decision: DecisionView }) {
  const { t } = useTranslation(["decisions", "partnerships"]);
  const { title, state, outcome, committeeName, closedAt, closesAt } = decision;
  return (
    <header className="beside-head">
      <Title order={1}>{title}</Title>
      <div className="beside-head__state">
        <StateMark tone={toneOf(decision)}>
          {t(`partnerships:decisionState.${outcome ?? state}`)}
        </StateMark>
        <span>{committeeName}</span>
        {state !== "withdrawn" && (
          <span>
            {t(closedAt === null ? "decisions:page.closes" : "decisions:page.closed")}{" "}
            <Time at={closedAt ?? closesAt} />
            {state === "open" && (
              <>
                {" "}
                (<Time at={closesAt} as="distance" />)
              </>
            )}
          </span>
        )}
      </div>
    </header>
  );
}

function Question({ decision }: { readonly decision: DecisionView }) {
  const { t } = useTranslation("decisions");
  if (decision.text === "") return null;
  return (
    <section className="card" aria-label={t("page.question")}>
      <Title order={2}>{t("page.question")}</Title>
      <p className="pre-line">{decision.text}</p>
    </section>
  );
}
