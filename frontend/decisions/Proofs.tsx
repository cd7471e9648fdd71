import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { Hash } from "../ui/Hash.tsx";
import { fileOf } from "./queries.ts";

const entries = [
  ["opened", "openedIndex"],
  ["closed", "closedIndex"],
  ["final", "finalIndex"],
] as const;

/** What binds the vote: hashes of text, rule and roll, and its entries in the decision log. */
export function Proofs({ decision }: { readonly decision: DecisionView }) {
  const { t } = useTranslation("decisions");
  const { subject, ruleSha256, rollSha256, log, partnershipId } = decision;
  const hashes = [
    ["text", subject?.contentSha256 ?? null],
    ["rule", ruleSha256],
    ["roll", rollSha256],
  ] as const;
  const logged = entries.filter(([, key]) => log[key] !== null);
  return (
    <section className="card" aria-label={t("proofs.title")}>
      <details>
        <summary>{t("proofs.title")}</summary>
        <p className="quiet">{t("proofs.why")}</p>
        <dl className="facts">
          {hashes.map(([name, value]) =>
            value === null ? null : (
              <div key={name}>
                <dt>{t(`proofs.${name}`)}</dt>
                <dd>
                  <Hash value={value} />
                </dd>
              </div>
            ),
          )}
          {logged.map(([name, key]) => (
            <div key={name}>
              <dt>{t(`proofs.${name}`)}</dt>
              <dd>
                <Anchor
                  href={fileOf(`/partnerships/${partnershipId}/log/proof?index=${log[key]}`)}
                  download
                >
                  {t("proofs.entry", { index: log[key] })}
                </Anchor>
              </dd>
            </div>
          ))}
        </dl>
        {logged.length > 0 && (
          <Anchor href={fileOf(`/partnerships/${partnershipId}/log/checkpoint`)} target="_blank">
            {t("proofs.checkpoint")}
          </Anchor>
        )}
      </details>
    </section>
  );
}
