import { CloseButton, Drawer, Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useLive } from "../platform/live.ts";
import type { Session } from "./session.ts";

const besideNames = ["facts", "checks", "history", "why"] as const;

/** On a phone the outline has no column of its own. */
const sheetNames = ["outline", ...besideNames] as const;

/** One of the panels, of which one at a time is open. */
export type PanelName = (typeof sheetNames)[number];

interface SidePanelProps {
  readonly session: Session;
  /** The open panel; null when the paper stands alone. */
  readonly open: PanelName | null;
  readonly onOpen: (panel: PanelName | null) => void;
  /** On a phone the panel is a sheet from below. */
  readonly isSheet: boolean;
  readonly render: (panel: PanelName) => React.ReactNode;
}

/** The number of errors and warnings, for the tab of the checks. */
function useAlarm(session: Session): number {
  const findings = useLive(session.findings) ?? [];
  return findings.filter(({ level }) => level === "error").length;
}

/** The side panel: a column on a desk, a sheet from below on a phone. */
export function SidePanel({ session, open, onOpen, isSheet, render }: SidePanelProps) {
  const { t } = useTranslation("agreements");
  if (!isSheet) {
    return (
      <aside
        className={`panel${open === null ? " panel--closed" : ""}`}
        aria-label={t("panel.label")}
      >
        <PanelTabs session={session} open={open} onOpen={onOpen} onClose={() => onOpen(null)}>
          {open !== null && <div className="panel__body">{render(open)}</div>}
        </PanelTabs>
      </aside>
    );
  }
  return (
    <>
      <PhoneBar session={session} onOpen={onOpen} />
      <Drawer.Root opened={open !== null} onClose={() => onOpen(null)} position="bottom" size="82%">
        <Drawer.Overlay backgroundOpacity={0.35} />
        <Drawer.Content>
          <Drawer.Body p={0}>
            <div className="dialog__head">
              <Drawer.Title className="dialog__title">
                {open === null ? "" : t(`panel.${open}`)}
              </Drawer.Title>
              <Drawer.CloseButton size="lg" aria-label={t("panel.close")} />
            </div>
            {open !== null && <div className="panel__body">{render(open)}</div>}
          </Drawer.Body>
        </Drawer.Content>
      </Drawer.Root>
    </>
  );
}

interface PanelTabsProps {
  readonly session: Session;
  readonly open: PanelName | null;
  readonly onOpen: (panel: PanelName | null) => void;
  readonly onClose: () => void;
  readonly children: React.ReactNode;
}

function PanelTabs({ session, open, onOpen, onClose, children }: PanelTabsProps) {
  const { t } = useTranslation("agreements");
  const errors = useAlarm(session);
  return (
    <Tabs
      value={open}
      onChange={(chosen) => onOpen(besideNames.find((name) => name === chosen) ?? null)}
      allowTabDeactivation
      keepMounted={false}
    >
      <Tabs.List>
        {besideNames.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {t(`panel.${name}`)}
            {name === "checks" && errors > 0 && <Alarm count={errors} />}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {open !== null && (
        <CloseButton
          className="panel__close"
          size="md"
          aria-label={t("panel.close")}
          onClick={onClose}
        />
      )}
      {besideNames.map((name) => (
        <Tabs.Panel key={name} value={name}>
          {name === open && children}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Alarm({ count }: { readonly count: number }) {
  const { t } = useTranslation("agreements");
  return (
    <span className="panel__alarm">
      <span aria-hidden>{count}</span>
      <span className="visually-hidden">({t("checks.count", { count })})</span>
    </span>
  );
}

function PhoneBar({ session, onOpen }: Pick<SidePanelProps, "session" | "onOpen">) {
  const { t } = useTranslation("agreements");
  const errors = useAlarm(session);
  return (
    <nav className="phone-bar" aria-label={t("panel.label")}>
      {sheetNames.map((name) => (
        <button key={name} type="button" onClick={() => onOpen(name)}>
          {t(`panel.${name}`)}
          {name === "checks" && errors > 0 && <Alarm count={errors} />}
        </button>
      ))}
    </nav>
  );
}
