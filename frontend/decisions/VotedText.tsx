import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { DecisionView } from "../../domain/decisions/wire.ts";
import { Paper, useVersion } from "../agreements/index.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Hash } from "../ui/Hash.tsx";
import { Loading } from "../ui/Loading.tsx";
import "./voted-text.css";

interface VotedTextProps {
  readonly subject: NonNullable<DecisionView["subject"]>;
}

/** The text that is voted on, with the hash that the ballots name. */
export function VotedText({ subject }: VotedTextProps) {
  const { agreementId, version: number } = subject;
  const { t } = useTranslation(["decisions", "agreements"]);
  const { data: version, error, refetch } = useVersion(agreementId, number);
  if (version === undefined) {
    return (
      <div className="voted-text__wait">
        {error === null ? (
          <Loading words={t("agreements:version.loading")} />
        ) : (
          <ErrorNotice error={error} onRetry={() => void refetch()} />
        )}
      </div>
    );
  }
  return (
    <>
      <div className="voted-text__head">
        <Anchor component={Link} to={`/agreements/${agreementId}/versions/${number}`}>
          {t("decisions:page.openVersion", { number })}
        </Anchor>
        <span className="voted-text__hash">
          {t("decisions:page.hash")} <Hash value={version.contentSha256} />
        </span>
      </div>
      <Paper
        text={version.content.text}
        language={version.content.language}
        label={t("agreements:version.text", { number })}
      />
    </>
  );
}
