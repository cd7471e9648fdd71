import { ActionIcon } from "@mantine/core";
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useLive } from "../../platform/live.ts";
import type { Session } from "../session.ts";

interface OutlineProps {
  readonly session: Session;
  readonly goTo: (clauseId: string) => void;
}

/** The articles, live; choosing one goes there. */
export function OutlineList({ session, goTo }: OutlineProps) {
  const { t } = useTranslation("agreements");
  const entries = useLive(session.outline);
  const here = useLive(session.here);
  if (entries.length === 0) return <p className="outline__empty">{t("outline.empty")}</p>;
  return (
    <ol className="outline__list">
      {entries.map(({ id, number, title, depth, kind }) => (
        <li key={id} style={{ paddingInlineStart: depth * 16 }}>
          <button
            type="button"
            className="outline__entry"
            aria-current={id === here ? "true" : undefined}
            onClick={() => goTo(id)}
          >
            <span className="outline__number">
              {kind === "annex" ? `${t("paper.annex")} ${number}` : number}
            </span>
            <span>{title === "" ? t("outline.untitled") : title}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** The outline in its column, which closes to leave the paper alone. */
export function Outline(props: OutlineProps & { isOpen: boolean; onToggle: () => void }) {
  const { t } = useTranslation("agreements");
  const { isOpen, onToggle } = props;
  const label = isOpen ? t("outline.hide") : t("outline.show");
  const Icon = isOpen ? IconLayoutSidebarLeftCollapse : IconLayoutSidebarLeftExpand;
  return (
    <nav className={`outline${isOpen ? "" : " outline--closed"}`} aria-label={t("outline.title")}>
      <div className="outline__head">
        {isOpen && <h2 className="outline__title">{t("outline.title")}</h2>}
        <ActionIcon
          variant="subtle"
          size={36}
          onClick={onToggle}
          aria-label={label}
          aria-expanded={isOpen}
          title={label}
        >
          <Icon size={20} aria-hidden />
        </ActionIcon>
      </div>
      {isOpen && <OutlineList session={props.session} goTo={props.goTo} />}
    </nav>
  );
}
