import {
  Anchor,
  Button,
  Group,
  NativeSelect,
  Stack,
  Textarea,
  TextInput,
  Title,
} from "@mantine/core";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { AgreementSummary } from "../../domain/agreements/wire.ts";
import type { Committee, DecisionView } from "../../domain/decisions/wire.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { partnerOf, useMembers } from "../partnerships/index.tsx";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { daysAhead, toInstant } from "./local-time.ts";
import type { Asked } from "./parts.ts";
import { useLanguage } from "./queries.ts";

const DEFAULT_DAYS = 7;

interface DecisionFormProps {
  readonly partnership: Partnership;
  readonly committees: readonly Committee[];
  readonly agreements: readonly AgreementSummary[];
  readonly asked: Asked & { readonly agreementId: string };
}

interface Fields {
  readonly committeeId: string;
  readonly agreementId: string;
  /** null: the title that follows the agreement's. */
  readonly title: string | null;
  readonly text: string;
  /** As `datetime-local` writes it; null: as soon as is usual and the rule allows. */
  readonly closesAt: string | null;
}

function useProposal({ partnership, committees, agreements, asked }: DecisionFormProps) {
  const { t } = useTranslation("decisions");
  const navigate = useNavigate();
  const [fields, setFields] = useState<Fields>(() => ({
    committeeId: asked.committeeId ?? committees.at(-1)?.id ?? "",
    agreementId: asked.agreementId,
    title: null,
    text: "",
    closesAt: null,
  }));
  const agreement = agreements.find(({ id }) => id === fields.agreementId);
  const latest = agreement?.latestVersion ?? 1;
  const isAsked = fields.agreementId === asked.agreementId && asked.version >= 1;
  const version = isAsked ? asked.version : latest;
  const title = fields.title ?? t("propose.titleOf", { title: agreement?.title ?? "" });
  const minDays =
    committees.find(({ id }) => id === fields.committeeId)?.rule.timing.minOpenDays ?? 0;
  // The rule counts whole days after the one on which the vote opens.
  const [now] = useState(() => new Date());
  const closing = fields.closesAt ?? daysAhead(now, Math.max(DEFAULT_DAYS, minDays + 1));
  const closesAt = toInstant(closing);
  const propose = useSend(
    () =>
      api.post<DecisionView>(`/partnerships/${partnership.id}/decisions`, {
        committeeId: fields.committeeId,
        title: title.trim(),
        text: fields.text.trim(),
        subject: { agreementId: fields.agreementId, version },
        closesAt,
      }),
    {
      outdates: () => [`/partnerships/${partnership.id}`, `/agreements/${fields.agreementId}`],
      onDone: ({ id }) => void navigate(`/decisions/${id}`),
    },
  );
  const change = (part: Partial<Fields>): void => setFields({ ...fields, ...part });
  return { fields, change, title, version, closing, closesAt, minDays, propose };
}

/** The question, the version it is about, the committee, and until when. */
export function DecisionForm(props: DecisionFormProps) {
  const { t } = useTranslation(["decisions", "common"]);
  const proposal = useProposal(props);
  const { fields, title, closesAt, propose } = proposal;
  const [isChecked, setChecked] = useState(false);
  const committee = props.committees.find(({ id }) => id === fields.committeeId);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (title.trim() !== "" && closesAt !== undefined) propose.mutate(undefined);
  };
  return (
    <form onSubmit={submit} noValidate className="form-grid">
      <div className="form-grid__main">
        <Subject {...props} {...proposal} />
        <NativeSelect
          size="md"
          label={t("decisions:propose.committee")}
          value={fields.committeeId}
          data={props.committees.map(({ id, name }) => ({ value: id, label: name }))}
          onChange={(event) => proposal.change({ committeeId: event.currentTarget.value })}
        />
        <QuestionFields {...proposal} isChecked={isChecked} />
        <ErrorNotice error={propose.error} />
        <Group>
          <Button type="submit" loading={propose.isPending}>
            {t("decisions:propose.submit")}
          </Button>
          <Button component={Link} to={`/partnerships/${props.partnership.id}`} variant="default">
            {t("common:actions.cancel")}
          </Button>
        </Group>
        <p className="quiet">{t("decisions:propose.afterwards")}</p>
      </div>
      <div className="form-grid__side">
        {committee !== undefined && (
          <Consulted committee={committee} partnership={props.partnership} />
        )}
      </div>
    </form>
  );
}

interface QuestionFieldsProps extends Pick<SubjectProps, "fields" | "change"> {
  readonly title: string;
  /** As the field shows it. */
  readonly closing: string;
  readonly closesAt: string | undefined;
  /** Shortest time that the rule asks for, in days. */
  readonly minDays: number;
  readonly isChecked: boolean;
}

function QuestionFields(props: QuestionFieldsProps) {
  const { fields, change, title, closing, closesAt, minDays, isChecked } = props;
  const { t } = useTranslation("decisions");
  const atLeast = minDays === 0 ? "" : ` ${t("propose.atLeast", { count: minDays })}`;
  return (
    <>
      <TextInput
        label={t("propose.name")}
        value={title}
        maxLength={200}
        error={isChecked && title.trim() === "" ? t("propose.nameMissing") : undefined}
        onChange={(event) => change({ title: event.currentTarget.value })}
      />
      <Textarea
        label={t("propose.text")}
        description={t("propose.textHelp")}
        value={fields.text}
        maxLength={20_000}
        autosize
        minRows={3}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <TextInput
        type="datetime-local"
        label={t("propose.closesAt")}
        description={t("propose.closesAtHelp") + atLeast}
        value={closing}
        error={isChecked && closesAt === undefined ? t("propose.closesAtMissing") : undefined}
        onChange={(event) => change({ closesAt: event.currentTarget.value })}
      />
    </>
  );
}

interface SubjectProps extends DecisionFormProps {
  readonly fields: Fields;
  readonly version: number;
  readonly change: (part: Partial<Fields>) => void;
}

function Subject({ agreements, asked, fields, version, change }: SubjectProps) {
  const { t } = useTranslation("decisions");
  const asks = agreements.length > 1 && !(asked.version >= 1);
  return (
    <Stack gap="xs">
      {asks ? (
        <NativeSelect
          size="md"
          label={t("propose.agreement")}
          value={fields.agreementId}
          data={agreements.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(event) => change({ agreementId: event.currentTarget.value, title: null })}
        />
      ) : null}
      <p style={{ margin: 0 }}>
        {t("propose.about", {
          title: agreements.find(({ id }) => id === fields.agreementId)?.title ?? "",
          number: version,
        })}{" "}
        <Anchor component={Link} to={`/agreements/${fields.agreementId}/versions/${version}`}>
          {t("propose.readIt")}
        </Anchor>
      </p>
    </Stack>
  );
}

interface ConsultedProps {
  readonly committee: Committee;
  readonly partnership: Partnership;
}

/** Who will be asked, and by which rule. */
function Consulted({ committee, partnership }: ConsultedProps) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const members = useMembers(partnership.id).data?.items ?? [];
  return (
    <>
      <section className="card" aria-label={t("propose.asked")}>
        <Title order={2}>{t("propose.asked")}</Title>
        <ul className="plain-list">
          {committee.roll.map(({ partnerId, delegates }) => {
            const partner = partnerOf(partnership, partnerId);
            const names = members.filter(({ id }) => delegates.includes(id)).map((one) => one.name);
            return (
              <li key={partnerId} className="seat">
                <PartnerBadge name={partner?.name ?? partnerId} color={partner?.color ?? 0} />
                <div className="seat__note">
                  {names.length === 0
                    ? t("roll.anyMember")
                    : t("roll.delegates", { names: names.join(", ") })}
                </div>
              </li>
            );
          })}
        </ul>
      </section>
      <section className="card" aria-label={t("rule.title")}>
        <Title order={2}>{t("rule.title")}</Title>
        <ul className="arithmetic">
          {committee.words[language].map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </section>
    </>
  );
}
