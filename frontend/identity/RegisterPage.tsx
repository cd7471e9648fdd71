import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import type { Account } from "../../domain/identity/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { looksLikeEmail, SHORTEST_PASSWORD } from "./fields.ts";
import { Gate } from "./Gate.tsx";
import { safeNext, useAccount, useSession } from "./session.ts";

interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** Create an account in the language of the screens. */
export function RegisterPage() {
  const { t } = useTranslation("identity");
  const [search] = useSearchParams();
  const account = useAccount();
  if (account) return <Navigate to={safeNext(search.get("next"))} replace />;
  return (
    <Gate title={t("register.title")} lead={t("register.lead")}>
      <RegisterForm />
      <Text mt="lg" size="sm" c="dimmed">
        {t("register.hasAccount")}{" "}
        <Anchor component={Link} to={`/sign-in?${search.toString()}`} inherit>
          {t("register.signIn")}
        </Anchor>
      </Text>
    </Gate>
  );
}

function RegisterForm() {
  const { t, i18n } = useTranslation("identity");
  const [search] = useSearchParams();
  const { begin } = useSession();
  const form = useForm<NewAccount>({
    initialValues: { name: "", email: search.get("email") ?? "", password: "" },
    validate: {
      name: (value) => (value.trim() === "" ? t("problems.name") : null),
      email: (value) => (looksLikeEmail(value) ? null : t("problems.email")),
      password: (value) => (value.length < SHORTEST_PASSWORD ? t("problems.password") : null),
    },
  });
  const register = useSend(
    (input: NewAccount) =>
      api.post<{ account: Account }>("/auth/register", { ...input, locale: i18n.language }),
    {
      onDone: ({ account }) => begin(account),
    },
  );
  return (
    <form noValidate onSubmit={form.onSubmit((values) => register.mutate(values))}>
      <Stack gap="md" mt="lg">
        <TextInput
          label={t("register.name")}
          description={t("register.nameHelp")}
          autoComplete="name"
          {...form.getInputProps("name")}
        />
        <TextInput
          label={t("signIn.email")}
          type="email"
          autoComplete="username"
          {...form.getInputProps("email")}
        />
        <PasswordInput
          label={t("signIn.password")}
          description={t("register.passwordHelp")}
          visibilityToggleButtonProps={{ "aria-label": t("signIn.reveal") }}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        <ErrorNotice error={register.error} />
        <Button type="submit" loading={register.isPending} fullWidth>
          {t("register.submit")}
        </Button>
      </Stack>
    </form>
  );
}
