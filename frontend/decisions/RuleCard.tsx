import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { useLanguage } from "./queries.ts";

/** The rule of a vote in words, with its effect. */
export function RuleCard({ decision }: { readonly decision: DecisionView }) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const { rule, state, words } = decision;
  return (
    <section className="card" aria-label={t("rule.title")}>
      <Title order={2}>{t("rule.title")}</Title>
      {rule.label !== "" && <p>{rule.label}</p>}
      <ul className="arithmetic">
        {words[language].map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {state !== "draft" && <p className="quiet">{t("rule.frozen")}</p>}
    </section>
  );
}
