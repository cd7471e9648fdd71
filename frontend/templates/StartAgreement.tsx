import { Button, Group, Input, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { worded, type TemplateSummary } from "./wire.ts";

interface StartAgreementProps {
  readonly partnership: Partnership;
  readonly template: TemplateSummary;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Starts an agreement from a template: its language and title; the partners become its parties. */
export function StartAgreement(props: StartAgreementProps) {
  const { t } = useTranslation("templates");
  return (
    <Dialog isOpen={props.isOpen} onClose={props.onClose} title={t("start.title")}>
      <StartForm {...props} />
    </Dialog>
  );
}

interface NewAgreement {
  readonly language: string;
  readonly title: string;
}

function useStart({ partnership, template }: StartAgreementProps) {
  const navigate = useNavigate();
  const path = `/partnerships/${partnership.id}/agreements`;
  return useSend(
    (input: NewAgreement) => api.post<{ id: string }>(path, { templateId: template.id, ...input }),
    { outdates: () => [path], onDone: ({ id }) => void navigate(`/agreements/${id}`) },
  );
}

function StartForm(props: StartAgreementProps) {
  const { partnership, template, onClose } = props;
  const { t, i18n } = useTranslation(["templates", "common"]);
  const spoken = template.languages.find((language) => language === i18n.language);
  const form = useForm<NewAgreement>({
    initialValues: {
      language: spoken ?? template.languages[0] ?? "fr",
      title: `${worded(template.title, i18n.language)} – ${partnership.name}`,
    },
    validate: {
      title: (value) => (value.trim() === "" ? t("templates:start.titleMissing") : null),
    },
  });
  const start = useStart(props);
  return (
    <form noValidate onSubmit={form.onSubmit((values) => start.mutate(values))}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={t("templates:start.name")}
          {...form.getInputProps("title")}
        />
        <LanguageChoice languages={template.languages} {...form.getInputProps("language")} />
        <Parties partnership={partnership} />
        <ErrorNotice error={start.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common:actions.cancel")}
          </Button>
          <Button type="submit" loading={start.isPending}>
            {t("templates:start.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface LanguageChoiceProps {
  readonly languages: readonly ("fr" | "en")[];
  readonly value?: string;
  readonly onChange?: (language: string) => void;
}

function LanguageChoice({ languages, ...input }: LanguageChoiceProps) {
  const { t } = useTranslation(["templates", "common"]);
  return (
    <Input.Wrapper
      label={t("templates:start.language")}
      description={t("templates:start.languageHelp")}
      labelElement="div"
    >
      <div style={{ marginTop: 6 }}>
        <SegmentedControl
          aria-label={t("templates:start.language")}
          data={languages.map((one) => ({ value: one, label: t(`common:language.${one}`) }))}
          {...input}
        />
      </div>
    </Input.Wrapper>
  );
}

function Parties({ partnership }: { readonly partnership: Partnership }) {
  const { t } = useTranslation("templates");
  return (
    <div>
      <Text fw={500}>{t("start.parties")}</Text>
      <Text size="sm" c="dimmed" mb={8}>
        {t("start.partiesHelp")}
      </Text>
      <Group gap="md">
        {partnership.partners.map((partner) => (
          <PartnerBadge key={partner.id} name={partner.name} color={partner.color} />
        ))}
      </Group>
    </div>
  );
}
