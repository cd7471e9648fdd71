import { Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm, type UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { sectors, type Partner, type Partnership } from "../../domain/partnerships/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { countries } from "./countries.ts";

interface NewPartnerProps {
  readonly partnership: Partnership;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

interface PartnerFields {
  readonly name: string;
  readonly sector: string | null;
  readonly country: string | null;
  readonly registration: string;
  readonly actFor: boolean;
}

/** Adds an organisation to the partnership. */
export function NewPartner({ partnership, isOpen, onClose }: NewPartnerProps) {
  const { t } = useTranslation("partnerships");
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t("people.partnerForm.title")}>
      <NewPartnerForm partnership={partnership} onClose={onClose} />
    </Dialog>
  );
}

function NewPartnerForm({ partnership, onClose }: Omit<NewPartnerProps, "isOpen">) {
  const { t } = useTranslation(["partnerships", "common"]);
  const isFree = partnership.me.partnerId === null;
  const form = useForm<PartnerFields>({
    initialValues: {
      name: "",
      sector: null,
      country: "FR",
      registration: "",
      actFor: isFree && partnership.partners.length === 0,
    },
    validate: {
      name: (value) =>
        value.trim() === "" ? t("partnerships:people.partnerForm.nameMissing") : null,
      sector: (value) =>
        value === null ? t("partnerships:people.partnerForm.sectorMissing") : null,
    },
  });
  const path = `/partnerships/${partnership.id}`;
  const add = useSend((input: PartnerFields) => api.post<Partner>(`${path}/partners`, input), {
    outdates: () => [path, "/partnerships"],
    onDone: onClose,
  });
  const name = form.values.name.trim();
  return (
    <form noValidate onSubmit={form.onSubmit((values) => add.mutate(values))}>
      <Stack gap="md">
        <Identity form={form} />
        {isFree && (
          <Checkbox
            label={t("partnerships:people.partnerForm.mine")}
            description={t("partnerships:people.partnerForm.mineHelp")}
            {...form.getInputProps("actFor", { type: "checkbox" })}
          />
        )}
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

function Identity({ form }: { readonly form: UseFormReturnType<PartnerFields> }) {
  const { t, i18n } = useTranslation(["partnerships", "common"]);
  return (
    <>
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
    </>
  );
}
