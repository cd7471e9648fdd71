import { Button } from "@mantine/core";
import { IconAlertCircle, IconAlertTriangle, IconBulb, IconCircleCheck } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Finding } from "../../../domain/agreements/findings.ts";
import { useLive } from "../../platform/live.ts";
import type { Session } from "../session.ts";

const levels = ["error", "warning", "hint"] as const;
const icons = { error: IconAlertCircle, warning: IconAlertTriangle, hint: IconBulb };

/** Goes to what a finding is about: a clause (`#id`) or a fact (`benefits/0/share`). */
export type GoToFinding = (at: string) => void;

interface ChecksPanelProps {
  readonly session: Session;
  readonly goThere: GoToFinding;
}

/** What the checks found in text and facts, gravest first. */
export function ChecksPanel({ session, goThere }: ChecksPanelProps) {
  const { t } = useTranslation("agreements");
  const findings = useLive(session.findings);
  if (findings === null) return <p className="panel__lead">{t("checks.running")}</p>;
  return (
    <>
      <p className="panel__lead">{t("checks.lead")}</p>
      {findings.length === 0 && (
        <p className="checks__none">
          <IconCircleCheck size={20} aria-hidden /> {t("checks.none")}
        </p>
      )}
      {levels.map((level) => (
        <Level
          key={level}
          level={level}
          findings={findings.filter((finding) => finding.level === level)}
          goThere={goThere}
        />
      ))}
    </>
  );
}

interface LevelProps {
  readonly level: Finding["level"];
  readonly findings: readonly Finding[];
  readonly goThere: GoToFinding;
}

function Level({ level, findings, goThere }: LevelProps) {
  const { t, i18n } = useTranslation("agreements");
  const Icon = icons[level];
  if (findings.length === 0) return null;
  const language = i18n.language === "en" ? "en" : "fr";
  return (
    <section className={`checks checks--${level}`}>
      <h3 className="checks__level">
        <Icon size={18} aria-hidden /> {t(`checks.${level}`)}
        <span className="checks__count">{findings.length}</span>
      </h3>
      <ul className="checks__list">
        {findings.map(({ id, at, message }, index) => (
          <li key={`${id} ${at} ${String(index)}`} className="checks__finding">
            <p>{message[language]}</p>
            <p className="checks__foot">
              <code>{id}</code>
              {at !== "" && (
                <Button size="compact-sm" variant="subtle" onClick={() => goThere(at)}>
                  {t("checks.goThere")}
                </Button>
              )}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
