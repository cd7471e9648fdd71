import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { SignatureRequestView } from "../../domain/signing/wire.ts";
import { Hash } from "../ui/Hash.tsx";
import { Time } from "../ui/Time.tsx";

/** What ties the document to the decision: the approved text, its hash, the file's. */
export function Facts({ request }: { readonly request: SignatureRequestView }) {
  const { t } = useTranslation("signing");
  const { agreementId, contentSha256, decision, document, version } = request;
  return (
    <section className="card" aria-label={t("facts.title")}>
      <dl className="facts">
        <dt>{t("facts.decision")}</dt>
        <dd>
          <Anchor component={Link} to={`/decisions/${decision.id}`}>
            {decision.title}
          </Anchor>
          , <Time at={decision.closedAt} as="date" />
        </dd>
        <dt>{t("facts.text")}</dt>
        <dd>
          <Anchor component={Link} to={`/agreements/${agreementId}/versions/${version}`}>
            {t("facts.version", { number: version })}
          </Anchor>
          <br />
          <Hash value={contentSha256} />
        </dd>
        {document !== null && (
          <>
            <dt>{t("facts.file")}</dt>
            <dd>
              <Hash value={document.sha256} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
