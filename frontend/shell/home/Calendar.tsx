import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Section } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import { deadlinesOf } from "./deadlines.ts";
import type { HomeContent } from "./tasks.ts";

/** The partnership's next dates. */
export function Calendar({ content }: { readonly content: HomeContent }) {
  const { t } = useTranslation("partnerships");
  const deadlines = deadlinesOf(content);
  return (
    <Section title={t("home.calendar")}>
      {deadlines.length === 0 ? (
        <p className="calm">{t("home.noDeadline")}</p>
      ) : (
        <ol className="deadlines">
          {deadlines.map(({ key, at, to, title, what }) => (
            <li key={key}>
              <span className="deadlines__when">
                <Time at={at} as="date" /> · <Time at={at} as="distance" />
              </span>
              <span>
                {t(`home.${what}`)} <Link to={to}>{title}</Link>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
