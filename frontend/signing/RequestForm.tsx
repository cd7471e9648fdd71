import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  NativeSelect,
  Radio,
  Stack,
  TextInput,
} from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Member, Partnership } from "../../domain/partnerships/wire.ts";
import { signingOrders, type SigningOrder } from "../../domain/signing/request.ts";
import type { SignatureRequestView } from "../../domain/signing/wire.ts";
import { partnerOf } from "../partnerships/index.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { Section } from "../ui/Page.tsx";
import { signersOf, type Choice } from "./choices.ts";
import { useRequestSignatures } from "./queries.ts";

interface RequestFormProps {
  readonly agreementId: string;
  readonly version: number;
  readonly partnership: Partnership;
  readonly members: readonly Member[];
  readonly choices: readonly Choice[];
  readonly onDone: (request: SignatureRequestView) => void;
}

/** Names one signatory for each party, and the order in which they sign. */
export function RequestForm(props: RequestFormProps) {
  const { agreementId, version, partnership, members, onDone } = props;
  const { t } = useTranslation(["signing", "common"]);
  const [choices, setChoices] = useState(props.choices);
  const [order, setOrder] = useState<SigningOrder>("parallel");
  const [isChecked, setChecked] = useState(false);
  const request = useRequestSignatures(agreementId, onDone);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (choices.some(({ memberId }) => memberId === "")) return;
    const signatories = choices.map(({ memberId, authority }) => ({
      memberId,
      authority: authority.trim(),
    }));
    request.mutate({ version, order, signatories });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Section title={t("signing:ask.who")}>
        <ol className="rows sheet">
          {choices.map((choice, index) => (
            <ChoiceRow
              key={choice.partnerId}
              choice={choice}
              partnership={partnership}
              people={signersOf(members, choice.partnerId)}
              isChecked={isChecked}
              onChange={(changed) => setChoices(choices.with(index, changed))}
              {...(order === "sequential" && index > 0
                ? { onUp: () => setChoices(raised(choices, index)) }
                : {})}
            />
          ))}
        </ol>
      </Section>
      <Stack>
        <OrderChoice order={order} onChange={setOrder} />
        <p className="quiet">{t("signing:ask.afterwards")}</p>
        <ErrorNotice error={request.error} />
        <Group>
          <Button type="submit" loading={request.isPending}>
            {t("signing:ask.submit")}
          </Button>
          <Button component={Link} to={`/agreements/${agreementId}`} variant="default">
            {t("common:actions.cancel")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface OrderChoiceProps {
  readonly order: SigningOrder;
  readonly onChange: (order: SigningOrder) => void;
}

function OrderChoice({ order, onChange }: OrderChoiceProps) {
  const { t } = useTranslation("signing");
  return (
    <Radio.Group
      label={t("ask.order")}
      value={order}
      onChange={(value) => onChange(signingOrders.find((one) => one === value) ?? "parallel")}
    >
      <Stack gap="xs" mt="xs">
        {signingOrders.map((one) => (
          <Radio key={one} value={one} size="md" label={t(`ask.${one}`)} />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function raised(choices: readonly Choice[], index: number): readonly Choice[] {
  const [above, moved] = [choices[index - 1], choices[index]];
  if (above === undefined || moved === undefined) return choices;
  return choices.with(index - 1, moved).with(index, above);
}

interface ChoiceRowProps {
  readonly choice: Choice;
  readonly partnership: Partnership;
  readonly people: readonly Member[];
  readonly isChecked: boolean;
  readonly onChange: (choice: Choice) => void;
  readonly onUp?: () => void;
}

function ChoiceRow(props: ChoiceRowProps) {
  const { choice, partnership, people, isChecked, onChange, onUp } = props;
  const { t } = useTranslation("signing");
  const partner = partnerOf(partnership, choice.partnerId);
  const name = partner?.name ?? choice.partnerId;
  return (
    <li className="roll-row">
      <div className="roll-row__head">
        <PartnerBadge name={name} color={partner?.color ?? 0} />
        {onUp !== undefined && (
          <ActionIcon variant="default" aria-label={t("ask.before", { name })} onClick={onUp}>
            <IconArrowUp size={16} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {people.length === 0 ? (
        <p className="quiet">
          {t("ask.nobody")}{" "}
          <Anchor component={Link} to={`/partnerships/${partnership.id}/people`}>
            {t("ask.invite")}
          </Anchor>
        </p>
      ) : (
        <NativeSelect
          size="md"
          label={t("ask.signatoryFor", { partner: name })}
          value={choice.memberId}
          description={
            choice.named === "" ? undefined : t("ask.named", { signatory: choice.named })
          }
          error={isChecked && choice.memberId === "" ? t("ask.signatoryMissing") : undefined}
          data={people.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(event) => onChange({ ...choice, memberId: event.currentTarget.value })}
        />
      )}
      <TextInput
        label={t("ask.authority")}
        aria-label={t("ask.authorityFor", { partner: name })}
        description={t("ask.authorityHelp")}
        value={choice.authority}
        maxLength={200}
        onChange={(event) => onChange({ ...choice, authority: event.currentTarget.value })}
      />
    </li>
  );
}
