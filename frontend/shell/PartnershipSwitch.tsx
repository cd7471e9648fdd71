import { Menu, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { usePartnerships } from "../partnerships/index.tsx";

/** Shows the partnership one is in and leads to the others. */
export function PartnershipSwitch({ here }: { readonly here: Partnership | undefined }) {
  const { t } = useTranslation();
  const { data } = usePartnerships();
  const others = data?.items ?? [];
  if (others.length === 0) return null;
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <UnstyledButton className="partnership-switch">
          <span className="visually-hidden">{t("nav.switchPartnership")} </span>
          <span className="partnership-switch__name">{here?.name ?? t("nav.allPartnerships")}</span>
          <IconChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {others.map((partnership) => (
          <Menu.Item
            key={partnership.id}
            component={Link}
            to={`/partnerships/${partnership.id}`}
            {...(partnership.id === here?.id ? { "aria-current": "page" as const } : {})}
          >
            {partnership.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} to="/">
          {t("nav.allPartnerships")}
        </Menu.Item>
        <Menu.Item component={Link} to="/?new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t("nav.newPartnership")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
