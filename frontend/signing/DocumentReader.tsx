import { Anchor, Button } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { SignatureRequestView } from "../../domain/signing/wire.ts";
import { fileOf } from "../decisions/index.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Hash } from "../ui/Hash.tsx";
import { Loading } from "../ui/Loading.tsx";
import type { ReadDocument } from "./queries.ts";
import "./signing.css";

const PdfReader = lazy(async () => {
  const { PdfReader: reader } = await import("./pdf/PdfReader.tsx");
  return { default: reader };
});

interface DocumentReaderProps {
  readonly request: SignatureRequestView;
  readonly document: UseQueryResult<ReadDocument>;
  /** Given when somebody has signed since: shows the newest revision. */
  readonly onShowNewest?: () => void;
}

/** The document to sign, read in the page, with the hash of exactly these bytes. */
export function DocumentReader({ request, document, onShowNewest }: DocumentReaderProps) {
  const { t } = useTranslation(["signing", "common"]);
  if (request.document === null) return <Preparing request={request} />;
  if (document.data === undefined) {
    return (
      <div className="reader__wait">
        {document.error === null ? (
          <Loading words={t("signing:document.loading")} />
        ) : (
          <ErrorNotice error={document.error} onRetry={() => void document.refetch()} />
        )}
      </div>
    );
  }
  const { bytes, sha256 } = document.data;
  return (
    <>
      <div className="reader__head">
        <Anchor href={fileOf(`/signature-requests/${request.id}/document.pdf`)} target="_blank">
          {t("signing:document.open")}
        </Anchor>
        <span className="reader__hash">
          {t("common:hash.label")} <Hash value={sha256} />
        </span>
        {onShowNewest !== undefined && (
          <Button size="compact-sm" variant="light" onClick={onShowNewest}>
            {t("signing:document.newer")}
          </Button>
        )}
      </div>
      <Suspense
        fallback={
          <div className="reader__wait">
            <Loading words={t("signing:document.loading")} />
          </div>
        }
      >
        <PdfReader key={sha256} bytes={bytes} />
      </Suspense>
    </>
  );
}

/** What is being done before there is a document. */
function Preparing({ request }: { readonly request: SignatureRequestView }) {
  const { t } = useTranslation("signing");
  const { state, step } = request;
  if (state !== "preparing") return <p className="reader__wait">{t("document.none")}</p>;
  return (
    <div className="reader__wait">
      <Loading words={t(`preparing.${step ?? "rendering"}`)} />
      <p className="quiet">{t("preparing.note")}</p>
    </div>
  );
}
