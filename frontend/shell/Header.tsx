import {
  ActionIcon,
  Burger,
  Button,
  Drawer,
  Kbd,
  Text,
  Tooltip,
  UnstyledButton,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation } from "react-router";
import type { Account } from "../../domain/identity/wire.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { AccountMenu } from "./AccountMenu.tsx";
import { LanguageSwitch } from "./LanguageSwitch.tsx";
import { PartnershipSwitch } from "./PartnershipSwitch.tsx";
import { usePlaces } from "./places.ts";

interface HeaderProps {
  readonly account: Account | null | undefined;
  readonly here: Partnership | undefined;
}

/** Where one is, where one can go, who one is. */
export function Header({ account, here }: HeaderProps) {
  const { t } = useTranslation();
  const [isMenuOpen, menu] = useDisclosure(false);
  const { pathname } = useLocation();
  const { close } = menu;
  useEffect(close, [pathname, close]);
  return (
    <header className="site-header">
      <div className="site-header__row">
        <Link className="brand" to="/">
          <img src="/entente.svg" width={28} height={28} alt="" />
          <span>{t("appName")}</span>
        </Link>
        {account && <PartnershipSwitch here={here} />}
        <nav className="site-nav" aria-label={t("nav.main")}>
          <Places account={account} here={here} />
        </nav>
        <div className="site-header__side">
          {account && <CommandsButton />}
          <span className={account ? "not-on-phone" : ""}>
            <LanguageSwitch />
          </span>
          {account && <AccountMenu account={account} />}
          {account === null && (
            <Button
              component={Link}
              to="/sign-in"
              size="sm"
              variant="default"
              className="wide-only"
            >
              {t("nav.signIn")}
            </Button>
          )}
          <Burger
            className="site-header__burger"
            opened={isMenuOpen}
            onClick={menu.toggle}
            aria-label={t("nav.menu")}
          />
        </div>
      </div>
      <SiteMenu account={account} here={here} isOpen={isMenuOpen} onClose={close} />
    </header>
  );
}

interface SiteMenuProps extends HeaderProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

function SiteMenu({ account, here, isOpen, onClose }: SiteMenuProps) {
  const { t } = useTranslation();
  return (
    <Drawer.Root
      opened={isOpen}
      onClose={onClose}
      position="right"
      size="xs"
      transitionProps={{ duration: 120 }}
    >
      <Drawer.Overlay backgroundOpacity={0.35} />
      <Drawer.Content>
        <Drawer.Body>
          <div className="drawer-nav__head">
            <Drawer.Title>{t("nav.menu")}</Drawer.Title>
            <Drawer.CloseButton size="lg" aria-label={t("actions.close")} />
          </div>
          <nav className="drawer-nav" aria-label={t("nav.main")}>
            {here && <Text className="drawer-nav__here">{here.name}</Text>}
            <Places account={account} here={here} />
            {account === null && <NavLink to="/sign-in">{t("nav.signIn")}</NavLink>}
            <div className="drawer-nav__language">
              <LanguageSwitch />
            </div>
          </nav>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Places({ account, here }: HeaderProps) {
  const places = usePlaces({ isSignedIn: Boolean(account), here });
  return places.map((place) => (
    <NavLink key={place.to} to={place.to} end={place.isExact}>
      {place.label}
    </NavLink>
  ));
}

function CommandsButton() {
  const { t } = useTranslation();
  return (
    <>
      <UnstyledButton className="commands-button wide-only" onClick={spotlight.open}>
        <IconSearch size={16} aria-hidden />
        <span>{t("commands.open")}</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </UnstyledButton>
      <Tooltip label={t("commands.open")}>
        <ActionIcon
          className="narrow-only"
          variant="subtle"
          size={44}
          aria-label={t("commands.open")}
          onClick={spotlight.open}
        >
          <IconSearch size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
