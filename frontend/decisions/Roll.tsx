import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { partnerOf, useMembers } from "../partnerships/index.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { StateMark, type Tone } from "../ui/StateMark.tsx";
import type { DecisionParts } from "./parts.ts";

type Seat = DecisionView["seats"][number];

/** Who is on the roll, and who has voted. */
export function Roll({ decision, partnership }: DecisionParts) {
  const { t } = useTranslation("decisions");
  const members = useMembers(partnership.id).data?.items ?? [];
  const isWeighted = new Set(decision.seats.map(({ weight }) => weight)).size > 1;
  const namesOf = ({ delegates }: Seat): string =>
    delegates
      .map((id) => members.find((member) => member.id === id)?.name)
      .filter((name) => name !== undefined)
      .join(", ");
  return (
    <section className="card" aria-label={t("roll.title")}>
      <Title order={2}>{t("roll.title")}</Title>
      <ul className="plain-list">
        {decision.seats.map((seat) => {
          const partner = partnerOf(partnership, seat.partnerId);
          const names = namesOf(seat);
          return (
            <li key={seat.partnerId} className="seat">
              <PartnerBadge name={partner?.name ?? seat.partnerId} color={partner?.color ?? 0} />
              <SeatState seat={seat} state={decision.state} />
              <div className="seat__note">
                {isWeighted && `${t("roll.weight", { weight: seat.weight })} · `}
                {names === "" ? t("roll.anyMember") : t("roll.delegates", { names })}
                {seat.comment !== null && seat.comment !== "" && (
                  <div className="pre-line">{t("vote.said", { comment: seat.comment })}</div>
                )}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const tones: Record<NonNullable<Seat["choice"]>, Tone> = {
  for: "good",
  against: "bad",
  abstain: "plain",
};

interface SeatStateProps {
  readonly seat: Seat;
  readonly state: DecisionView["state"];
}

function SeatState({ seat, state }: SeatStateProps) {
  const { t } = useTranslation("decisions");
  if (seat.isSuspended) return <StateMark tone="plain">{t("roll.suspended")}</StateMark>;
  if (seat.isRecused) return <StateMark tone="plain">{t("roll.recused")}</StateMark>;
  if (seat.choice !== null) {
    return <StateMark tone={tones[seat.choice]}>{t(`choice.${seat.choice}`)}</StateMark>;
  }
  if (seat.hasVoted) return <StateMark tone="good">{t("roll.voted")}</StateMark>;
  if (state === "draft" || state === "withdrawn") return null;
  return (
    <StateMark tone={state === "open" ? "wait" : "plain"}>
      {t(state === "open" ? "roll.notYet" : "roll.didNot")}
    </StateMark>
  );
}
