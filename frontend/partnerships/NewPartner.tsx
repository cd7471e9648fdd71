import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { sectors, type Partner } from "../../domain/partnerships/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { countries } from "./countries.ts";

interface NewPartnerProps {
  readonly partnershipId: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

interface PartnerFields {
  readonly name: string;
  readonly sector: string | null;
  readonly country: string | null;
  readonly registration: string;
}

/** Adds an organisation to the partnership. */
export function NewPartner({ partnershipId, isOpen, onClose }: NewPartnerProps) {
  const { t } = useTranslation("partnerships");
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("people.partnerForm.title")}>
      <NewPartnerForm partnershipId={partnershipId} onClose={onClose} />
    </Dialog>
  );
}

function NewPartnerForm({ partnershipId, onClose }: Omit<NewPartnerProps, "isOpen">) {
  const { t, i18n } = useTranslation(["partnerships", "common"]);
  const form = useForm<PartnerFields>({
    initialValues: { name: "", sector: null, country: "FR", registration: "" },
    validate: {
      name: (value) =>
        value.trim() === "" ? t("partnerships:people.partnerForm.nameMissing") : null,
      sector: (value) =>
        value === null ? t("partnerships:people.partnerForm.sectorMissing") : null,
    },
  });
  const add = useSend(
    (input: PartnerFields) => api.post<Partner>(`/partnerships/${partnershipId}/partners`, input),
    { outdates: () => [`/partnerships/${partnershipId}`, "/partnerships"], onDone: onClose },
  );
  const name = form.values.name.trim();
  return (
    <form noValidate onSubmit={form.onSubmit((values) => add.mutate(values))}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={t("partnerships:people.partnerForm.name")}
          {...form.getInputProps("name")}
        />
        <Select
          label={t("partnerships:people.partnerForm.sector")}
          data={sectors.map((sector) => ({ value: sector, label: t(`common:sector.${sector}`) }))}
          allowDeselect={false}
          {...form.getInputProps("sector")}
        />
        <Select
          label={t("partnerships:people.partnerForm.country")}
          data={countries(i18n.language)}
          searchable
          allowDeselect={false}
          {...form.getInputProps("country")}
        />
        <TextInput
          label={t("partnerships:people.partnerForm.registration")}
          description={t("partnerships:people.partnerForm.registrationHelp")}
          {...form.getInputProps("registration")}
        />
        <ErrorNotice error={add.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common:actions.cancel")}
          </Button>
          <Button type="submit" loading={add.isPending}>
            {name === ""
              ? t("partnerships:people.partnerForm.submitEmpty")
              : t("partnerships:people.partnerForm.submit", { name })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
