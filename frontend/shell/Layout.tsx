import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { Suspense, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, ScrollRestoration, useLocation, useNavigate } from "react-router";
import { adopt } from "../i18n/index.ts";
import { useAccount } from "../identity/index.tsx";
import { useNews } from "../platform/socket.ts";
import { Loading } from "../ui/Loading.tsx";
import { Commands } from "./Commands.tsx";
import { Header } from "./Header.tsx";
import { Shortcuts } from "./Shortcuts.tsx";
import { useHere } from "./here.ts";

/** The frame of every page: skip link, header, the page itself, commands and help. */
export function Layout() {
  const { t } = useTranslation();
  const account = useAccount();
  const here = useHere(account !== null && account !== undefined);
  const [isHelpOpen, help] = useDisclosure(false);
  const main = useArrival();
  const locale = account?.locale;
  useEffect(() => {
    if (locale !== undefined) void adopt(locale);
  }, [locale]);
  useNews(here?.id ?? null);
  useKeys(help.toggle);
  return (
    <>
      <a className="skip-link" href="#content">
        {t("skipToContent")}
      </a>
      <Header account={account} here={here} />
      <main id="content" ref={main} tabIndex={-1}>
        <Suspense
          fallback={
            <div className="page">
              <Loading words={t("loading.page")} />
            </div>
          }
        >
          <Outlet />
        </Suspense>
      </main>
      <Commands account={account} here={here} onHelp={help.open} />
      <Shortcuts isOpen={isHelpOpen} onClose={help.close} />
      <ScrollRestoration />
    </>
  );
}

/** Moves the focus to the new page, so that a screen reader starts reading there. */
function useArrival() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}

/** `?` helps; `g` then a letter goes somewhere, as on a keyboard-driven desk. */
function useKeys(toggleHelp: () => void): void {
  const navigate = useNavigate();
  const prefixed = useRef(0);
  const go = (path: string) => () => {
    if (Date.now() - prefixed.current < 1500) void navigate(path);
    prefixed.current = 0;
  };
  useHotkeys([
    ["shift+?", toggleHelp],
    ["?", toggleHelp],
    ["g", () => void (prefixed.current = Date.now())],
    ["p", go("/")],
    ["a", go("/archive")],
    ["v", go("/verify")],
  ]);
}
