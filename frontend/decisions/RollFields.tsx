import { ActionIcon, Anchor, Checkbox, NativeSelect, TextInput } from "@mantine/core";
import { IconArrowUp, IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Member, Partnership } from "../../domain/partnerships/wire.ts";
import { partnerOf } from "../partnerships/index.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { Section } from "../ui/Page.tsx";
import { committeeMembers, isWeight, movedUp, type SeatDraft } from "./roll-draft.ts";

interface RollFieldsProps {
  readonly partnership: Partnership;
  readonly members: readonly Member[];
  readonly seats: readonly SeatDraft[];
  readonly onChange: (seats: SeatDraft[]) => void;
}

/** Which partners vote, with what weight, through whom. */
export function RollFields({ partnership, members, seats, onChange }: RollFieldsProps) {
  const { t } = useTranslation("decisions");
  return (
    <Section title={t("committee.roll")}>
      <p className="quiet">{t("committee.rollHelp")}</p>
      <ul className="rows sheet">
        {seats.map((seat, index) => (
          <SeatRow
            key={seat.partnerId}
            seat={seat}
            partnership={partnership}
            people={committeeMembers(members, seat.partnerId)}
            onChange={(changed) => onChange(seats.with(index, changed))}
          />
        ))}
      </ul>
    </Section>
  );
}

interface SeatRowProps {
  readonly seat: SeatDraft;
  readonly partnership: Partnership;
  readonly people: readonly Member[];
  readonly onChange: (seat: SeatDraft) => void;
}

function SeatRow({ seat, partnership, people, onChange }: SeatRowProps) {
  const { t } = useTranslation("decisions");
  const partner = partnerOf(partnership, seat.partnerId);
  const name = partner?.name ?? seat.partnerId;
  return (
    <li className="roll-row">
      <div className="roll-row__head">
        <PartnerBadge name={name} color={partner?.color ?? 0} />
        <Checkbox
          label={t("committee.sits")}
          aria-label={t("committee.sitsFor", { partner: name })}
          checked={seat.isOn}
          onChange={(event) => onChange({ ...seat, isOn: event.currentTarget.checked })}
        />
      </div>
      {seat.isOn && (
        <>
          <TextInput
            label={t("committee.weight")}
            aria-label={t("committee.weightOf", { partner: name })}
            value={seat.weight}
            inputMode="numeric"
            w={120}
            error={isWeight(seat.weight) ? undefined : t("committee.weightWrong")}
            onChange={(event) => onChange({ ...seat, weight: event.currentTarget.value.trim() })}
          />
          <Delegates seat={seat} partner={name} people={people} onChange={onChange} />
          {people.length === 0 && (
            <p className="quiet">
              {t("committee.nobody", { partner: name })}{" "}
              <Anchor component={Link} to={`/partnerships/${partnership.id}/people`}>
                {t("committee.invite")}
              </Anchor>
            </p>
          )}
        </>
      )}
    </li>
  );
}

interface DelegatesProps extends Pick<SeatRowProps, "seat" | "people" | "onChange"> {
  readonly partner: string;
}

function Delegates({ seat, partner, people, onChange }: DelegatesProps) {
  const { t } = useTranslation("decisions");
  const { delegates } = seat;
  const rest = people.filter(({ id }) => !delegates.includes(id));
  const nameOf = (id: string): string => people.find((one) => one.id === id)?.name ?? id;
  return (
    <div>
      <ol className="delegates" aria-label={t("committee.delegatesOf", { partner })}>
        {delegates.map((id, index) => (
          <li key={id}>
            <span>{nameOf(id)}</span>
            {index > 0 && (
              <ActionIcon
                variant="subtle"
                aria-label={t("committee.rankUp", { name: nameOf(id) })}
                onClick={() => onChange({ ...seat, delegates: movedUp(delegates, index) })}
              >
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
            )}
            <ActionIcon
              variant="subtle"
              aria-label={t("committee.dismiss", { name: nameOf(id) })}
              onClick={() =>
                onChange({ ...seat, delegates: delegates.filter((other) => other !== id) })
              }
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </li>
        ))}
      </ol>
      {delegates.length === 0 && people.length > 0 && (
        <p className="quiet">{t("roll.anyMember")}</p>
      )}
      {rest.length > 0 && (
        <NativeSelect
          size="sm"
          aria-label={t("committee.addDelegateFor", { partner })}
          value=""
          data={[
            { value: "", label: t("committee.addDelegate") },
            ...rest.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) =>
            onChange({ ...seat, delegates: [...delegates, event.currentTarget.value] })
          }
        />
      )}
    </div>
  );
}
