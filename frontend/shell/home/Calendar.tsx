import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Section } from "../../ui/Page.tsx";
import { Time } from "../../ui/Time.tsx";
import type { HomeContent } from "./tasks.ts";

interface Deadline {
  readonly key: string;
  readonly at: string;
  readonly to: string;
  readonly title: string;
  readonly what: "closes" | "signBefore" | "invitationEnds";
}

/** Dates ahead, the nearest first. */
export function deadlinesOf(content: HomeContent): readonly Deadline[] {
  const { decisions, requests, invitations, partnership, now } = content;
  const all: Deadline[] = [
    ...decisions.flatMap(({ id, state, closesAt, title }) =>
      state === "open" || state === "draft"
        ? [{ key: id, at: closesAt, to: `/decisions/${id}`, title, what: "closes" as const }]
        : [],
    ),
    ...requests.flatMap(({ id, state, expiresAt, title }) =>
      expiresAt !== null && state === "open"
        ? [
            {
              key: id,
              at: expiresAt,
              to: `/signature-requests/${id}`,
              title,
              what: "signBefore" as const,
            },
          ]
        : [],
    ),
    ...invitations.map(({ id, expiresAt, email }) => ({
      key: id,
      at: expiresAt,
      to: `/partnerships/${partnership.id}/people`,
      title: email,
      what: "invitationEnds" as const,
    })),
  ];
  return all
    .filter(({ at }) => new Date(at) > now)
    .sort((a, b) => a.at.localeCompare(b.at))
    .slice(0, 6);
}

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
