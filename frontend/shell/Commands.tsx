import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { IconArrowRight, IconKeyboard, IconLanguage, IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Account } from "../../domain/identity/wire.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { speak } from "../i18n/index.ts";
import { usePartnerships } from "../partnerships/index.tsx";
import { usePlaces } from "./places.ts";

interface CommandsProps {
  readonly account: Account | null | undefined;
  readonly here: Partnership | undefined;
  readonly onHelp: () => void;
}

/** Ctrl+K: every place and every act of the shell, by typing its name. */
export function Commands({ account, here, onHelp }: CommandsProps) {
  const { t } = useTranslation();
  const actions = useActions({ account, here, onHelp });
  return (
    <Spotlight
      actions={actions}
      shortcut={["mod + K"]}
      triggerOnContentEditable
      highlightQuery
      scrollable
      nothingFound={t("commands.nothing")}
      transitionProps={{ duration: 100 }}
      attributes={{ content: { "aria-label": t("commands.open") } }}
      searchProps={{
        placeholder: t("commands.placeholder"),
        "aria-label": t("commands.placeholder"),
      }}
    />
  );
}

function useActions({ account, here, onHelp }: CommandsProps): SpotlightActionGroupData[] {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const isSignedIn = Boolean(account);
  const places = usePlaces({ isSignedIn, here });
  const { data } = usePartnerships(isSignedIn);
  const goTo = (id: string, label: string, to: string) => ({
    id,
    label,
    leftSection: <IconArrowRight size={18} aria-hidden />,
    onClick: () => void navigate(to),
  });
  const partnerships = data?.items ?? [];
  const act = [
    {
      id: "language",
      label: t("language.switchTo"),
      leftSection: <IconLanguage size={18} aria-hidden />,
      onClick: () => void speak(i18n.language === "fr" ? "en" : "fr"),
    },
    {
      id: "help",
      label: t("shortcuts.title"),
      leftSection: <IconKeyboard size={18} aria-hidden />,
      onClick: onHelp,
    },
  ];
  if (isSignedIn) {
    act.unshift({
      id: "new-partnership",
      label: t("nav.newPartnership"),
      leftSection: <IconPlus size={18} aria-hidden />,
      onClick: () => void navigate("/?new"),
    });
  }
  const go = [
    ...places.map((place) => goTo(place.to, place.label, place.to)),
    ...partnerships.map(({ id, name }) => goTo(id, name, `/partnerships/${id}`)),
    ...(isSignedIn ? [goTo("/account", t("nav.account"), "/account")] : []),
    ...(account?.operator ? [goTo("/outbox", t("nav.outbox"), "/outbox")] : []),
  ];
  return [
    { group: t("commands.goTo"), actions: go },
    { group: t("commands.act"), actions: act },
  ];
}
