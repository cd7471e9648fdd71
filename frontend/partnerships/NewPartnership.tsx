import { Button, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Opens a partnership; the creator becomes its coordinator and arrives at its home. */
export function NewPartnership({ isOpen, onClose }: DialogProps) {
  const { t } = useTranslation("partnerships");
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("create.title")}>
      <Text c="dimmed" size="sm" mb="md">
        {t("create.text")}
      </Text>
      <NewPartnershipForm onClose={onClose} />
    </Dialog>
  );
}

function NewPartnershipForm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation(["partnerships", "common"]);
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: "", purpose: "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("partnerships:create.nameMissing") : null),
    },
  });
  const create = useSend(
    (input: { name: string; purpose: string }) => api.post<Partnership>("/partnerships", input),
    {
      outdates: () => ["/partnerships"],
      onDone: (partnership) => void navigate(`/partnerships/${partnership.id}`),
    },
  );
  return (
    <form noValidate onSubmit={form.onSubmit((values) => create.mutate(values))}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={t("partnerships:create.name")}
          description={t("partnerships:create.nameHelp")}
          {...form.getInputProps("name")}
        />
        <Textarea
          label={t("partnerships:create.purpose")}
          description={t("partnerships:create.purposeHelp")}
          autosize
          minRows={2}
          {...form.getInputProps("purpose")}
        />
        <ErrorNotice error={create.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common:actions.cancel")}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t("partnerships:create.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
