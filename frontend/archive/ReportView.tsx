import { Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Check, Report, SignatureReport } from "../../domain/archive/report.ts";
import { problemWords } from "../../domain/archive/words.ts";
import { Hash } from "../ui/Hash.tsx";
import { Section } from "../ui/Page.tsx";
import { Time } from "../ui/Time.tsx";
import { Verdict } from "../ui/Verdict.tsx";

/** A verification report in words: the verdict, each question with its answer, each signature. */
export function ReportView({ report }: { readonly report: Report }) {
  const { t } = useTranslation("archive");
  return (
    <div className="report">
      <div className={`report__verdict report__verdict--${report.verdict}`} aria-live="polite">
        <Verdict value={report.verdict} size={32} />
        <Title order={2} size="h3">
          {t(`verify.verdict.${report.verdict}`)}
        </Title>
      </div>
      <Section title={t("verify.checks")}>
        <ul className="rows sheet">
          {report.checks.map((check) => (
            <CheckRow key={check.id} check={check} />
          ))}
        </ul>
      </Section>
      <Section title={t("verify.signatures")}>
        {report.signatures.length === 0 ? (
          <p className="calm">{t("verify.noSignature")}</p>
        ) : (
          <ul className="rows sheet">
            {report.signatures.map((signature) => (
              <SignatureRow key={signature.field} signature={signature} />
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("verify.document")}>
        <DocumentFacts report={report} />
      </Section>
    </div>
  );
}

function CheckRow({ check }: { readonly check: Check }) {
  const { t, i18n } = useTranslation("archive");
  return (
    <li className="row report__check">
      <div className="row__main">
        <div className="row__title">{t(`verify.check.${check.id}`)}</div>
        <div className="row__note">
          {i18n.language === "en" ? check.reason.en : check.reason.fr}
        </div>
      </div>
      <div className="row__side">
        <Verdict value={check.status} />
      </div>
    </li>
  );
}

function SignatureRow({ signature }: { readonly signature: SignatureReport }) {
  const { t, i18n } = useTranslation("archive");
  const { signer, partner, time, status, problems } = signature;
  const language = i18n.language === "en" ? "en" : "fr";
  return (
    <li className="row report__check">
      <div className="row__main">
        <div className="row__title">
          {signer ?? t("verify.unknownSigner")}
          {partner !== null && `, ${partner}`}
        </div>
        <div className="row__note">
          {t(`verify.role.${signature.role}`)}
          {time !== null && (
            <>
              {" · "}
              <Time at={time} />
            </>
          )}
          {" · "}
          {t(`verify.covers.${signature.covers}`)}
        </div>
        {problems.length > 0 && (
          <div className="row__note report__problems">
            {problems.map((problem) => problemWords[problem][language]).join(" ; ")}
          </div>
        )}
      </div>
      <div className="row__side">
        <Verdict value={status} />
      </div>
    </li>
  );
}

function DocumentFacts({ report }: { readonly report: Report }) {
  const { t, i18n } = useTranslation("archive");
  const { document } = report;
  return (
    <dl className="facts sheet sheet--padded">
      {document !== null && (
        <>
          <dt>{t("verify.docTitle")}</dt>
          <dd lang={document.language}>{document.title}</dd>
          <dt>{t("verify.docVersion")}</dt>
          <dd>{document.version}</dd>
          <dt>{t("verify.contentHash")}</dt>
          <dd>
            <Hash value={document.contentSha256} whole />
          </dd>
        </>
      )}
      <dt>{t("verify.fileHash")}</dt>
      <dd>
        <Hash value={report.sha256} whole />
      </dd>
      <dt>{t("verify.size")}</dt>
      <dd>
        {t("verify.bytes", { size: new Intl.NumberFormat(i18n.language).format(report.sizeBytes) })}
      </dd>
      <dt>{t("verify.verifiedAt")}</dt>
      <dd>
        <Time at={report.verifiedAt} />
      </dd>
    </dl>
  );
}
