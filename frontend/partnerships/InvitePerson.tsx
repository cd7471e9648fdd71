import {
  Button,
  Checkbox,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useTranslation } from "react-i18next";
import { roles, type Invitation, type Partnership } from "../../domain/partnerships/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { Dialog } from "../ui/Dialog.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";

interface InvitePersonProps {
  readonly partnership: Partnership;
  /** The organisation to start with; "" for none chosen yet; undefined while the dialog is closed. */
  readonly partnerId: string | undefined;
  readonly onClose: () => void;
}

interface InvitationFields {
  readonly email: string;
  readonly partnerId: string | null;
  readonly roles: string[];
  readonly locale: string;
}

/** Invites somebody by e-mail to act for an organisation, with roles. */
export function InvitePerson({ partnership, partnerId, onClose }: InvitePersonProps) {
  const { t } = useTranslation("partnerships");
  return (
    <Dialog isOpen={partnerId !== undefined} onClose={onClose} title={t("people.inviteForm.title")}>
      {partnerId !== undefined && (
        <InviteForm partnership={partnership} partnerId={partnerId} onClose={onClose} />
      )}
    </Dialog>
  );
}

function useInvite(partnership: Partnership, onClose: () => void) {
  const { t } = useTranslation("partnerships");
  const path = `/partnerships/${partnership.id}/invitations`;
  return useSend((input: InvitationFields) => api.post<Invitation>(path, input), {
    outdates: () => [path],
    onDone: (_, { email }) => {
      notifications.show({ message: t("people.inviteForm.sent", { email }) });
      onClose();
    },
  });
}

function InviteForm({ partnership, partnerId, onClose }: InvitePersonProps) {
  const { t, i18n } = useTranslation(["partnerships", "common"]);
  const form = useForm<InvitationFields>({
    initialValues: {
      email: "",
      partnerId: partnerId === "" ? null : (partnerId ?? null),
      roles: ["lead", "committee"],
      locale: i18n.language,
    },
    validate: {
      email: (value) =>
        /^\S+@\S+\.\S+$/.test(value.trim()) ? null : t("partnerships:people.inviteForm.emailWrong"),
      partnerId: (value) =>
        value === null ? t("partnerships:people.inviteForm.partnerMissing") : null,
      roles: (value) =>
        value.length === 0 ? t("partnerships:people.inviteForm.rolesMissing") : null,
    },
  });
  const invite = useInvite(partnership, onClose);
  return (
    <form noValidate onSubmit={form.onSubmit((values) => invite.mutate(values))}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          type="email"
          label={t("partnerships:people.inviteForm.email")}
          {...form.getInputProps("email")}
        />
        <Select
          label={t("partnerships:people.inviteForm.partner")}
          data={partnership.partners.map(({ id, name }) => ({ value: id, label: name }))}
          allowDeselect={false}
          {...form.getInputProps("partnerId")}
        />
        <RoleChoice {...form.getInputProps("roles")} />
        <LanguageChoice {...form.getInputProps("locale")} />
        <ErrorNotice error={invite.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common:actions.cancel")}
          </Button>
          <Button type="submit" loading={invite.isPending}>
            {t("partnerships:people.inviteForm.submit")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface ChoiceProps<Value> {
  readonly value?: Value;
  readonly onChange?: (value: Value) => void;
}

function RoleChoice(props: ChoiceProps<string[]> & { readonly error?: string }) {
  const { t } = useTranslation(["partnerships", "common"]);
  return (
    <Checkbox.Group label={t("partnerships:people.inviteForm.roles")} {...props}>
      <Stack gap={10} mt={6} mb={6}>
        {roles.map((role) => (
          <Checkbox
            key={role}
            value={role}
            label={t(`common:role.${role}`)}
            description={t(`common:roleDoes.${role}`)}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}

function LanguageChoice({ value, onChange }: ChoiceProps<string>) {
  const { t } = useTranslation(["partnerships", "common"]);
  return (
    <div>
      <Text fw={500} mb={4} id="invitation-language">
        {t("partnerships:people.inviteForm.language")}
      </Text>
      <SegmentedControl
        aria-labelledby="invitation-language"
        data={[
          { value: "fr", label: t("common:language.fr") },
          { value: "en", label: t("common:language.en") },
        ]}
        {...(value === undefined ? {} : { value })}
        {...(onChange === undefined ? {} : { onChange })}
      />
    </div>
  );
}
