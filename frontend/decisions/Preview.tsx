import { Title } from "@mantine/core";
import { IconAlertTriangle, IconBan, IconInfoCircle } from "@tabler/icons-react";
import { useDeferredValue, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { lintRule } from "../../domain/decisions/lint.ts";
import { powerIndices, type PowerIndices } from "../../domain/decisions/power.ts";
import type { RollEntry, Rule } from "../../domain/decisions/rule.ts";
import { ruleInWords } from "../../domain/decisions/words.ts";
import { isRefusal } from "../../domain/kernel/refusal.ts";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import { partnerOf } from "../partnerships/index.tsx";
import { PartnerBadge } from "../ui/PartnerBadge.tsx";
import { useLanguage } from "./queries.ts";
import { percentOf } from "./shares.ts";

interface PreviewProps {
  readonly rule: Rule | undefined;
  readonly roll: readonly RollEntry[];
  readonly partnership: Partnership;
}

/** What a rule says and does, while it is written: its sentences, what the linter sees, who has power. */
export function Preview({ rule, roll, partnership }: PreviewProps) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const shown = useDeferredValue(rule);
  const counted = useDeferredValue(roll);
  return (
    <>
      <section className="card" aria-label={t("preview.words")}>
        <Title order={2}>{t("preview.words")}</Title>
        {shown === undefined ? (
          <p>{t("preview.incomplete")}</p>
        ) : (
          <ul className="arithmetic">
            {ruleInWords(shown, language).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </section>
      {shown !== undefined && counted.length > 0 && (
        <>
          <Findings rule={shown} roll={counted} partnership={partnership} />
          <Power rule={shown} roll={counted} partnership={partnership} />
        </>
      )}
    </>
  );
}

interface KnownProps extends PreviewProps {
  readonly rule: Rule;
}

const icons = { error: IconBan, warning: IconAlertTriangle, hint: IconInfoCircle };

function Findings({ rule, roll, partnership }: KnownProps) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const findings = useMemo(() => {
    const nameOf = (id: string): string => partnerOf(partnership, id)?.name ?? id;
    return lintRule({ rule, roll, nameOf });
  }, [rule, roll, partnership]);
  return (
    <section className="card" aria-label={t("preview.findings")} aria-live="polite">
      <Title order={2}>{t("preview.findings")}</Title>
      {findings.length === 0 && <p>{t("preview.noFinding")}</p>}
      <ul className="plain-list">
        {findings.map(({ id, level, message, at }) => {
          const Icon = icons[level];
          return (
            <li key={id + at + message[language]} className={`finding finding--${level}`}>
              <Icon size={18} aria-hidden />
              <span>{message[language]}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function findPower(rule: Rule, roll: readonly RollEntry[]): PowerIndices | undefined {
  if (rule.procedure === "silence") return undefined;
  try {
    return powerIndices(rule, roll);
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function Power({ rule, roll, partnership }: KnownProps) {
  const { t } = useTranslation("decisions");
  const language = useLanguage();
  const power = useMemo(() => findPower(rule, roll), [rule, roll]);
  if (power === undefined) return null;
  const { smallestWinning, smallestBlocking } = power;
  return (
    <section className="card" aria-label={t("preview.power")}>
      <Title order={2}>{t("preview.power")}</Title>
      {smallestWinning !== undefined && (
        <p>{t("preview.winning", { count: smallestWinning, total: roll.length })}</p>
      )}
      {smallestBlocking !== undefined && (
        <p>{t("preview.blocking", { count: smallestBlocking, total: roll.length })}</p>
      )}
      <ul className="plain-list">
        {power.partners.map((id, index) => {
          const partner = partnerOf(partnership, id);
          const share = power.banzhaf[index] ?? "0";
          return (
            <li key={id} className="seat">
              <PartnerBadge name={partner?.name ?? id} color={partner?.color ?? 0} />
              <strong>{percentOf(share, language)}</strong>
              <div className="seat__note">
                {share === "0"
                  ? t("preview.never")
                  : t("preview.share", { share, pivotal: power.shapleyShubik[index] ?? "0" })}
              </div>
            </li>
          );
        })}
      </ul>
      <p className="quiet">{t("preview.powerNote")}</p>
    </section>
  );
}
