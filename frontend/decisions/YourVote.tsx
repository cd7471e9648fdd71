import { Button, Group, Title } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { partnerOf, useMembers } from "../partnerships/index.tsx";
import { Time } from "../ui/Time.tsx";
import { BallotForm } from "./BallotForm.tsx";
import type { DecisionParts } from "./parts.ts";
import { obstacleFor } from "./obstacle.ts";
import { fileOf } from "./queries.ts";
import { StepAside } from "./StepAside.tsx";

/** The caller's part in the vote: the ballot they may cast, the one they cast, or why there is none. */
export function YourVote({ decision, partnership }: DecisionParts) {
  const { t } = useTranslation("decisions");
  const [isChanging, setChanging] = useState(false);
  const { state, myBallot, permissions } = decision;
  const partner = partnerOf(partnership, partnership.me.partnerId)?.name ?? "";
  if (state !== "open" && myBallot === null) return null;
  const isVoting = permissions.vote && (myBallot === null || isChanging);
  return (
    <section
      className={isVoting ? "card card--act" : "card"}
      aria-label={t("vote.title", { partner })}
    >
      <Title order={2}>{partner === "" ? t("vote.noOne") : t("vote.title", { partner })}</Title>
      {myBallot !== null && <OwnBallot decision={decision} partnership={partnership} />}
      {myBallot === null && <WhyNot decision={decision} partnership={partnership} />}
      {isVoting && (
        <BallotForm decision={decision} partner={partner} onDone={() => setChanging(false)} />
      )}
      {permissions.vote && !isVoting && (
        <Button variant="default" size="sm" mt="sm" onClick={() => setChanging(true)}>
          {t("vote.change")}
        </Button>
      )}
      <StepAside decision={decision} partner={partner} />
    </section>
  );
}

function OwnBallot({ decision, partnership }: DecisionParts) {
  const { t } = useTranslation("decisions");
  const members = useMembers(partnership.id);
  const ballot = decision.myBallot;
  if (ballot === null) return null;
  const { choice, comment, at, memberId, logIndex } = ballot;
  const voter = members.data?.items.find(({ id }) => id === memberId);
  return (
    <div aria-live="polite">
      <p>
        <strong>{t(`choice.${choice}`)}</strong> · <Time at={at} />
        {voter !== undefined && ` · ${voter.name}`}
      </p>
      {comment !== "" && <p className="pre-line">{t("vote.said", { comment })}</p>}
      {logIndex !== null && (
        <>
          <p className="quiet">{t("vote.logged", { index: logIndex })}</p>
          {memberId === partnership.me.id && (
            <Group gap="xs" className="no-print">
              <Button
                component="a"
                href={fileOf(`/decisions/${decision.id}/receipt.tlog-proof`)}
                download
                variant="default"
                size="sm"
                leftSection={<IconDownload size={16} aria-hidden />}
              >
                {t("vote.receipt")}
              </Button>
            </Group>
          )}
        </>
      )}
    </div>
  );
}

function WhyNot({ decision, partnership }: DecisionParts) {
  const { t } = useTranslation("decisions");
  const members = useMembers(partnership.id);
  const [now] = useState(() => new Date());
  const obstacle = obstacleFor(decision, partnership.me, now);
  if (obstacle === undefined) return null;
  const seat = decision.seats.find(({ partnerId }) => partnerId === partnership.me.partnerId);
  const names = (members.data?.items ?? [])
    .filter(({ id }) => seat?.delegates.includes(id) === true)
    .map(({ name }) => name)
    .join(", ");
  return <p>{t(`vote.obstacle.${obstacle}`, { names })}</p>;
}
