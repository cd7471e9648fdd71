import { Menu, Text, UnstyledButton } from "@mantine/core";
import { IconLogout, IconMail, IconUser } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { Account } from "../../domain/identity/wire.ts";
import { useSession } from "../identity/index.tsx";
import { initialsOf } from "../ui/PartnerBadge.tsx";

/** The person's own menu. */
export function AccountMenu({ account }: { readonly account: Account }) {
  const { t } = useTranslation();
  const { end } = useSession();
  const navigate = useNavigate();
  const signOut = async (): Promise<void> => {
    await end("/auth/logout");
    await navigate("/sign-in", { replace: true });
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton
          className="account-button"
          aria-label={t("nav.accountOf", { name: account.name })}
        >
          <span aria-hidden>{initialsOf(account.name)}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Text px="sm" pt={6} fw={600}>
          {account.name}
        </Text>
        <Text px="sm" pb={6} size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {account.email}
        </Text>
        <Menu.Divider />
        <Menu.Item component={Link} to="/account" leftSection={<IconUser size={16} aria-hidden />}>
          {t("nav.account")}
        </Menu.Item>
        {account.operator && (
          <Menu.Item component={Link} to="/outbox" leftSection={<IconMail size={16} aria-hidden />}>
            {t("nav.outbox")}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => void signOut()}
        >
          {t("nav.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
