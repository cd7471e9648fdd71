import { IconArrowRight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Partnership } from "../../../domain/partnerships/wire.ts";
import { partnerOf } from "../../partnerships/index.tsx";
import { Section } from "../../ui/Page.tsx";
import type { Task } from "./tasks.ts";

interface WaitingProps {
  readonly tasks: readonly Task[];
  readonly partnership: Partnership;
}

/** What waits for the caller: each task one link that names the act. */
export function Waiting({ tasks, partnership }: WaitingProps) {
  const { t } = useTranslation("partnerships");
  const partner = partnerOf(partnership, partnership.me.partnerId)?.name ?? partnership.name;
  return (
    <Section title={t("home.waiting")}>
      {tasks.length === 0 ? (
        <p className="calm">{t("home.nothingWaiting")}</p>
      ) : (
        <ul className="rows sheet tasks">
          {tasks.map(({ kind, key, to, title }) => (
            <li key={key} className="row">
              <div className="row__main">
                <Link className="row__title" to={to}>
                  {t(`home.task.${kind}`, { title })}
                </Link>
                <div className="row__note">{t(`home.task.${kind}Why`, { title, partner })}</div>
              </div>
              <IconArrowRight size={20} aria-hidden className="row__arrow" />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
