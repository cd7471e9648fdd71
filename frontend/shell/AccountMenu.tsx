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
        <UnstyledButton className="account-button" title={account.name}>
          <span className="account-button__initials" aria-hidden>
            {initialsOf(account.name)}
          </span>
          <span className="visually-hidden">{t("nav.accountOf", { name: account.name })}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} c="var(--ink)">
            {account.name}
          </Text>
          <span style={{ overflowWrap: "anywhere" }}>{account.email}</span>
        </Menu.Label>
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
