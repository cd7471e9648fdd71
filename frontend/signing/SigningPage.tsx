import { Title } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import type { Partnership } from "../../domain/partnerships/wire.ts";
import type { SignatureRequestView } from "../../domain/signing/wire.ts";
import { AgreementThread, useAgreement } from "../agreements/index.tsx";
import { Beside } from "../decisions/index.tsx";
import { usePartnership } from "../partnerships/index.tsx";
import { ErrorNotice } from "../ui/ErrorNotice.tsx";
import { Loading } from "../ui/Loading.tsx";
import { usePageTitle } from "../ui/Page.tsx";
import { StateMark, type Tone } from "../ui/StateMark.tsx";
import { Time } from "../ui/Time.tsx";
import { DocumentReader } from "./DocumentReader.tsx";
import { EndedCard, SealedCard } from "./EndCards.tsx";
import { EndRequest } from "./EndRequest.tsx";
import { Facts } from "./Facts.tsx";
import { useDocument, useSignatureRequest } from "./queries.ts";
import { Signatories } from "./Signatories.tsx";
import { YourSignature } from "./YourSignature.tsx";

/** The page of one signature request: the document, who signs, and one's own signature. */
export function SigningPage() {
  const { id = "" } = useParams();
  const { t } = useTranslation();
  const request = useSignatureRequest(id);
  const partnership = usePartnership(request.data?.partnershipId ?? null);
  const error = request.error ?? partnership.error;
  usePageTitle(request.data?.title ?? "");
  if (request.data !== undefined && partnership.data !== undefined) {
    return <Signing key={id} request={request.data} partnership={partnership.data} />;
  }
  return (
    <div className="page">
      {error === null ? (
        <Loading words={t("loading.page")} />
      ) : (
        <ErrorNotice error={error} onRetry={() => void request.refetch()} />
      )}
    </div>
  );
}

interface SigningProps {
  readonly request: SignatureRequestView;
  readonly partnership: Partnership;
}

/** The revision that is shown stays while others sign, so that the page does not jump under the reader. */
function useShown(request: SignatureRequestView) {
  const newest = request.document?.sha256 ?? null;
  const [kept, setKept] = useState(newest);
  const isMine = request.me?.obstacle === null;
  const revision = isMine ? (kept ?? newest) : newest;
  if (kept === null && newest !== null) setKept(newest);
  return {
    document: useDocument(request.id, revision),
    isOutdated: revision !== newest,
    showNewest: () => setKept(newest),
  };
}

function Signing({ request, partnership }: SigningProps) {
  const { t } = useTranslation("signing");
  const { document, isOutdated, showNewest } = useShown(request);
  return (
    <div>
      <Thread agreementId={request.agreementId} />
      <Head request={request} />
      <Beside
        label={t("document.label")}
        reading={
          <DocumentReader
            request={request}
            document={document}
            {...(isOutdated ? { onShowNewest: showNewest } : {})}
          />
        }
      >
        <SealedCard request={request} />
        <EndedCard request={request} />
        <YourSignature request={request} shown={document.data?.sha256 ?? null} />
        <Signatories request={request} partnership={partnership} />
        <Facts request={request} />
        <EndRequest request={request} partnership={partnership} />
      </Beside>
    </div>
  );
}

function Thread({ agreementId }: { readonly agreementId: string }) {
  const { data } = useAgreement(agreementId);
  return data === undefined ? null : <AgreementThread agreement={data} />;
}

const tones: Record<SignatureRequestView["state"], Tone> = {
  preparing: "wait",
  open: "wait",
  completed: "good",
  declined: "bad",
  cancelled: "bad",
  expired: "bad",
};

function Head({ request }: { readonly request: SignatureRequestView }) {
  const { t } = useTranslation("signing");
  const { title, version, state, expiresAt } = request;
  const isRunning = state === "open" || state === "preparing";
  return (
    <header className="beside-head">
      <Title order={1}>{isRunning ? t("page.title", { title }) : title}</Title>
      <div className="beside-head__state">
        <StateMark tone={tones[state]}>{t(`state.${state}`)}</StateMark>
        <span>{t("page.version", { number: version })}</span>
        {state === "open" && expiresAt !== null && (
          <span>
            {t("page.before")} <Time at={expiresAt} />
          </span>
        )}
      </div>
    </header>
  );
}
