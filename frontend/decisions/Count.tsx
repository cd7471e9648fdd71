import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { useLanguage } from "./queries.ts";

const shown = ["for", "against", "abstain"] as const;

/** The count as it stands, with its arithmetic in words; or that the rule hides it. */
export function Count({ decision }: { readonly decision: DecisionView }) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const { state, counts, arithmetic, turnout } = decision;
  if (state === "draft" || state === "withdrawn") return null;
  // After the close the outcome's card says it; before the first ballot there is nothing to say.
  const isRunning = state === "open" && turnout.voted > 0;
  const lines = isRunning ? (arithmetic?.[language] ?? []).slice(1) : [];
  return (
    <section className="card" aria-label={t(`count.${state}`)}>
      <Title order={2}>{t(`count.${state}`)}</Title>
      <p aria-live="polite">{t("count.turnout", { ...turnout, count: turnout.voted })}</p>
      {counts === null ? (
        <p className="quiet">{t("count.hidden")}</p>
      ) : (
        <>
          <dl className="counts">
            {shown.map((choice) => (
              <div key={choice}>
                <dt>{t(`choice.${choice}`)}</dt>
                <dd>{counts.partner[choice] ?? "0"}</dd>
              </div>
            ))}
          </dl>
          {lines.length > 0 && <p className="quiet">{t("count.soFar")}</p>}
          <ul className="arithmetic">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
