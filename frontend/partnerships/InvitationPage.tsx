import { Anchor, Button, Group, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";
import type { z } from "zod";
import type { Account } from "../../domain/identity/wire.ts";
import type { invitationPreviewSchema, Member } from "../../domain/partnerships/wire.ts";
import { Gate, useAccount, useSession } from "../identity/index.tsx";
import { api } from "../platform/api.ts";
import { useResource, useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Time } from "../ui/Time.tsx";

type Preview = z.output<typeof invitationPreviewSchema>;

/** What an invitation offers, and its acceptance by the invited person. */
export function InvitationPage() {
  const { token = "" } = useParams();
  const { t } = useTranslation(["identity", "common"]);
  const { data: preview, error } = useResource<Preview>(`/invitations/${token}`);
  const account = useAccount();
  if (error !== null) {
    return (
      <Gate title={t("common:nav.partnerships")}>
        <Stack mt="lg">
          <ErrorNotice error={error} />
          <Anchor component={Link} to="/">
            {t("common:notFound.home")}
          </Anchor>
        </Stack>
      </Gate>
    );
  }
  if (preview === undefined || account === undefined) {
    return <Loading words={t("common:loading.page")} />;
  }
  return (
    <Gate
      title={t("identity:invitation.title", { partnership: preview.partnershipName })}
      lead={t("identity:invitation.text", { partner: preview.partnerName })}
    >
      <Offer preview={preview} />
      {account === null ? <Arrive token={token} /> : <Accept token={token} account={account} />}
    </Gate>
  );
}

function Offer({ preview }: { readonly preview: Preview }) {
  const { t } = useTranslation(["identity", "common"]);
  return (
    <Stack gap="xs" mt="lg">
      <Text>{t("identity:invitation.roles")}</Text>
      <List withPadding>
        {preview.roles.map((role) => (
          <List.Item key={role}>
            {t(`common:role.${role}`)} — {t(`common:roleDoes.${role}`)}
          </List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        {t("identity:invitation.hint", { email: preview.emailHint })}{" "}
        {t("identity:invitation.until")} <Time at={preview.expiresAt} as="date" />.
      </Text>
    </Stack>
  );
}

function Arrive({ token }: { readonly token: string }) {
  const { t } = useTranslation("identity");
  const next = `?next=${encodeURIComponent(`/invitations/${token}`)}`;
  return (
    <Stack mt="lg" gap="md">
      <Text>{t("invitation.needAccount")}</Text>
      <Group>
        <Button component={Link} to={`/register${next}`}>
          {t("register.submit")}
        </Button>
        <Button component={Link} to={`/sign-in${next}`} variant="default">
          {t("signIn.submit")}
        </Button>
      </Group>
    </Stack>
  );
}

function Accept({ token, account }: { readonly token: string; readonly account: Account }) {
  const { t } = useTranslation("identity");
  const navigate = useNavigate();
  const { end } = useSession();
  const accept = useSend(
    () => api.post<Member & { partnershipId: string }>(`/invitations/${token}/accept`),
    {
      outdates: () => ["/partnerships"],
      onDone: ({ partnershipId }) =>
        void navigate(`/partnerships/${partnershipId}`, { replace: true }),
    },
  );
  return (
    <Stack mt="lg" gap="md">
      <ErrorNotice error={accept.error} />
      <Group>
        <Button loading={accept.isPending} onClick={() => accept.mutate(undefined)}>
          {t("invitation.acceptAs", { name: account.name })}
        </Button>
        <Button variant="subtle" onClick={() => void end("/auth/logout")}>
          {t("invitation.another")}
        </Button>
      </Group>
    </Stack>
  );
}
