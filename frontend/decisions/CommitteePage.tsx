import { Button, Group, TextInput } from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import type { Rule } from "../../domain/decisions/rule.ts";
import type { Committee } from "../../domain/decisions/wire.ts";
import type { Member, Partnership } from "../../domain/partnerships/wire.ts";
import { useMembers, usePartnership } from "../partnerships/index.tsx";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { GovernanceChoice, type Chosen } from "./GovernanceChoice.tsx";
import { Preview } from "./Preview.tsx";
import { presets, ruleOf, usualOptions } from "./presets.ts";
import { RollFields } from "./RollFields.tsx";
import { firstSeats, isWeight, rollOf, seatsToSend, type SeatDraft } from "./roll-draft.ts";
import { RuleFields, type RuleDraft } from "./RuleFields.tsx";

/** Forms a committee: who decides, with what weight, by which rule, and what that rule does to each. */
export function CommitteePage() {
  const { id = "" } = useParams();
  const { t } = useTranslation(["decisions", "common"]);
  const partnership = usePartnership(id);
  const members = useMembers(id);
  const error = partnership.error ?? members.error;
  if (partnership.data !== undefined && members.data !== undefined) {
    return <CommitteeForm partnership={partnership.data} members={members.data.items} />;
  }
  return (
    <Page title={t("decisions:committee.title")}>
      {error === null ? (
        <Loading words={t("common:loading.page")} />
      ) : (
        <ErrorNotice error={error} />
      )}
    </Page>
  );
}

interface CommitteeFormProps {
  readonly partnership: Partnership;
  readonly members: readonly Member[];
}

interface NewCommittee {
  readonly name: string;
  readonly rule: Rule;
  readonly seats: readonly SeatDraft[];
}

function useFound(partnershipId: string) {
  const [query] = useSearchParams();
  const navigate = useNavigate();
  return useSend(
    ({ name, rule, seats }: NewCommittee) =>
      api.post<Committee>(`/partnerships/${partnershipId}/committees`, {
        name,
        rule,
        roll: seatsToSend(seats),
      }),
    {
      outdates: () => [`/partnerships/${partnershipId}`],
      onDone: ({ id }) => {
        const agreement = query.get("agreement");
        const next = new URLSearchParams({ committee: id });
        if (agreement !== null) {
          next.set("agreement", agreement);
          next.set("version", query.get("version") ?? "");
        }
        void navigate(
          agreement === null
            ? `/partnerships/${partnershipId}`
            : `/partnerships/${partnershipId}/decisions/new?${next.toString()}`,
        );
      },
    },
  );
}

const firstDraft: RuleDraft = {
  preset: "majority",
  conditions: presets.majority,
  options: usualOptions,
  given: {},
};

function useForm({ partnership, members }: CommitteeFormProps) {
  const [name, setName] = useState("");
  const [draft, setDraft] = useState(firstDraft);
  const [seats, setSeats] = useState(() => firstSeats(partnership, members));
  const [isChecked, setChecked] = useState(false);
  const found = useFound(partnership.id);
  const rule = ruleOf(draft.conditions, draft.options, draft.given);
  const roll = rollOf(seats);
  const areWeights = seats.every(({ weight }) => isWeight(weight));
  const isNameless = name.trim() === "";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (rule === undefined || roll.length === 0 || !areWeights || isNameless) return;
    found.mutate({ name: name.trim(), rule, seats });
  };
  const takeOver = (chosen: Chosen): void => {
    setDraft(chosen.draft);
    const weigh = (seat: SeatDraft): string => chosen.weights[seat.partnerId] ?? seat.weight;
    setSeats(seats.map((seat) => ({ ...seat, weight: weigh(seat) })));
  };
  const isLacking = isChecked && isNameless;
  return {
    name,
    setName,
    draft,
    setDraft,
    seats,
    setSeats,
    found,
    rule,
    roll,
    submit,
    takeOver,
    isLacking,
  };
}

function CommitteeForm(props: CommitteeFormProps) {
  const { partnership, members } = props;
  const { t } = useTranslation(["decisions", "common"]);
  const form = useForm(props);
  const home = `/partnerships/${partnership.id}`;
  return (
    <Page
      title={t("decisions:committee.title")}
      lead={t("decisions:committee.lead")}
      back={{ to: home, label: partnership.name }}
    >
      <form onSubmit={form.submit} noValidate className="form-grid">
        <div className="form-grid__main">
          <TextInput
            label={t("decisions:committee.name")}
            description={t("decisions:committee.nameHelp")}
            value={form.name}
            maxLength={200}
            error={form.isLacking ? t("decisions:committee.nameMissing") : undefined}
            onChange={(event) => form.setName(event.currentTarget.value)}
          />
          <GovernanceChoice partnershipId={partnership.id} onChoose={form.takeOver} />
          <RuleFields draft={form.draft} onChange={form.setDraft} />
          <RollFields
            partnership={partnership}
            members={members}
            seats={form.seats}
            onChange={form.setSeats}
          />
          <ErrorNotice error={form.found.error} />
          <Group>
            <Button type="submit" loading={form.found.isPending}>
              {t("decisions:committee.submit")}
            </Button>
            <Button component={Link} to={home} variant="default">
              {t("common:actions.cancel")}
            </Button>
          </Group>
        </div>
        <div className="form-grid__side">
          <Preview rule={form.rule} roll={form.roll} partnership={partnership} />
        </div>
      </form>
    </Page>
  );
}
