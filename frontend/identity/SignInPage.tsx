import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useSearchParams } from "react-router";
import type { Account } from "../../domain/identity/wire.ts";
import { api } from "../platform/api.ts";
import { useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { looksLikeEmail } from "./fields.ts";
import { Gate } from "./Gate.tsx";
import { safeNext, useAccount, useSession } from "./session.ts";

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Sign in, then go on to where one was going. */
export function SignInPage() {
  const { t } = useTranslation("identity");
  const [search] = useSearchParams();
  const account = useAccount();
  const { begin } = useSession();
  const form = useForm<Credentials>({
    initialValues: { email: search.get("email") ?? "", password: "" },
    validate: {
      email: (value) => (looksLikeEmail(value) ? null : t("problems.email")),
      password: (value) => (value === "" ? t("problems.passwordEmpty") : null),
    },
  });
  const signIn = useSend(
    (input: Credentials) => api.post<{ account: Account }>("/auth/login", input),
    {
      onDone: ({ account }) => begin(account),
    },
  );
  if (account) return <Navigate to={safeNext(search.get("next"))} replace />;
  return (
    <Gate title={t("signIn.title")} lead={t("signIn.lead")}>
      <form noValidate onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
        <Stack gap="md" mt="lg">
          <TextInput
            label={t("signIn.email")}
            type="email"
            autoComplete="username"
            {...form.getInputProps("email")}
          />
          <PasswordInput
            label={t("signIn.password")}
            visibilityToggleButtonProps={{ "aria-label": t("signIn.reveal") }}
            autoComplete="current-password"
            {...form.getInputProps("password")}
          />
          <ErrorNotice error={signIn.error} />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {t("signIn.submit")}
          </Button>
        </Stack>
      </form>
      <Text mt="lg" size="sm" c="dimmed">
        {t("signIn.noAccount")}{" "}
        <Anchor component={Link} to={`/register?${search.toString()}`} inherit>
          {t("signIn.register")}
        </Anchor>
      </Text>
    </Gate>
  );
}
