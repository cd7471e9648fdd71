import {
  Button,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  useMantineColorScheme,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Account, Locale } from "../../domain/identity/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Page, Section } from "../ui/Page.tsx";
import { useOwnAccount, useSession } from "./session.ts";

interface AccountPageProps {
  /** Changes the language of the screens; the page keeps it in the account. */
  readonly onLanguage: (language: Locale) => Promise<void>;
}

/** One's own account: name, language, appearance, sessions. */
export function AccountPage({ onLanguage }: AccountPageProps) {
  const { t } = useTranslation("identity");
  return (
    <Page title={t("account.title")} width="narrow">
      <Section title={t("account.profile")}>
        <Profile onLanguage={onLanguage} />
      </Section>
      <Section title={t("account.appearance")}>
        <Appearance />
      </Section>
      <Section title={t("account.sessions")}>
        <Sessions />
      </Section>
    </Page>
  );
}

function Profile({ onLanguage }: AccountPageProps) {
  const { t } = useTranslation(["identity", "common"]);
  const account = useOwnAccount();
  const { change } = useSession();
  const form = useForm({
    initialValues: { name: account.name, locale: account.locale },
    validate: {
      name: (value) => (value.trim() === "" ? t("identity:problems.name") : null),
    },
  });
  const save = useSend(
    (input: { name: string; locale: Locale }) => api.patch<Account>("/auth/me", input),
    {
      onDone: (saved) => {
        change(saved);
        void onLanguage(saved.locale);
      },
    },
  );
  return (
    <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values))}>
      <Stack gap="md" maw={440}>
        <TextInput
          label={t("identity:account.name")}
          autoComplete="name"
          {...form.getInputProps("name")}
        />
        <TextInput label={t("identity:account.email")} value={account.email} readOnly />
        <div>
          <Text size="md" fw={500} mb={4} id="account-language">
            {t("identity:account.language")}
          </Text>
          <SegmentedControl
            aria-labelledby="account-language"
            data={[
              { value: "fr", label: t("common:language.fr") },
              { value: "en", label: t("common:language.en") },
            ]}
            {...form.getInputProps("locale")}
          />
        </div>
        <ErrorNotice error={save.error} />
        <Button type="submit" loading={save.isPending} style={{ alignSelf: "flex-start" }}>
          {t("common:actions.save")}
        </Button>
        <output className="quiet">{save.isSuccess ? t("identity:account.saved") : ""}</output>
      </Stack>
    </form>
  );
}

function Appearance() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label={t("colors.label")}
      value={colorScheme}
      onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
      data={[
        { value: "light", label: t("colors.light") },
        { value: "dark", label: t("colors.dark") },
        { value: "auto", label: t("colors.auto") },
      ]}
    />
  );
}

function Sessions() {
  const { t } = useTranslation("identity");
  const { end } = useSession();
  const navigate = useNavigate();
  const endAll = useSend(() => end("/auth/logout-everywhere"), {
    onDone: () => void navigate("/sign-in", { replace: true }),
  });
  return (
    <Stack align="flex-start" gap="md">
      <Text maw="60ch">{t("account.sessionsText")}</Text>
      <ErrorNotice error={endAll.error} />
      <Button variant="default" loading={endAll.isPending} onClick={() => endAll.mutate(undefined)}>
        {t("account.endAll")}
      </Button>
    </Stack>
  );
}
