import { IconFileCertificate } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Report } from "../../domain/archive/report.ts";
import { api } from "../platform/api.ts";
import { ApiRefusal } from "../platform/refusal.ts";
import { useSend } from "../platform/resource.ts";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { Page } from "../ui/Page.tsx";
import { ReportView } from "./ReportView.tsx";

const MAX_BYTES = 25 * 1024 * 1024;

/** Checks any PDF, for anybody: drop it, read the report. */
export function VerifyPage() {
  const { t } = useTranslation("archive");
  const verify = useSend(async (file: File) => {
    if (file.size > MAX_BYTES) throw new ApiRefusal("body-too-large", { status: 413 });
    return api.upload<Report>("/verify", file);
  });
  return (
    <Page title={t("verify.title")} lead={t("verify.lead")} width="narrow">
      {verify.isPending ? (
        <Loading words={t("verify.busy", { name: verify.variables.name })} />
      ) : (
        <Drop isAgain={verify.isSuccess} onFile={(file) => verify.mutate(file)} />
      )}
      <ErrorNotice error={verify.error} />
      {verify.data !== undefined && !verify.isPending && <ReportView report={verify.data} />}
    </Page>
  );
}

interface DropProps {
  readonly isAgain: boolean;
  readonly onFile: (file: File) => void;
}

/** The file input itself covers the whole area, so dropping, clicking and the keyboard are all native. */
function Drop({ isAgain, onFile }: DropProps) {
  const { t } = useTranslation("archive");
  const [isOver, setOver] = useState(false);
  const words = t(isAgain ? "verify.again" : "verify.choose");
  const take = (input: HTMLInputElement): void => {
    const file = input.files?.item(0);
    setOver(false);
    if (file) onFile(file);
    input.value = "";
  };
  return (
    <div className={`drop no-print${isOver ? " drop--over" : ""}${isAgain ? " drop--again" : ""}`}>
      <input
        className="drop__input"
        type="file"
        accept="application/pdf,.pdf"
        aria-label={words}
        onDragEnter={() => setOver(true)}
        onDragLeave={() => setOver(false)}
        onDrop={() => setOver(false)}
        onChange={(event) => take(event.currentTarget)}
      />
      {!isAgain && <IconFileCertificate size={40} stroke={1.3} aria-hidden />}
      <p className="drop__words">
        {t("verify.drop")} {t("verify.or")}
      </p>
      <span className="drop__button" aria-hidden>
        {words}
      </span>
      {!isAgain && <p className="quiet">{t("verify.limit")}</p>}
    </div>
  );
}
