import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { VersionSummary } from "../../../domain/agreements/wire.ts";
import { Time } from "../../ui/Time.tsx";

interface HistoryPanelProps {
  readonly agreementId: string;
  readonly versions: readonly VersionSummary[];
}

/** The frozen versions, latest first. */
export function HistoryPanel({ agreementId, versions }: HistoryPanelProps) {
  const { t } = useTranslation("agreements");
  return (
    <>
      <p className="panel__lead">{t("history.lead")}</p>
      {versions.length === 0 && <p>{t("history.none")}</p>}
      <ol className="history">
        {versions.map(({ number, label, createdAt, contentSha256 }) => (
          <li key={number} className="history__version">
            <Link
              to={`/agreements/${agreementId}/versions/${String(number)}`}
              aria-label={t("history.open", { number })}
            >
              {t("history.version", { number })}
            </Link>
            {label !== "" && <span className="history__label">{label}</span>}
            <span className="history__note">
              <Time at={createdAt} /> · <code className="hash">{contentSha256.slice(0, 8)}</code>
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
